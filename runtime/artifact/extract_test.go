package artifact_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-lang/weft/runtime/artifact"
)

// entry is one of an archive: a file, or with link a link.
type entry struct {
	name, text, link string
	kind             byte
}

func tarball(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Linkname: e.link, Typeflag: e.kind, Mode: 0o600, Size: int64(len(e.text))}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name}
		h.SetMode(0o600)
		if e.link != "" {
			h.SetMode(0o777 | fs.ModeSymlink)
			e.text = e.link
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// load puts bytes into a store and loads them again.
func load(t testing.TB, packed []byte, opts artifact.LoadOptions) (map[string]string, error) {
	t.Helper()
	store := artifact.Access{Folder: t.TempDir()}
	at := open(t, object{"folder": object{"key": "k"}}, store)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "packed"), packed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := at.Put(t.Context(), dir, "packed"); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "x")
	if err := at.Load(t.Context(), target, opts); err != nil {
		return nil, err
	}
	return read(t, target), nil
}

func TestUnpack(t *testing.T) {
	for name, test := range map[string]struct {
		packed  []byte
		archive string
		want    map[string]string
	}{
		"one file":        {tarball(t, entry{name: "a", text: "A"}), "", map[string]string{".": "A"}},
		"two files":       {tarball(t, entry{name: "a", text: "A"}, entry{name: "./b", text: "B"}), "", map[string]string{"a": "A", "b": "B"}},
		"one folder":      {tarball(t, entry{name: "d/", kind: tar.TypeDir}, entry{name: "d/a", text: "A"}), "", map[string]string{"a": "A"}},
		"folders unnamed": {tarball(t, entry{name: "d/e/a", text: "A"}), "", map[string]string{"e/": "", "e/a": "A"}},
		"nothing":         {tarball(t), `{"tar": {}}`, map[string]string{}},
		"the same twice":  {tarball(t, entry{name: "a", text: "1"}, entry{name: "a", text: "2"}), "", map[string]string{".": "2"}},
		"links":           {tarball(t, entry{name: "d/a", text: "A"}, entry{name: "d/s", link: "a", kind: tar.TypeSymlink}, entry{name: "d/h", link: "d/a", kind: tar.TypeLink}), "", map[string]string{"a": "A", "s": "-> a", "h": "A"}},
		"a link alone":    {tarball(t, entry{name: "s", link: "other", kind: tar.TypeSymlink}), "", map[string]string{"s": "-> other"}},
		"asked for none":  {[]byte("\x1f\x8b"), `{"none": {}}`, map[string]string{".": "\x1f\x8b"}},
		"plain text":      {[]byte("text"), "", map[string]string{".": "text"}},
		"only gzip":       {[]byte("\x1f\x8b\x08 no"), "", map[string]string{".": "\x1f\x8b\x08 no"}},
		"zip":             {zipped(t, entry{name: "d/a", text: "A"}, entry{name: "d/s", link: "a"}), `{"zip": {}}`, map[string]string{"a": "A", "s": "-> a"}},
		"zip, not asked":  {[]byte("PK"), "", map[string]string{".": "PK"}},
	} {
		got, err := load(t, test.packed, artifact.LoadOptions{Archive: archive(t, test.archive)})
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v %v, want %v", name, got, err, test.want)
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	link := func(name, to string) entry { return entry{name: name, link: to, kind: tar.TypeSymlink} }
	for name, test := range map[string]struct {
		packed []byte
		want   string
	}{
		"parent":         {tarball(t, entry{name: "../a"}), "leads out"},
		"deep parent":    {tarball(t, entry{name: "a/../../b"}), "leads out"},
		"absolute":       {tarball(t, entry{name: "/a"}), "leads out"},
		"link out":       {tarball(t, link("a", "../b")), "leads out"},
		"absolute link":  {tarball(t, link("a", "/etc/passwd")), "leads out"},
		"through a link": {tarball(t, link("a", "."), entry{name: "a/b"}), "goes through the link"},
		"link of a link": {tarball(t, link("d/l", ".."), link("d/l/m", "../..")), "goes through the link"},
		"hard link out":  {tarball(t, entry{name: "a", link: "../b", kind: tar.TypeLink}), "leads out"},
		"device":         {tarball(t, entry{name: "a", kind: tar.TypeBlock}), "neither file"},
		"pipe":           {tarball(t, entry{name: "a", kind: tar.TypeFifo}), "neither file"},
		"too deep":       {tarball(t, entry{name: strings.Repeat("a/", 400_000) + "a"}), "too long"},
		"too many":       {tarball(t, entry{name: "a"}, entry{name: "b"}, entry{name: "c"}, entry{name: "d"}), "too many entries"},
		"too large":      {tarball(t, entry{name: "a", text: strings.Repeat("x", 600)}, entry{name: "b", text: strings.Repeat("x", 600)}), "too many bytes"},
		"cut":            {tarball(t, entry{name: "a", text: strings.Repeat("x", 100)})[:50], "unexpected EOF"},
	} {
		_, err := load(t, test.packed, artifact.LoadOptions{Archive: archive(t, `{"tar": {}}`), Limits: artifact.Limits{Bytes: 1000, Entries: 3}})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, packed := range map[string][]byte{
		"zip parent": zipped(t, entry{name: "../a"}), "zip link": zipped(t, entry{name: "a", link: "/etc"}), "no zip": []byte("text"),
	} {
		if _, err := load(t, packed, artifact.LoadOptions{Archive: archive(t, `{"zip": {}}`)}); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
}

// FuzzUnpack holds that nothing is written, and no link leads, outside of the
// target.
func FuzzUnpack(f *testing.F) {
	f.Add(tarball(f, entry{name: "d/a", text: "A"}, entry{name: "d/s", link: "a", kind: tar.TypeSymlink}), false)
	f.Add(tarball(f, entry{name: "a", link: "..", kind: tar.TypeSymlink}, entry{name: "a/b"}), false)
	f.Add(zipped(f, entry{name: "d/a", text: "A"}, entry{name: "s", link: "d"}), true)
	f.Fuzz(func(t *testing.T, packed []byte, asZip bool) {
		dir := t.TempDir()
		store := filepath.Join(dir, "store")
		if err := os.WriteFile(filepath.Join(dir, "packed"), packed, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := artifact.Open(json.RawMessage(`{"folder": {"key": "k"}}`), artifact.Access{Folder: store})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Put(t.Context(), dir, "packed"); err != nil {
			t.Fatal(err)
		}
		opts := artifact.LoadOptions{Archive: archive(t, `{"tar": {}}`), Limits: artifact.Limits{Bytes: 1 << 20, Entries: 100}}
		if asZip {
			opts.Archive = archive(t, `{"zip": {}}`)
		}
		work := filepath.Join(dir, "work")
		failed := l.Load(t.Context(), filepath.Join(work, "x"), opts)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 3 {
			t.Fatalf("%v %v", entries, err)
		}
		left, err := os.ReadDir(work)
		if err != nil || failed != nil && len(left) != 0 || failed == nil && len(left) != 1 {
			t.Fatalf("%v %v after %v", left, err, failed)
		}
		if failed != nil {
			return
		}
		root, err := filepath.EvalSymlinks(work)
		if err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(work, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Type()&fs.ModeSymlink == 0 {
				return err
			}
			if to, err := filepath.EvalSymlinks(path); err == nil && to != root && !strings.HasPrefix(to, root+"/") {
				t.Errorf("%s leads to %s", path, to)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestUnpackDamaged finds a byte that is not what was packed, also where all
// that is unpacked looks well.
func TestUnpackDamaged(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(tarball(t, entry{name: "a", text: "what was packed"})))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(b.Bytes(), []byte("what was"), []byte("what wax"), 1)
	if got, err := load(t, damaged, artifact.LoadOptions{}); err == nil {
		t.Errorf("unpacked %q", got)
	}
	behind := append(b.Bytes(), "what others put behind it"...)
	if got, err := load(t, behind, artifact.LoadOptions{}); err != nil || got["."] != "what was packed" {
		t.Errorf("%q %v", got, err)
	}
}

// TestUnpackSparse: tar -S leaves holes out.
func TestUnpackSparse(t *testing.T) {
	const packed = "H4sIAAAAAAAAA+3QSwqDQAyA4RxljpBh4sxBeoJCBRfSAR/379iNomJBsav/2wSSQB5Nbmu5mRbR7BuLdSyC+CqoppQselFfRfPiHncvNhn74dk5J13Ow1Hfr/pp0/2285E5HxZ5vTIgbIv1+3X9BAAAAAAAAAAAAAAAAADA330AjM4T5wAoAAA="
	text, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := load(t, text, artifact.LoadOptions{})
	if err != nil || got["."] != strings.Repeat("\x00", 1<<20)+"end" {
		t.Errorf("%d bytes, %v", len(got["."]), err)
	}
}
