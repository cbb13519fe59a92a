// Package image makes container images out of files, without a container
// runtime: the same files give the same bytes, and the same digest, anywhere.
// It also asks registries what the images of others run by themselves.
package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A File is a file, a folder or a symbolic link of an image. Folders above it
// need no File of their own.
type File struct {
	Path string      // with or without a slash before it
	Mode fs.FileMode // type and permissions; fs.ModeSticky counts, too
	Data []byte
	Link string // where a fs.ModeSymlink leads
}

// Spec says what an image holds and how it starts.
type Spec struct {
	Name            string // NAME:TAG, under which registries and nodes know it
	Builds          []Build
	Entrypoint, Cmd []string
	Env             []string // NAME=VALUE
	User, WorkDir   string
	Labels          map[string]string
}

// A Build is the part of an image that is for one platform.
type Build struct {
	OS, Arch string // as Go names them
	Files    []File
}

// An Image is one image for one or several platforms.
type Image struct {
	Name   string
	Digest string // sha256:HEX, of the index over the platforms
	index  v1.ImageIndex
}

// New makes an image.
func New(s Spec) (*Image, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range s.Builds {
		img, err := s.build(b)
		if err != nil {
			return nil, fmt.Errorf("cannot make the image %s for %s/%s: %w", s.Name, b.OS, b.Arch, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: b.OS, Architecture: b.Arch}},
		})
	}
	digest, err := index.Digest()
	if err != nil {
		return nil, fmt.Errorf("cannot make the image %s: %w", s.Name, err)
	}
	return &Image{Name: s.Name, Digest: digest.String(), index: index}, nil
}

func (s *Spec) build(b Build) (v1.Image, error) {
	content, err := archive(b.Files)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}, tarball.WithCompressedCaching, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	config := &v1.ConfigFile{
		OS: b.OS, Architecture: b.Arch, Created: v1.Time{Time: epoch}, RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{
			Entrypoint: s.Entrypoint, Cmd: s.Cmd, Env: s.Env, User: s.User, WorkingDir: s.WorkDir, Labels: s.Labels,
		},
	}
	img, err := mutate.ConfigFile(base, config)
	if err != nil {
		return nil, err
	}
	return mutate.Append(img, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: "weft"}})
}

// epoch is when everything was made: an image that tells when it was built is
// another one each time.
var epoch = time.Unix(0, 0).UTC()

// archive is the tar file of a layer, with the folders that files are in.
func archive(files []File) ([]byte, error) {
	all := map[string]File{}
	for _, f := range files {
		name := path.Clean("/" + f.Path)[1:]
		if _, twice := all[name]; twice || name == "" {
			return nil, fmt.Errorf("%q is there twice or names nothing", f.Path)
		}
		all[name] = f
	}
	for name := range maps.Clone(all) {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if f, ok := all[dir]; !ok {
				all[dir] = File{Mode: fs.ModeDir | 0o755}
			} else if !f.Mode.IsDir() {
				return nil, fmt.Errorf("%q cannot be in %q, which is no folder", name, dir)
			}
		}
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		f := all[name]
		h, err := header(name, f)
		if err != nil {
			return nil, err
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), w.Close()
}

// header describes a file that belongs to root, for lack of anybody else.
func header(name string, f File) (*tar.Header, error) {
	h := &tar.Header{Name: name, Mode: int64(f.Mode.Perm()), Size: int64(len(f.Data)), ModTime: epoch}
	if f.Mode&fs.ModeSticky != 0 {
		h.Mode |= 0o1000
	}
	switch f.Mode.Type() {
	case 0:
		h.Typeflag = tar.TypeReg
	case fs.ModeDir:
		h.Typeflag = tar.TypeDir
		h.Name += "/"
	case fs.ModeSymlink:
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, f.Link, 0o777
	default:
		return nil, fmt.Errorf("%q is no file, folder or link: %s", name, f.Mode)
	}
	if h.Typeflag != tar.TypeReg && len(f.Data) > 0 {
		return nil, fmt.Errorf("%q holds data and is no file", name)
	}
	return h, nil
}
