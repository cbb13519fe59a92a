//go:build linux || darwin

package testenv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// AddImage gives the node an image, under all the names that Pods call it by.
// Pods have to have imagePullPolicy IfNotPresent or Never: there is no registry.
func (c *Cluster) AddImage(ctx context.Context, image v1.Image, names ...string) error {
	named := map[string]v1.Image{}
	for _, name := range names {
		named[name] = image
	}
	return c.AddImages(ctx, named)
}

// AddImages gives the node images by their names. What images share is copied
// once, so that one call is faster than several.
func (c *Cluster) AddImages(ctx context.Context, named map[string]v1.Image) error {
	tagged := map[name.Tag]v1.Image{}
	for n, image := range named {
		tag, err := name.NewTag(n)
		if err != nil {
			return err
		}
		tagged[tag] = image
	}
	archive, w := io.Pipe()
	go func() { w.CloseWithError(tarball.MultiWrite(tagged, w)) }()
	defer archive.Close()
	return c.AddArchive(ctx, archive)
}

// AddArchive gives the node the images of an archive, as docker and OCI define
// them, under the names that the archive has for them.
func (c *Cluster) AddArchive(ctx context.Context, archive io.Reader) error {
	_, err := ctr(ctx, archive, "images", "import", "-")
	return err
}

// Images lists the names of all images that the node has.
func (c *Cluster) Images(ctx context.Context) ([]string, error) {
	text, err := ctr(ctx, nil, "images", "list", "--quiet")
	if err != nil {
		return nil, err
	}
	names := strings.Fields(text)
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "sha256:") }), nil
}

// ctr asks containerd for something, where the kubelet keeps what is its.
func ctr(ctx context.Context, in io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "ctr", append([]string{"--address=" + runtimeSocket, "--namespace=k8s.io"}, args...)...)
	var out, problem bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &problem
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(problem.Bytes()))
	}
	return out.String(), nil
}
