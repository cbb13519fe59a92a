package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate/baseline"
	"github.com/weft-lang/weft/validate/lint"
)

// baselineFlags say what to do with a baseline. One of them at a time.
type baselineFlags struct {
	apply, write, prune string

	dir  string // absolute folder of the file: names in it are relative to that
	wd   string
	old  *baseline.Baseline
	used *baseline.Baseline // by the last run
}

func (f *baselineFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.apply, "baseline", "", "leave out the findings that `FILE` knows")
	flags.StringVar(&f.write, "write-baseline", "", "write all findings to `FILE`, for --baseline")
	flags.StringVar(&f.prune, "prune-baseline", "", "like --baseline, and remove from `FILE` what is no longer found")
}

func (f *baselineFlags) check() error {
	n := 0
	for _, file := range []string{f.apply, f.write, f.prune} {
		if file != "" {
			n++
		}
	}
	if n > 1 {
		return usage("only one of --baseline, --write-baseline and --prune-baseline can be given")
	}
	return nil
}

// file is the baseline at work, "" if there is none.
func (f *baselineFlags) file() string { return f.apply + f.write + f.prune }

// filter reads the baseline and returns what drops the findings it knows, nil
// if it knows none.
func (f *baselineFlags) filter(wd string) (func([]diag.Diagnostic) []diag.Diagnostic, error) {
	if f.file() == "" {
		return nil, nil
	}
	f.wd = filepath.FromSlash(wd)
	f.dir = f.wd
	if dir := filepath.Dir(f.file()); filepath.IsAbs(dir) {
		f.dir = dir
	} else {
		f.dir = filepath.Join(f.wd, dir)
	}
	if f.write != "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.file())
	if err != nil {
		return nil, failure("cannot read the baseline: %w", err)
	}
	if f.old, err = baseline.Parse(text); err != nil {
		return nil, failure("cannot read %s: %w", f.file(), err)
	}
	return func(findings []diag.Diagnostic) []diag.Diagnostic {
		var fresh []diag.Diagnostic
		fresh, f.used = f.old.Apply(findings, f.name)
		return fresh
	}, nil
}

// name is what the baseline calls a file.
func (f *baselineFlags) name(file string) string {
	file = filepath.FromSlash(file)
	if !filepath.IsAbs(file) {
		file = filepath.Join(f.wd, file)
	}
	if rel, err := filepath.Rel(f.dir, file); err == nil {
		file = rel
	}
	return filepath.ToSlash(file)
}

// save writes the baseline if it is to be written. done means that this was all
// the command was asked for.
func (f *baselineFlags) save(s Streams, r *lint.Result) (done bool, err error) {
	switch {
	case f.write != "":
		b := baseline.New(r.Findings.Sorted(), f.name)
		if err := writeFile(f.write, string(b.Bytes())); err != nil {
			return true, err
		}
		fmt.Fprintf(s.Err, "weft: wrote %s to %s\n", plural(b.Len(), "finding"), f.write)
		return true, nil
	case f.prune != "":
		looked := map[string]bool{}
		for _, file := range r.Loaded.Files {
			looked[f.name(file.Source.Name)] = true
		}
		pruned := f.old.Prune(f.used, func(name string) bool { return looked[name] || f.isGone(name) })
		if n := f.old.Len() - pruned.Len(); n > 0 {
			if err := writeFile(f.prune, string(pruned.Bytes())); err != nil {
				return false, err
			}
			fmt.Fprintf(s.Err, "weft: removed %s from %s\n", plural(n, "finding"), f.prune)
		}
	}
	return false, nil
}

// isGone reports whether a file of the baseline is no longer there.
func (f *baselineFlags) isGone(name string) bool {
	_, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(name)))
	return os.IsNotExist(err)
}
