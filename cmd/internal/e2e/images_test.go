//go:build e2e && linux

package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// standIns is what the workflows call as images: one small Debian, whatever they
// are in the world outside.
const standIns = `alpine alpine:3.6 alpine:3.7 alpine:3.23 alpine/git:2.45.2 alpine/git:v2.49.0 busybox busybox:1.36 bash:5.2
debian debian:8.9 debian:9.1 debian:9.4 ubuntu ubuntu:16.10 ubuntu:17.10 docker/whalesay docker:27.3
python:alpine3.23 python:3.13-alpine golang:1.8 golang:1.10 golang:1.25 golang:1.26 golangci/golangci-lint:v2.1
curlimages/curl curlimages/curl:8.10.1 quay.io/argoproj/argocli`

// commands are what some of them run by themselves.
var commands = map[string]string{
	"argoproj/argosay:v1": "cowsay", "argoproj/argosay:v2": "/argosay",
	"redis:7.4": "redis-server", "nginx:1.27": "nginx", "docker:27.3-dind": "dockerd",
}

// standInPrograms are for what this machine does not have, or not without a
// network. Images and this machine have the same ones.
const standInPrograms = repository + "/testdata/e2e/programs"

// addImages gives the node all images that the tests need.
func (w *world) addImages(ctx context.Context, dir string) error {
	debian, err := images.Debian(images.Tools...)
	if err != nil {
		return err
	}
	added, err := filepath.Glob(standInPrograms + "/*")
	if err != nil {
		return err
	}
	// Containers on this machine find them there. The mount ends with the node.
	if err := syscall.Mount(standInPrograms, "/usr/local/sbin", "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", standInPrograms, err)
	}
	image := debian
	for _, file := range added {
		if image, err = images.With(image, "/usr/local/bin/"+filepath.Base(file), file); err != nil {
			return err
		}
	}
	if image, err = images.With(image, "/argosay", filepath.Join(repository, "testdata/conformance/argosay")); err != nil {
		return err
	}
	all := map[name.Tag]v1.Image{}
	for _, n := range strings.Fields(standIns) {
		if err := addNamed(all, image, n, "sh"); err != nil {
			return err
		}
	}
	for n, command := range commands {
		if err := addNamed(all, image, n, command); err != nil {
			return err
		}
	}
	archive, out := io.Pipe()
	go func() { out.CloseWithError(tarball.MultiWrite(all, out)) }()
	defer archive.Close()
	if err := w.cluster.AddArchive(ctx, archive); err != nil {
		return err
	}
	return w.addShipped(ctx, dir)
}

// addNamed adds an image that is known by its command alone, so that args take
// its place.
func addNamed(all map[name.Tag]v1.Image, image v1.Image, called, command string) error {
	tag, err := name.NewTag(called)
	if err != nil {
		return err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return err
	}
	config := file.Config
	config.Entrypoint, config.Cmd = nil, []string{command}
	all[tag], err = mutate.Config(image, config)
	return err
}

// addShipped adds the images of weft itself as make image makes them.
func (w *world) addShipped(ctx context.Context, dir string) error {
	if err := command(ctx, "go", "run", "../image", "-o", dir, "-platforms", "linux/amd64"); err != nil {
		return err
	}
	for _, archive := range []string{"weft-agent.oci.tar", "weft.oci.tar"} {
		file, err := os.Open(filepath.Join(dir, archive))
		if err != nil {
			return err
		}
		err = w.cluster.AddArchive(ctx, file)
		file.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
