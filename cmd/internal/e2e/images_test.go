//go:build e2e && linux

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// standIns is what the workflows call as images: one small Debian, whatever they
// are in the world outside.
const standIns = `alpine alpine:3.6 alpine:3.7 alpine:3.23 busybox busybox:1.36 bash:5.2
debian debian:8.9 debian:9.1 debian:9.4 ubuntu ubuntu:16.10 ubuntu:17.10 docker/whalesay
python:alpine3.23 python:3.13-alpine golang:1.8 golang:1.10 golang:1.26
curlimages/curl curlimages/curl:8.10.1 quay.io/argoproj/argocli`

// addImages gives the node all images that the tests need.
func (w *world) addImages(ctx context.Context, dir string) error {
	debian, err := images.Debian(images.Tools...)
	if err != nil {
		return err
	}
	if err := w.cluster.AddImage(ctx, debian, strings.Fields(standIns)...); err != nil {
		return err
	}
	argosay, err := images.With(debian, "/argosay", filepath.Join(repository, "testdata/conformance/argosay"))
	if err != nil {
		return err
	}
	if err := w.addCommand(ctx, argosay, "/argosay", "argoproj/argosay:v2"); err != nil {
		return err
	}
	if err := w.addCommand(ctx, debian, "cowsay", "argoproj/argosay:v1"); err != nil {
		return err
	}
	return w.addShipped(ctx, dir)
}

// addCommand adds an image that is known by its command alone, so that args take
// its place.
func (w *world) addCommand(ctx context.Context, image v1.Image, command, name string) error {
	file, err := image.ConfigFile()
	if err != nil {
		return err
	}
	config := file.Config
	config.Entrypoint, config.Cmd = nil, []string{command}
	if image, err = mutate.Config(image, config); err != nil {
		return err
	}
	return w.cluster.AddImage(ctx, image, name)
}

// addShipped adds the images of weft itself as make image makes them.
func (w *world) addShipped(ctx context.Context, dir string) error {
	if err := command(ctx, "go", "run", "../image", "-o", dir, "-platforms", "linux/amd64"); err != nil {
		return err
	}
	for _, name := range []string{"weft-agent.oci.tar", "weft.oci.tar"} {
		file, err := os.Open(filepath.Join(dir, name))
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
