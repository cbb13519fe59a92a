// Command image makes the images of weft and of its agent, and can push them
// into a registry:
//
//	go run ./cmd/internal/image -o bin
//	go run ./cmd/internal/image -push registry.example.org/team
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/weft-lang/weft/runtime/image"
)

func main() {
	o := options{}
	flag.StringVar(&o.dir, "o", "bin", "write the archives into `DIR`")
	flag.StringVar(&o.push, "push", "", "push the images into `REGISTRY/PATH`, too")
	platforms := flag.String("platforms", "linux/amd64,linux/arm64", "make images for these `PLATFORMS`")
	flag.Parse()
	o.platforms = strings.Split(*platforms, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := o.make(ctx, os.Stdout, programs); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

type options struct {
	dir, push string
	platforms []string
}

// check finds mistakes before anything is built.
func (o *options) check() error {
	for _, p := range o.platforms {
		if system, arch, ok := strings.Cut(p, "/"); !ok || system == "" || arch == "" {
			return fmt.Errorf("-platforms cannot hold %q: a platform is like linux/amd64", p)
		}
	}
	if o.push != "" {
		if _, err := name.NewRepository(o.push + "/weft"); err != nil {
			return fmt.Errorf("-push cannot be %q: it is REGISTRY/PATH, as in registry.example.org/team", o.push)
		}
	}
	return nil
}

// make makes the images of programs, and prints what it has made.
func (o *options) make(ctx context.Context, out io.Writer, programs []program) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	var settings strings.Builder
	for _, p := range programs {
		spec, err := p.spec(ctx, o.platforms)
		if err != nil {
			return err
		}
		if o.push != "" {
			spec.Name = o.push + "/" + path.Base(spec.Name)
		}
		img, err := image.New(spec)
		if err != nil {
			return err
		}
		file := filepath.Join(o.dir, p.name+".oci.tar")
		size, err := write(file, img)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s  %.1f MB  %s  %s\n", file, float64(size)/1e6, img.Name, img.Digest)
		if o.push == "" {
			continue
		}
		if err := img.Push(ctx); err != nil {
			return err
		}
		fmt.Fprintf(&settings, "  %s: %s/%s@%s\n", p.key, o.push, p.name, img.Digest)
	}
	if settings.Len() > 0 {
		fmt.Fprintf(out, "\nThey are in the registry. In weft.yaml:\n\ncluster:\n%s", settings.String())
	}
	return nil
}

// write writes an archive, whole or not at all.
func write(file string, img *image.Image) (size int64, err error) {
	out, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(out.Name()) // gone by then if all went well
	if err := image.WriteArchive(out, img); err != nil {
		return 0, err
	}
	if size, err = out.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	if err := out.Chmod(0o644); err != nil {
		return 0, err
	}
	if err := out.Close(); err != nil {
		return 0, err
	}
	return size, os.Rename(out.Name(), file)
}
