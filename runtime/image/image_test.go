package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func exampleFiles() []File {
	return []File{
		{Path: "/weft", Mode: 0o755, Data: []byte("program")},
		{Path: "etc/ssl/roots.pem", Mode: 0o644, Data: []byte("roots")},
		{Path: "/tmp", Mode: fs.ModeDir | fs.ModeSticky | 0o777},
		{Path: "/bin/sh", Mode: fs.ModeSymlink, Link: "/weft"},
	}
}

// example is an image for two platforms; the order of its files is that of n.
func example(t *testing.T, n ...int) *Image {
	t.Helper()
	files := exampleFiles()
	var ordered []File
	for _, i := range n {
		ordered = append(ordered, files[i])
	}
	img, err := New(Spec{
		Name: "registry.example.org/team/weft:v1", Entrypoint: []string{"/weft"}, Cmd: []string{"help"}, Env: []string{"HOME=/tmp"},
		User: "65532:65532", Labels: map[string]string{"a": "b"},
		Builds: []Build{{"linux", "amd64", ordered}, {"linux", "arm64", append(ordered, File{Path: "arm", Mode: 0o600})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestSameBytes(t *testing.T) {
	var first, second bytes.Buffer
	for out, order := range map[*bytes.Buffer][]int{&first: {0, 1, 2, 3}, &second: {3, 1, 0, 2}} {
		if err := WriteArchive(out, example(t, order...)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same files in another order make another archive")
	}
}

// The machine must not show in a layer. What compression makes of it may change
// with the Go release.
func TestLayerIsTheSameEverywhere(t *testing.T) {
	data, err := archive(exampleFiles())
	if err != nil {
		t.Fatal(err)
	}
	const want = "936f272ed629321ad2b58daf9b64ab30e8ca1fd1b20aef768a5b69361b9268bd"
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
		t.Errorf("the layer has the sum %s, and once had %s", got, want)
	}
}

// extract unpacks an archive.
func extract(t *testing.T, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, h.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestArchiveIsALayout(t *testing.T) {
	img := example(t, 0, 1, 2, 3)
	var out bytes.Buffer
	if err := WriteArchive(&out, img); err != nil {
		t.Fatal(err)
	}
	top, err := layout.ImageIndexFromPath(extract(t, out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(top); err != nil {
		t.Error(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	entry := manifest.Manifests[0]
	if got := entry.Digest.String(); got != img.Digest {
		t.Errorf("the archive holds %s, not %s", got, img.Digest)
	}
	if got := entry.Annotations["org.opencontainers.image.ref.name"]; got != img.Name {
		t.Errorf("the image is called %q", got)
	}
	index, err := top.ImageIndex(entry.Digest)
	if err != nil {
		t.Fatal(err)
	}
	platforms, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var archs []string
	for _, p := range platforms.Manifests {
		archs = append(archs, p.Platform.String())
		one, err := index.Image(p.Digest)
		if err != nil {
			t.Fatal(err)
		}
		checkConfig(t, one, p.Platform.Architecture)
		checkFiles(t, one)
	}
	if got := strings.Join(archs, " "); got != "linux/amd64 linux/arm64" {
		t.Errorf("the image is for %s", got)
	}
}

func checkConfig(t *testing.T, img v1.Image, arch string) {
	t.Helper()
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c.OS != "linux" || c.Architecture != arch || c.Config.User != "65532:65532" || c.Config.Labels["a"] != "b" ||
		!slices.Equal(c.Config.Entrypoint, []string{"/weft"}) || !slices.Equal(c.Config.Cmd, []string{"help"}) || !slices.Equal(c.Config.Env, []string{"HOME=/tmp"}) {
		t.Errorf("the config is %+v", c)
	}
}

func checkFiles(t *testing.T, img v1.Image) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	var got []string
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.ModTime.Unix() != 0 {
			t.Errorf("%s is of user %d, group %d and time %s", h.Name, h.Uid, h.Gid, h.ModTime)
		}
		got = append(got, h.FileInfo().Mode().String()+" "+h.Name+h.Linkname)
	}
	want := []string{"drwxr-xr-x bin/", "Lrwxrwxrwx bin/sh/weft", "drwxr-xr-x etc/", "drwxr-xr-x etc/ssl/", "-rw-r--r-- etc/ssl/roots.pem", "dtrwxrwxrwx tmp/", "-rwxr-xr-x weft"}
	got = slices.DeleteFunc(got, func(s string) bool { return strings.HasSuffix(s, " arm") })
	if !slices.Equal(got, want) {
		t.Errorf("got files\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFilesThatCannotBe(t *testing.T) {
	tests := map[string][]File{
		"twice":        {{Path: "a"}, {Path: "/a"}},
		"nothing":      {{Path: "/"}},
		"is no folder": {{Path: "a"}, {Path: "a/b"}},
		"is no file":   {{Path: "a", Mode: fs.ModeDir, Data: []byte("x")}},
		"is no file, ": {{Path: "a", Mode: fs.ModeNamedPipe}},
	}
	for want, files := range tests {
		_, err := New(Spec{Name: "x:1", Builds: []Build{{"linux", "amd64", files}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want ... %s ...", files, err, want)
		}
	}
}

func TestOutsideNames(t *testing.T) {
	data, err := archive([]File{{Path: "../../etc/passwd", Data: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err != nil {
			break
		}
		if strings.Contains(h.Name, "..") {
			t.Errorf("a layer holds %q", h.Name)
		}
	}
}
