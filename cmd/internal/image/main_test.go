package main

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/weft-lang/weft/compiler/pod"
)

// TestNames holds that the images of one release have one version.
func TestNames(t *testing.T) {
	tags := map[string]bool{}
	for _, p := range programs {
		ref, err := name.NewTag(p.image, name.StrictValidation)
		if err != nil {
			t.Fatal(err)
		}
		tags[ref.TagStr()] = true
		if !strings.HasSuffix(ref.RepositoryStr(), "/"+p.name) {
			t.Errorf("the image of %s is %s", p.name, ref)
		}
	}
	if len(tags) != 1 {
		t.Errorf("the images have the versions %v", tags)
	}
}

// TestAgent builds the agent, pushes it and looks at what has arrived.
func TestAgent(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	to := strings.TrimPrefix(server.URL, "http://") + "/team"
	o := options{dir: t.TempDir(), push: to, platforms: []string{"linux/" + runtime.GOARCH}}
	var out strings.Builder
	if err := o.make(t.Context(), &out, programs[:1]); err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(to + "/" + path.Base(pod.DefaultAgentImage))
	if err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(ref, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c := config.Config; c.User != "65532:65532" || c.Entrypoint[0] != "/weft-agent" || c.Labels["org.opencontainers.image.title"] != "weft-agent" {
		t.Errorf("the config is %+v", c)
	}
	files := contents(t, img)
	if len(files) != 2 {
		t.Errorf("the image holds %d files", len(files))
	}
	if program, err := elf.NewFile(bytes.NewReader(files["weft-agent"])); err != nil || program.Section(".interp") != nil {
		t.Errorf("the agent is no static program: %v", err)
	}
	if block, _ := pem.Decode(files["etc/ssl/certs/ca-certificates.crt"]); block == nil || block.Type != "CERTIFICATE" {
		t.Error("there are no certificates")
	}
	index, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		filepath.Join(o.dir, "weft-agent.oci.tar") + "  ", "\ncluster:\n  agentImage: " + to + "/weft-agent@" + digest.String() + "\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not print %q:\n%s", want, out.String())
		}
	}
}

// contents are the files of an image.
func contents(t *testing.T, img v1.Image) map[string][]byte {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, l := range layers {
		content, err := l.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		for r := tar.NewReader(content); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Typeflag != tar.TypeReg {
				continue
			}
			if files[h.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

func TestMistakes(t *testing.T) {
	for want, o := range map[string]options{
		`-push cannot be "UPPER"`:        {push: "UPPER", platforms: []string{"linux/amd64"}},
		`-platforms cannot hold "linux"`: {platforms: []string{"linux"}},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // nothing is built for a mistake
		o.dir = t.TempDir()
		if err := o.make(ctx, io.Discard, programs); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
