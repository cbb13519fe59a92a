// Package images makes container images of what this machine has: programs that
// Go builds, busybox, and packages of Debian. No registry is asked.
package images

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// searchPath is where containers look for programs.
const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games"

// Program is an image that holds one program, at the path that is also its
// entrypoint: the Go package in a folder, linked statically.
func Program(ctx context.Context, path, folder string) (v1.Image, error) {
	dir, err := os.MkdirTemp("", "weft-program-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	built := filepath.Join(dir, "program")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", built, ".")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w: %s", folder, err, out)
	}
	var l layer
	l.add(path, built)
	return l.image(v1.Config{Entrypoint: []string{path}, Env: []string{searchPath}})
}

// Busybox is the image of a small Linux: the machine's static busybox, under the
// names of all its programs.
func Busybox() (v1.Image, error) {
	const busybox = "/bin/busybox"
	static, err := isStatic(busybox)
	if err != nil || !static {
		return nil, fmt.Errorf("there is no static %s: apt-get install busybox-static", busybox)
	}
	out, err := exec.Command(busybox, "--list-full").Output()
	if err != nil {
		return nil, fmt.Errorf("ask busybox what it can do: %w", err)
	}
	var l layer
	l.add(busybox, busybox)
	for name := range strings.FieldsSeq(string(out)) {
		if path := "/" + name; path != busybox {
			l.link(path, busybox)
		}
	}
	l.common()
	return l.image(v1.Config{Cmd: []string{"sh"}, Env: []string{searchPath}})
}

// isStatic says whether a program needs no libraries.
func isStatic(file string) (bool, error) {
	program, err := elf.Open(file)
	if err != nil {
		return false, err
	}
	defer program.Close()
	return !slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }), nil
}

// With is an image with one more file, that the container begins with.
func With(base v1.Image, path, file string) (v1.Image, error) {
	var l layer
	l.add(path, file)
	config, err := base.ConfigFile()
	if err != nil {
		return nil, err
	}
	changed := config.Config
	changed.Entrypoint, changed.Cmd = []string{path}, nil
	return l.onTop(base, changed)
}

// A layer gathers files. The first problem is kept and told in the end.
type layer struct {
	buffer  bytes.Buffer
	archive *tar.Writer
	have    map[string]bool
	err     error
}

func (l *layer) write(h *tar.Header, content []byte) {
	if l.archive == nil {
		l.archive, l.have = tar.NewWriter(&l.buffer), map[string]bool{}
	}
	h.Name = strings.TrimPrefix(h.Name, "/")
	if l.err != nil || h.Name == "" || l.have[h.Name] {
		return
	}
	l.have[h.Name] = true
	h.Size = int64(len(content))
	if l.err = l.archive.WriteHeader(h); l.err == nil {
		_, l.err = l.archive.Write(content)
	}
}

// add puts a file, link or folder of the machine at a path.
func (l *layer) add(path, file string) {
	info, err := os.Lstat(file)
	if err != nil {
		l.err = errors.Join(l.err, err)
		return
	}
	mode := int64(info.Mode().Perm())
	switch {
	case info.IsDir():
		l.folder(path, mode)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		l.err = errors.Join(l.err, err)
		l.link(path, target)
	case info.Mode().IsRegular():
		content, err := os.ReadFile(file)
		l.err = errors.Join(l.err, err)
		l.write(&tar.Header{Typeflag: tar.TypeReg, Name: path, Mode: mode}, content)
	}
}

func (l *layer) link(path, target string) {
	l.write(&tar.Header{Typeflag: tar.TypeSymlink, Name: path, Linkname: target, Mode: 0o777}, nil)
}

func (l *layer) folder(path string, mode int64) {
	l.write(&tar.Header{Typeflag: tar.TypeDir, Name: path + "/", Mode: mode}, nil)
}

func (l *layer) text(path, content string) {
	l.write(&tar.Header{Typeflag: tar.TypeReg, Name: path, Mode: 0o644}, []byte(content))
}

// common adds what programs expect of every system.
func (l *layer) common() {
	l.text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
	l.text("/etc/group", "root:x:0:\nnogroup:x:65534:\n")
	l.folder("/root", 0o700)
	l.folder("/mnt", 0o755)
	l.folder("/tmp", 0o1777)
	l.folder("/var/tmp", 0o1777)
}

func (l *layer) image(config v1.Config) (v1.Image, error) {
	return l.onTop(empty.Image, config)
}

func (l *layer) onTop(base v1.Image, config v1.Config) (v1.Image, error) {
	if l.err == nil {
		l.err = l.archive.Close()
	}
	if l.err != nil {
		return nil, fmt.Errorf("make an image: %w", l.err)
	}
	image, err := mutate.AppendLayers(base, static.NewLayer(l.buffer.Bytes(), types.DockerUncompressedLayer))
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Architecture, file.OS, file.Config = runtime.GOARCH, "linux", config
	return mutate.ConfigFile(image, file)
}
