package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/weft-lang/weft/cmd/internal/cli"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/image"
)

// A program is what one image is made for.
type program struct {
	name  string // of the package in cmd
	title string
	key   string // in weft.yaml, under cluster
	image string
	path  string // in the image
	more  []image.File
	env   []string
}

var programs = []program{
	{
		name: "weft-agent", title: "The part of weft that runs inside Pods", key: "agentImage",
		image: pod.DefaultAgentImage, path: instructions.AgentInImage,
	},
	{
		name: "weft", title: "Checks, compiles and runs Kubernetes workflows", key: "driverImage",
		image: cli.DefaultDriverImage, path: "/weft",
		more: []image.File{{Path: "/tmp", Mode: fs.ModeDir | fs.ModeSticky | 0o777}},
		env:  []string{"HOME=/tmp"},
	},
}

// nobody is a user that no image gives a name to, as a number, since
// Kubernetes cannot tell of a name that it is not root's.
const nobody = "65532:65532"

// spec builds the program for all platforms and says what its image is.
func (p *program) spec(ctx context.Context, platforms []string) (image.Spec, error) {
	s := image.Spec{
		Name: p.image, Entrypoint: []string{p.path}, User: nobody, WorkDir: "/",
		Env: append([]string{"PATH=/"}, p.env...),
	}
	for _, platform := range platforms {
		system, arch, _ := strings.Cut(platform, "/")
		data, err := p.compile(ctx, system, arch)
		if err != nil {
			return s, err
		}
		if s.Labels, err = p.labels(data); err != nil {
			return s, err
		}
		files := append([]image.File{{Path: p.path, Mode: 0o755, Data: data}, roots()}, p.more...)
		s.Builds = append(s.Builds, image.Build{OS: system, Arch: arch, Files: files})
	}
	return s, nil
}

// compile builds the program for a platform.
func (p *program) compile(ctx context.Context, system, arch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "weft-image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, p.name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "github.com/weft-lang/weft/cmd/"+p.name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("cannot build %s for %s/%s: %w", p.name, system, arch, err)
	}
	return os.ReadFile(file)
}

// labels say where the image comes from, as far as the program itself tells.
func (p *program) labels(data []byte) (map[string]string, error) {
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("cannot read the version of %s: %w", p.name, err)
	}
	const prefix = "org.opencontainers.image."
	labels := map[string]string{
		prefix + "title": p.name, prefix + "description": p.title, prefix + "source": "https://" + info.Main.Path,
		prefix + "licenses": "Apache-2.0", prefix + "version": info.Main.Version,
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			labels[prefix+"revision"] = s.Value
		}
	}
	return labels, nil
}

// roots is the file by which programs know whom to trust on https: the
// certificates that Mozilla's programs trust without conditions. They come with
// a module, so that they do not depend on the machine that makes the image.
func roots() image.File {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // memory takes all
		}
	}
	return image.File{Path: "/etc/ssl/certs/ca-certificates.crt", Mode: 0o644, Data: out.Bytes()}
}
