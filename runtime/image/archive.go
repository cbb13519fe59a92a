package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Annotations by which programs find the name of an image in an archive. The
// first is the standard's, for which skopeo and podman look; containerd prefers
// its own, which is the full name with the registry.
const (
	annotationName     = "org.opencontainers.image.ref.name"
	annotationFullName = "io.containerd.image.name"
)

// layoutVersion is what a layout says of itself.
const layoutVersion = `{"imageLayoutVersion":"1.0.0"}`

// WriteArchive writes images as one OCI archive: a tar file of an OCI image
// layout, as ctr, skopeo and podman read it.
func WriteArchive(w io.Writer, images ...*Image) error {
	a := &archiver{blobs: map[v1.Hash]blob{}}
	top := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	for _, i := range images {
		d, err := a.image(i)
		if err != nil {
			return fmt.Errorf("cannot write the image %s: %w", i.Name, err)
		}
		top.Manifests = append(top.Manifests, *d)
	}
	index, err := json.Marshal(top)
	if err != nil {
		return err
	}
	a.out = tar.NewWriter(w)
	if err := a.write("oci-layout", strings.NewReader(layoutVersion), int64(len(layoutVersion))); err != nil {
		return err
	}
	if err := a.write("index.json", bytes.NewReader(index), int64(len(index))); err != nil {
		return err
	}
	order := func(a, b v1.Hash) int { return strings.Compare(a.Hex, b.Hex) }
	for _, h := range slices.SortedFunc(maps.Keys(a.blobs), order) {
		if err := a.blob(h); err != nil {
			return err
		}
	}
	return a.out.Close()
}

// archiver collects blobs, each once, and writes them.
type archiver struct {
	blobs map[v1.Hash]blob
	out   *tar.Writer
}

type blob struct {
	size int64
	open func() (io.ReadCloser, error)
}

// image collects what an image is made of, and returns its entry in the layout.
func (a *archiver) image(i *Image) (*v1.Descriptor, error) {
	ref, err := name.NewTag(i.Name)
	if err != nil {
		return nil, err
	}
	raw, err := i.index.RawManifest()
	if err != nil {
		return nil, err
	}
	hash := a.text(raw)
	manifest, err := i.index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range manifest.Manifests {
		img, err := i.index.Image(d.Digest)
		if err != nil {
			return nil, err
		}
		if err := a.platform(img); err != nil {
			return nil, err
		}
	}
	return &v1.Descriptor{
		MediaType: types.OCIImageIndex, Digest: hash, Size: int64(len(raw)),
		Annotations: map[string]string{annotationName: i.Name, annotationFullName: ref.Name()},
	}, nil
}

func (a *archiver) platform(img v1.Image) error {
	manifest, err := img.RawManifest()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	a.text(manifest)
	a.text(config)
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, l := range layers {
		hash, err := l.Digest()
		if err != nil {
			return err
		}
		size, err := l.Size()
		if err != nil {
			return err
		}
		a.blobs[hash] = blob{size, l.Compressed}
	}
	return nil
}

// text collects a blob that is at hand.
func (a *archiver) text(data []byte) v1.Hash {
	hash, size, _ := v1.SHA256(bytes.NewReader(data)) // reading memory does not fail
	a.blobs[hash] = blob{size, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	return hash
}

func (a *archiver) blob(h v1.Hash) error {
	b := a.blobs[h]
	r, err := b.open()
	if err != nil {
		return err
	}
	defer r.Close()
	return a.write("blobs/"+h.Algorithm+"/"+h.Hex, r, b.size)
}

func (a *archiver) write(name string, r io.Reader, size int64) error {
	h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: size, ModTime: epoch}
	if err := a.out.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(a.out, r)
	return err
}
