package artifact

import (
	"fmt"
	"io/fs"
	"path"
)

// packed is what Pack has made, on its way to a store. Others may have been at
// its folder since then, so that its file system is one that no link leads out
// of: whoever uploads can read more than whoever packed.
type packed struct {
	fsys fs.FS
	name string
}

// walk visits a file, or a folder and all in it, with its path in that.
func (p packed) walk(visit func(below string, d fs.DirEntry) error) error {
	return fs.WalkDir(p.fsys, p.name, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below := "."
		if name != p.name {
			below = name[len(p.name)+1:]
		}
		if !d.IsDir() && !d.Type().IsRegular() {
			return fmt.Errorf("%q is neither a file nor a folder", below)
		}
		return visit(below, d)
	})
}

// open opens a file that walk has found.
func (p packed) open(below string) (f fs.File, size int64, err error) {
	f, err = p.fsys.Open(path.Join(p.name, below))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is no file", below)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
