package image

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Push sends an image to the registry in its name, as the user that docker login
// or its like have left in ~/.docker/config.json.
func (i *Image) Push(ctx context.Context) error {
	ref, err := name.NewTag(i.Name)
	if err != nil {
		return fmt.Errorf("cannot push %s: %w", i.Name, err)
	}
	err = remote.WriteIndex(ref, i.index, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithUserAgent("weft"))
	if err != nil {
		return fmt.Errorf("cannot push %s: %w", i.Name, plain(err))
	}
	return nil
}
