package artifact_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/runtime/artifact"
)

// TestPackWithoutArchive holds that what is kept file by file is whole: links
// become files, and a file is for everybody to read, since another user uploads
// it.
func TestPackWithoutArchive(t *testing.T) {
	none := archive(t, `{"none": {}}`)
	from := write(t, t.TempDir(), map[string]string{"a": "A", "sub/b": "B"})
	for link, target := range map[string]string{"in": "sub/b", "out": filepath.Join(write(t, t.TempDir(), map[string]string{"c": "C"}), "c")} {
		if err := os.Symlink(target, filepath.Join(from, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(from, "a"), 0o400); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "packed")
	if err := artifact.Pack(from, to, none); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "A", "in": "B", "out": "C", "sub/b": "B"} {
		if got := read(t, to)[name]; got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if info, err := os.Stat(filepath.Join(to, "a")); err != nil || info.Mode().Perm()&0o400 == 0 || info.Mode().Perm()&0o004 == 0 {
		t.Errorf("not everybody can read it: %v %v", info.Mode(), err)
	}
	for target, want := range map[string]string{"sub": "leads to no file", "gone": "leads nowhere"} {
		link := filepath.Join(from, "bad")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		err := artifact.Pack(from, filepath.Join(t.TempDir(), "packed"), none)
		if err == nil || !strings.Contains(err.Error(), `"bad" `+want) {
			t.Errorf("a link to %s: %v", target, err)
		}
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPutFollowsNoLink holds that whoever may write to the folder of what was
// packed cannot make the uploader read anything else.
func TestPutFollowsNoLink(t *testing.T) {
	secret := filepath.Join(write(t, t.TempDir(), map[string]string{"key": "very secret"}), "key")
	for name, plant := range map[string]func(dir string) error{
		"in place of a file":           func(dir string) error { return os.Symlink(secret, filepath.Join(dir, "x")) },
		"in place of a folder":         func(dir string) error { return os.Symlink(filepath.Dir(secret), filepath.Join(dir, "x")) },
		"in a folder":                  func(dir string) error { return link(secret, filepath.Join(dir, "x", "key")) },
		"in place of the folder above": func(dir string) error { return os.Symlink("/", filepath.Join(dir, "..", "above")) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "exchange")
			if err := os.Mkdir(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := plant(folder); err != nil {
				t.Fatal(err)
			}
			store := artifact.Access{Folder: t.TempDir()}
			at := open(t, object{"folder": object{"key": "k"}}, store)
			for _, packed := range []string{"x", "../above" + secret} {
				if err := at.Put(t.Context(), folder, packed); err == nil {
					t.Errorf("%s was kept: %v", packed, read(t, store.Folder))
				}
			}
			for name, text := range read(t, store.Folder) {
				if strings.Contains(text, "secret") {
					t.Errorf("the store holds %s", name)
				}
			}
		})
	}
}

func link(target, at string) error {
	if err := os.Mkdir(filepath.Dir(at), 0o777); err != nil {
		return err
	}
	return os.Symlink(target, at)
}
