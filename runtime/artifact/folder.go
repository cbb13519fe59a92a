package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// folder keeps artifacts on this machine. Each file is kept once, under the hash
// of what is in it; a key is a hard link to that, so that a file whose content
// many steps hand on takes its space once.
type folder struct {
	Path string `json:"path"` // of the store
	Key  string `json:"key"`
}

const (
	objectsDir = "objects"
	keysDir    = "keys"
)

func openFolder(fields json.RawMessage, access Access) (store, error) {
	f := &folder{}
	if err := json.Unmarshal(fields, f); err != nil {
		return nil, err
	}
	f.Key = path.Clean(f.Key)
	if f.Path == "" {
		f.Path = access.Folder
	}
	if f.Path == "" {
		return nil, errors.New("which folder it is in is not known on this machine")
	}
	if !filepath.IsLocal(f.Key) {
		return nil, fmt.Errorf("%q is no key in a folder", f.Key)
	}
	return f, nil
}

// at is where a key is kept. The key may be a folder.
func (f *folder) at(key string) string {
	return filepath.Join(f.Path, keysDir, filepath.FromSlash(key))
}

func (f *folder) get(_ context.Context, to string) error {
	return copyTree(f.at(f.Key), to)
}

func (f *folder) put(_ context.Context, from packed) error {
	if f.Key == "." {
		return errors.New("the key is empty") // its place is that of all others
	}
	if err := os.RemoveAll(f.at(f.Key)); err != nil {
		return err
	}
	return from.walk(func(below string, d fs.DirEntry) error {
		at := filepath.Join(f.at(f.Key), filepath.FromSlash(below))
		if d.IsDir() {
			return f.makeRoom(at)
		}
		in, _, err := from.open(below)
		if err != nil {
			return err
		}
		defer in.Close()
		return f.keep(in, at)
	})
}

// keep stores one file and links the key to it.
func (f *folder) keep(in io.Reader, at string) error {
	if err := f.makeRoom(filepath.Join(f.Path, objectsDir)); err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Join(f.Path, objectsDir), ".new-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), in)
	if err := errors.Join(err, out.Chmod(0o444), out.Close()); err != nil {
		return err
	}
	name := hex.EncodeToString(sum.Sum(nil))
	object := filepath.Join(f.Path, objectsDir, name[:2], name)
	if err := f.makeRoom(filepath.Dir(object)); err != nil {
		return err
	}
	if err := os.Link(out.Name(), object); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := f.makeRoom(filepath.Dir(at)); err != nil {
		return err
	}
	if err := os.Link(object, at); errors.Is(err, fs.ErrPermission) {
		return os.Link(out.Name(), at) // the object belongs to another user
	} else if err != nil {
		return err
	}
	return nil
}

// makeRoom makes a folder in the store. Containers of one run may work as
// different users, so that everybody may write there.
func (f *folder) makeRoom(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if dir != f.Path && len(dir) > len(f.Path) {
		if err := f.makeRoom(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o777)
}

func (f *folder) list(context.Context) ([]string, error) {
	var keys []string
	err := walkFiles(f.at(f.Key), func(_, below string, d fs.DirEntry) error {
		if !d.IsDir() {
			keys = append(keys, path.Join(f.Key, filepath.ToSlash(below)))
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil, nil // as in a bucket
	}
	slices.Sort(keys)
	return keys, err
}

// walkFiles visits a file, or a folder and all in it, with its path below from,
// but for the folders to skip.
func walkFiles(from string, visit func(path, below string, d fs.DirEntry) error, skip ...string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains(skip, path) {
			return fs.SkipDir
		}
		if errors.Is(err, fs.ErrNotExist) && path == from {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		below, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return visit(path, below, d)
	})
}

// copyTree copies a file or a folder. A link becomes the file that it leads to:
// stores have no links. Sockets and the like are left out, having no content.
func copyTree(from, to string, skip ...string) error {
	return walkFiles(from, func(path, below string, d fs.DirEntry) error {
		at := filepath.Join(to, below)
		switch {
		case d.IsDir():
			return os.MkdirAll(at, 0o777)
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := os.Stat(path); err != nil {
				return fmt.Errorf("the link %q leads nowhere: an archive can hold it, a folder of single files cannot", below)
			} else if !info.Mode().IsRegular() {
				return fmt.Errorf("the link %q leads to no file: an archive can hold it, a folder of single files cannot", below)
			}
			return copyFile(path, at)
		case d.Type().IsRegular():
			return copyFile(path, at)
		}
		return nil
	}, skip...)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	// Modes are not kept: whoever uploads may be another user than the owner.
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
