package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// A candidate is a file that may be ours.
type candidate struct {
	name     string // as the user would write it
	explicit bool
	stdin    bool
	context  bool // read for what others refer to
}

func (c candidate) read(fsys fs.FS, stdin io.Reader) (string, error) {
	if !c.stdin {
		b, err := fs.ReadFile(fsys, c.name)
		if err != nil {
			return "", fmt.Errorf("cannot read %q: %w", c.name, cause(err))
		}
		return string(b), nil
	}
	if stdin == nil {
		return "", errors.New("cannot read standard input: there is none")
	}
	b, err := io.ReadAll(stdin)
	if err != nil {
		return "", fmt.Errorf("cannot read standard input: %w", err)
	}
	return string(b), nil
}

// cause strips the operation and path that an fs error repeats.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// A finder collects candidates.
type finder struct {
	fsys     fs.FS
	opts     Options
	found    map[string]candidate // by absolute name
	context  bool                 // what is found now is context
	folders  []string
	failures []error
}

// discover looks for the files that args name, and for their context.
func discover(fsys fs.FS, args []string, opts Options) *finder {
	f := &finder{fsys: fsys, opts: opts, found: map[string]candidate{}}
	for _, arg := range args {
		f.argument(arg)
	}
	f.context = true
	for _, arg := range opts.Context {
		f.argument(arg)
	}
	return f
}

// files lists what was found, sorted by name, each file once.
func (f *finder) files() []candidate {
	files := make([]candidate, 0, len(f.found))
	for key, c := range f.found {
		c.context = c.context || f.opts.Changed != nil && !c.stdin && !f.opts.Changed(key)
		files = append(files, c)
	}
	slices.SortFunc(files, func(a, b candidate) int { return cmp.Compare(a.name, b.name) })
	return files
}

func (f *finder) argument(arg string) {
	if arg == Stdin {
		f.add(candidate{name: cmp.Or(f.opts.StdinName, "stdin"), explicit: true, stdin: true})
		return
	}
	name := path.Clean(arg)
	info, err := fs.Stat(f.fsys, name)
	switch {
	case err == nil && info.IsDir():
		f.walk(name, "", f.ignoresAbove(name))
	case err == nil:
		f.folders = append(f.folders, path.Dir(name))
		f.add(candidate{name: name, explicit: true})
	case hasGlob(arg):
		f.glob(name)
	default:
		f.fail(name, err)
	}
}

func (f *finder) fail(name string, err error) {
	f.failures = append(f.failures, fmt.Errorf("cannot read %q: %w", name, cause(err)))
}

// add notes a candidate. A file met twice keeps the name it was first met by.
func (f *finder) add(c candidate) {
	key := f.abs(c.name)
	if c.stdin {
		key = Stdin
	}
	c.context = f.context
	if old, ok := f.found[key]; ok {
		c.name, c.explicit, c.context = old.name, old.explicit || c.explicit, old.context
	}
	f.found[key] = c
}

// abs is the absolute form of name where that can be known.
func (f *finder) abs(name string) string {
	if f.opts.WorkDir == "" || path.IsAbs(name) {
		return name
	}
	return path.Join(f.opts.WorkDir, name)
}

func hasGlob(arg string) bool { return strings.ContainsAny(arg, "*?[{") }

func (f *finder) glob(pattern string) {
	if !doublestar.ValidatePattern(pattern) {
		f.failures = append(f.failures, fmt.Errorf("cannot read %q: not a valid pattern", pattern))
		return
	}
	base, _ := doublestar.SplitPattern(pattern)
	f.walk(base, pattern, f.ignoresAbove(base))
}

// walk adds the files below folder dir that have a known extension and, when
// there is a pattern, match it. Hidden folders, vendored code and what
// .gitignore names stay out. Symbolic links to folders are not followed.
func (f *finder) walk(dir, pattern string, ignored ignoreList) {
	entries, err := fs.ReadDir(f.fsys, dir)
	if err != nil {
		f.fail(dir, err)
		return
	}
	f.folders = append(f.folders, dir)
	ignored = append(ignored[:len(ignored):len(ignored)], f.readIgnore(f.abs(dir))...)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && (isForeignFolder(e.Name()) || outOfReach(pattern, name) || ignored.match(f.abs(name), true)):
		case e.IsDir():
			f.walk(name, pattern, ignored)
		case frontEnds[path.Ext(name)].parse == nil,
			pattern != "" && !doublestar.MatchUnvalidated(pattern, name),
			ignored.match(f.abs(name), false),
			!f.regular(name, e),
			f.opts.Skip != nil && f.opts.Skip(name):
		default:
			f.add(candidate{name: name})
		}
	}
}

// isForeignFolder tells the folders that hold other people's files.
func isForeignFolder(name string) bool {
	return strings.HasPrefix(name, ".") || name == "vendor" || name == "node_modules"
}

// outOfReach reports that nothing below folder dir can match the pattern, since
// it is too deep. Braces may hide slashes, ** any number of them.
func outOfReach(pattern, dir string) bool {
	return pattern != "" && !strings.Contains(pattern, "**") && !strings.Contains(pattern, "{") &&
		strings.Count(dir, "/") >= strings.Count(pattern, "/")
}

// regular reports whether an entry is a file, directly or through a link. A
// link that leads nowhere is not worth a word: nobody asked for it by name.
func (f *finder) regular(name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.Type().IsRegular()
	}
	info, err := fs.Stat(f.fsys, name)
	return err == nil && info.Mode().IsRegular()
}
