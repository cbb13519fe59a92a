package image

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A Command is what an image runs by itself.
type Command struct {
	// Image names what was looked at, by digest: the tag may mean something else
	// by the time somebody runs it.
	Image           string
	Entrypoint, Cmd []string
}

// Registries answer for images. Without Secrets they are asked as the user that
// docker login or its like have left in ~/.docker/config.json, or as nobody.
type Registries struct {
	Secrets []Secret // win over what the user has
}

// asking is how many images are asked for at once.
const asking = 8

// Commands asks what images run by themselves, all at once. Every image has
// either a command or an error, which is one clause for people.
func (r *Registries) Commands(ctx context.Context, images []string) (map[string]Command, map[string]error) {
	found, failed := map[string]Command{}, map[string]error{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, asking)
	for _, image := range images {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c, err := r.command(ctx, image)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed[image] = plain(err)
			} else {
				found[image] = c
			}
		})
	}
	wg.Wait()
	return found, failed
}

func (r *Registries) command(ctx context.Context, image string) (Command, error) {
	ref, err := name.ParseReference(image)
	if err != nil {
		return Command{}, errors.New("that is no name of an image")
	}
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithUserAgent("weft"), remote.WithAuthFromKeychain(r.keychain()),
		remote.WithRetryBackoff(remote.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.1, Steps: 2}),
	}
	answer, err := remote.Get(ref, options...)
	if err != nil {
		return Command{}, err
	}
	img, err := forLinux(answer)
	if err != nil {
		return Command{}, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return Command{}, err
	}
	c := Command{Image: pinned(image, ref, answer.Digest), Entrypoint: config.Config.Entrypoint, Cmd: config.Config.Cmd}
	switch {
	case config.OS != "" && config.OS != "linux":
		return Command{}, fmt.Errorf("the image is for %s, not for linux", config.OS)
	case len(c.Entrypoint)+len(c.Cmd) == 0:
		return Command{}, errors.New("the image has neither an entrypoint nor a command")
	}
	return c, nil
}

// forLinux is the image that a tag stands for. Of several it is that for amd64, or
// the first: what they run is the same program.
func forLinux(answer *remote.Descriptor) (v1.Image, error) {
	if answer.MediaType != types.OCIImageIndex && answer.MediaType != types.DockerManifestList {
		return answer.Image()
	}
	index, err := answer.ImageIndex()
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	var chosen *v1.Descriptor
	for i, d := range manifest.Manifests {
		if d.Platform == nil || d.Platform.OS != "linux" {
			continue
		}
		if chosen == nil || d.Platform.Architecture == "amd64" && chosen.Platform.Architecture != "amd64" {
			chosen = &manifest.Manifests[i]
		}
	}
	if chosen == nil {
		return nil, errors.New("the image is not for linux")
	}
	return index.Image(chosen.Digest)
}

// pinned is the image as the user names it, with a digest in place of the tag.
func pinned(image string, ref name.Reference, digest v1.Hash) string {
	tag, ok := ref.(name.Tag)
	if !ok {
		return image
	}
	return strings.TrimSuffix(image, ":"+tag.TagStr()) + "@" + digest.String()
}

// keychain finds credentials for a registry.
func (r *Registries) keychain() authn.Keychain {
	if len(r.Secrets) == 0 {
		return authn.DefaultKeychain
	}
	return authn.NewMultiKeychain(pullSecrets(r.Secrets), authn.DefaultKeychain)
}
