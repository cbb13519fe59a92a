package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-lang/weft/compiler/load"
)

// writeInto writes what make says of each file into a folder, under the name of
// the file with another extension: all of it, or nothing when something is wrong.
// A file is never written over itself.
func writeInto(dir, extension string, files []*load.File, make func(*load.File) (string, error)) error {
	type product struct{ name, text string }
	var products []product
	from := map[string]string{}
	for _, f := range files {
		source := f.Source.Name
		base := filepath.Base(source)
		name := filepath.Join(dir, strings.TrimSuffix(base, filepath.Ext(base))+extension)
		if other, taken := from[name]; taken {
			return usage("%s and %s would both be written to %s", other, source, name)
		}
		if isSameFile(name, source) {
			return usage("%s would be written over itself: name another folder", source)
		}
		from[name] = source
		text, err := make(f)
		if err != nil {
			return err
		}
		products = append(products, product{name, text})
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failure("cannot make the folder: %w", err)
	}
	for _, p := range products {
		if err := writeFile(p.name, p.text); err != nil {
			return err
		}
	}
	return nil
}

func isSameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// writeFile replaces a file in one step, so that nobody ever reads half of it.
func writeFile(name, text string) (err error) {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return failure("cannot write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = failure("cannot write %s: %w", name, err)
		}
	}()
	if _, err = f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err = f.Chmod(mode); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
