package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
)

// FindOptions say where to look. The zero FindOptions look upwards from every
// file, in a file system that holds nothing but the project.
type FindOptions struct {
	WorkDir string // the absolute folder that relative names start from, if any
	File    string // the one file that counts; "" looks upwards from each file
	None    bool   // there are no settings
	Rules   []validate.Rule
	Profile *validate.Profile // replaces what the files say; nil does not
	Target  *validate.Target  // replaces what the files say; nil does not
}

// A Finder knows the weft.yaml of every file: the one in its folder, else in
// the nearest folder above, up to the root of the repository. It remembers what
// it has read, and is for one goroutine.
type Finder struct {
	fsys     fs.FS
	opts     FindOptions
	byFolder map[string]*located
	nowhere  *located // counts where there is no file
	files    []*located
	findings diag.List
	failures []error
}

// located is a config and the folder that it counts from.
type located struct {
	*Config
	folder string // "" when there is no file
}

// NewFinder returns a Finder. A fault with the file that opts name is among its
// failures.
func NewFinder(fsys fs.FS, opts FindOptions) *Finder {
	f := &Finder{fsys: fsys, opts: opts, byFolder: map[string]*located{}}
	f.nowhere = f.overruled(&located{Config: &Config{}})
	if opts.File != "" && !opts.None {
		f.read(f.Abs(opts.File), opts.File)
	}
	return f
}

// Findings are the mistakes in the files read so far.
func (f *Finder) Findings() *diag.List { return &f.findings }

// Failures are the files that could not be read.
func (f *Finder) Failures() []error { return f.failures }

// Configs are the files read so far.
func (f *Finder) Configs() []*Config {
	var out []*Config
	for _, l := range f.files {
		out = append(out, l.Config)
	}
	return out
}

// For is the config of a file and the name of the file in its folder. The
// config is never nil.
func (f *Finder) For(file string) (c *Config, name string) {
	abs := f.Abs(file)
	l := f.above(path.Dir(abs))
	return l.Config, strings.TrimPrefix(abs, strings.TrimSuffix(l.folder, "/")+"/")
}

// Settings are those of a file.
func (f *Finder) Settings(file string) *validate.Settings {
	c, name := f.For(file)
	return c.Settings(name)
}

// Ignores reports whether a file met in a folder is to be left out: because its
// config says so, or because it is one itself.
func (f *Finder) Ignores(file string) bool {
	c, name := f.For(file)
	return path.Base(file) == FileName || c.Ignores(name)
}

// Abs is the absolute form of a name, where that can be known.
func (f *Finder) Abs(name string) string {
	if f.opts.WorkDir == "" || path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(f.opts.WorkDir, name)
}

// above is the config that counts in a folder.
func (f *Finder) above(folder string) *located {
	if l := f.byFolder[folder]; l != nil {
		return l
	}
	var l *located
	switch parent := path.Dir(folder); {
	case f.opts.None:
		l = f.nowhere
	case f.opts.File != "":
		l = f.files[0]
	case f.exists(path.Join(folder, FileName)):
		name := path.Join(folder, FileName)
		l = f.read(name, f.relative(name))
	case parent == folder || f.exists(path.Join(folder, ".git")):
		l = f.nowhere
	default:
		l = f.above(parent)
	}
	f.byFolder[folder] = l
	return l
}

func (f *Finder) exists(name string) bool {
	_, err := fs.Stat(f.fsys, name)
	return err == nil
}

// overruled lets the profile and the target of the options win.
func (f *Finder) overruled(l *located) *located {
	if f.opts.Profile != nil {
		l.SetProfile(*f.opts.Profile)
	}
	if f.opts.Target != nil {
		l.SetTarget(*f.opts.Target)
	}
	return l
}

func (f *Finder) read(name, display string) *located {
	l := &located{Config: &Config{}, folder: path.Dir(name)}
	file, err := source.Read(f.fsys, name, display)
	if err != nil {
		f.failures = append(f.failures, fmt.Errorf("cannot read settings: %w", cause(display, err)))
	} else {
		c, found := Parse(file, f.opts.Rules)
		c.locate(func(name string) string {
			if path.IsAbs(name) {
				return name
			}
			return f.relative(path.Join(l.folder, name))
		})
		l.Config = c
		f.findings.Append(found)
	}
	f.files = append(f.files, f.overruled(l))
	return l
}

func cause(name string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("%q: %w", name, err)
}

// relative is an absolute name as it looks from the working folder.
func (f *Finder) relative(name string) string {
	up := ""
	for at := f.opts.WorkDir; at != "" && at != "/" && at != "."; at = path.Dir(at) {
		if rest, ok := strings.CutPrefix(name, at+"/"); ok {
			return up + rest
		}
		up += "../"
	}
	return name
}
