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
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

type options struct {
	dir, push string
	platforms []string
}

func (o *options) run(ctx context.Context) error {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	var pushed []string
	for _, p := range programs {
		spec, err := p.spec(ctx, o.platforms)
		if err != nil {
			return err
		}
		if o.push != "" {
			if spec.Name, err = moved(spec.Name, o.push); err != nil {
				return err
			}
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
		fmt.Printf("%s  %.1f MB  %s  %s\n", file, float64(size)/1e6, img.Name, img.Digest)
		if o.push == "" {
			continue
		}
		if err := img.Push(ctx); err != nil {
			return err
		}
		repository, _, _ := strings.Cut(img.Name[len(o.push):], ":")
		pushed = append(pushed, fmt.Sprintf("  %s: %s@%s", p.key, o.push+repository, img.Digest))
	}
	if len(pushed) > 0 {
		fmt.Printf("\nThey are in the registry. In weft.yaml:\n\ncluster:\n%s\n", strings.Join(pushed, "\n"))
	}
	return nil
}

// moved is the name of an image in another place.
func moved(image, to string) (string, error) {
	moved := to + "/" + path.Base(image)
	if _, err := name.NewTag(moved); err != nil {
		return "", fmt.Errorf("-push cannot be %q: it is REGISTRY/PATH, as in registry.example.org/team", to)
	}
	return moved, nil
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
	if size, err = out.Seek(0, 1); err != nil {
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
