package artifact

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Limits bound what an archive may unpack to. Zero fields take the defaults,
// which no honest archive comes near.
type Limits struct {
	Bytes   int64
	Entries int
}

const (
	defaultBytes   = 1 << 40
	defaultEntries = 10_000_000
	maxLinkText    = 4096
	maxName        = 4096 // as Linux has it
)

// unpack unpacks the file at got into dir, and returns where the artifact is
// then: an archive with one thing at its top is that thing.
func unpack(got, dir string, a Archive, limits Limits) (string, error) {
	info, err := os.Lstat(got)
	if err != nil {
		return "", err
	}
	if a.None != nil || !info.Mode().IsRegular() {
		return got, nil
	}
	file, err := os.Open(got)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if a == (Archive{}) && !isTarball(file) {
		return got, nil
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		return "", err
	}
	e, err := newExtractor(dir, limits)
	if err != nil {
		return "", err
	}
	defer e.root.Close()
	if a.Zip != nil {
		err = e.zip(file, info.Size())
	} else {
		err = e.tar(file)
	}
	if err := errors.Join(err, e.finish()); err != nil {
		return "", err
	}
	top, err := os.ReadDir(dir)
	// A link alone would lead elsewhere from another place.
	if err == nil && len(top) == 1 && top[0].Type()&fs.ModeSymlink == 0 {
		return filepath.Join(dir, top[0].Name()), nil
	}
	return dir, err
}

// isTarball reports whether a file is a gzipped tar file, and rewinds it.
func isTarball(file io.ReadSeeker) bool {
	defer file.Seek(0, io.SeekStart)
	z, err := gzip.NewReader(file)
	if err != nil {
		return false
	}
	_, err = tar.NewReader(z).Next()
	return err == nil
}

// extractor writes the entries of an archive below a root. Names, and the
// targets of links, that lead out of it are errors.
type extractor struct {
	root    *os.Root
	bytes   int64
	entries int
	dirs    []dirMode
}

// dirMode is given to a folder when all is in it: it may forbid writing.
type dirMode struct {
	name string
	mode fs.FileMode
}

func newExtractor(dir string, limits Limits) (*extractor, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	e := &extractor{root: root, bytes: limits.Bytes, entries: limits.Entries}
	if e.bytes == 0 {
		e.bytes = defaultBytes
	}
	if e.entries == 0 {
		e.entries = defaultEntries
	}
	return e, nil
}

func (e *extractor) tar(file io.Reader) error {
	buffered := bufio.NewReader(file)
	var content io.Reader = buffered
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return err
		}
		content = z
	}
	r := tar.NewReader(content)
	for {
		h, err := r.Next()
		if err == io.EOF {
			// The checksum of all stands behind it. What else does is not ours.
			if _, err := io.Copy(io.Discard, content); errors.Is(err, gzip.ErrChecksum) {
				return err
			}
			return nil
		}
		if err != nil {
			return err
		}
		name, err := e.enter(h.Name)
		if err != nil || name == "." {
			if err != nil {
				return err
			}
			continue
		}
		mode := h.FileInfo().Mode().Perm()
		switch h.Typeflag {
		case tar.TypeDir:
			err = e.dir(name, mode)
		case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
			err = e.file(name, mode, h.ModTime, r)
		case tar.TypeSymlink:
			err = e.symlink(name, h.Linkname)
		case tar.TypeLink:
			err = e.link(name, h.Linkname)
		case tar.TypeXGlobalHeader:
		default:
			err = fmt.Errorf("%q is neither file, folder nor link", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func (e *extractor) zip(file io.ReaderAt, size int64) error {
	r, err := zip.NewReader(file, size)
	if err != nil {
		return err
	}
	for _, f := range r.File {
		name, err := e.enter(f.Name)
		if err != nil {
			return err
		}
		if name == "." {
			continue
		}
		if err := e.zipped(name, f); err != nil {
			return err
		}
	}
	return nil
}

func (e *extractor) zipped(name string, f *zip.File) error {
	mode := f.Mode()
	if mode.IsDir() {
		return e.dir(name, mode.Perm())
	}
	if !mode.IsRegular() && mode.Type() != fs.ModeSymlink {
		return fmt.Errorf("%q is neither file, folder nor link", f.Name)
	}
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	if mode.Type() == fs.ModeSymlink {
		target, err := io.ReadAll(io.LimitReader(content, maxLinkText))
		if err != nil {
			return err
		}
		return e.symlink(name, string(target))
	}
	return e.file(name, mode.Perm(), f.Modified, content)
}

// enter counts an entry and checks its name.
func (e *extractor) enter(name string) (string, error) {
	if e.entries--; e.entries < 0 {
		return "", errors.New("the archive has too many entries")
	}
	if len(name) > maxName {
		return "", fmt.Errorf("the name %.40q... in the archive is too long", name)
	}
	clean := path.Clean(name)
	if strings.Contains(name, "\x00") || !filepath.IsLocal(clean) {
		return "", fmt.Errorf("%q leads out of the archive", name)
	}
	// Through a link, a name is not where it seems to be, and a link's target
	// could not be judged by its text.
	for dir := path.Dir(clean); dir != "."; dir = path.Dir(dir) {
		if info, err := e.root.Lstat(dir); err == nil && info.Mode().Type() == fs.ModeSymlink {
			return "", fmt.Errorf("%q goes through the link %q", name, dir)
		}
	}
	return clean, nil
}

func (e *extractor) parent(name string) error { return e.root.MkdirAll(path.Dir(name), 0o777) }

func (e *extractor) dir(name string, mode fs.FileMode) error {
	e.dirs = append(e.dirs, dirMode{name, mode | 0o700}) // it is moved to its target yet
	return e.root.MkdirAll(name, 0o777)
}

func (e *extractor) file(name string, mode fs.FileMode, modified time.Time, content io.Reader) error {
	if err := e.makeRoom(name); err != nil {
		return err
	}
	out, err := e.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode|0o200)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(content, e.bytes+1))
	if e.bytes -= n; err == nil && e.bytes < 0 {
		err = errors.New("the archive unpacks to too many bytes")
	}
	err = errors.Join(err, out.Chmod(mode), out.Close())
	if err == nil && !modified.IsZero() {
		err = e.root.Chtimes(name, modified, modified)
	}
	return err
}

// makeRoom makes the folder of an entry and takes away what an earlier entry of
// the same name has left.
func (e *extractor) makeRoom(name string) error {
	if err := e.parent(name); err != nil {
		return err
	}
	if err := e.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (e *extractor) symlink(name, target string) error {
	if target == "" || path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return fmt.Errorf("the link %q to %q leads out of the archive", name, target)
	}
	if err := e.makeRoom(name); err != nil {
		return err
	}
	return e.root.Symlink(target, name)
}

func (e *extractor) link(name, target string) error {
	clean := path.Clean(target)
	if !filepath.IsLocal(clean) {
		return fmt.Errorf("the link %q to %q leads out of the archive", name, target)
	}
	if clean == name {
		return nil
	}
	if err := e.makeRoom(name); err != nil {
		return err
	}
	return e.root.Link(clean, name)
}

// finish gives folders their modes, inner ones first.
func (e *extractor) finish() error {
	for i := len(e.dirs) - 1; i >= 0; i-- {
		// A later entry may have put something else in the folder's place.
		if info, err := e.root.Lstat(e.dirs[i].name); err != nil || !info.IsDir() {
			continue
		}
		if err := e.root.Chmod(e.dirs[i].name, e.dirs[i].mode); err != nil {
			return err
		}
	}
	return nil
}
