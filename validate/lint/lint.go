// Package lint leads from paths to findings: it reads files with the settings of
// their project, judges them, and takes comments and baselines for an answer.
// Commands and editors share it, so that they agree.
package lint

import (
	"io/fs"
	"slices"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/comment"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/rules"
	"github.com/weft-lang/weft/validate/suppress"
	"github.com/weft-lang/weft/validate/userschema"
)

// Options of a run. The zero Options find weft.yaml upwards from every file.
type Options struct {
	Load     load.Options
	Profile  *validate.Profile // wins over those of weft.yaml; nil does not
	Target   *validate.Target  // wins over those of weft.yaml; nil does not
	Config   string            // the one weft.yaml that counts, if any
	NoConfig bool              // there is none
	// Edit, when there is one, changes what was read before it is judged.
	Edit func([]*tree.Document) []*tree.Document
	// NoIgnores shows findings that a comment answers.
	NoIgnores bool
	// Known drops the findings of a baseline; nil knows of none.
	Known func([]diag.Diagnostic) []diag.Diagnostic
	// Checkers judge scripts by programs that weft does not hold.
	Checkers validate.Checkers
}

// Result of a run.
type Result struct {
	*validate.Result
	Loaded *load.Result
	// Configs are the settings that counted.
	Configs []*config.Config
	// Failures are the files that could not be read.
	Failures []error
}

// Run reads and judges what paths name.
func Run(fsys fs.FS, paths []string, opts Options) *Result {
	r := newRun(fsys, paths, opts)
	for _, f := range r.loaded.Files {
		r.finder.For(f.Source.Name) // so that every weft.yaml that counts is known from here on
	}
	stubs := append(r.stubs(), r.loaded.Context...)
	docs := r.loaded.Documents
	if opts.Edit != nil {
		docs = opts.Edit(docs)
	}
	project := compiler.Bind(docs, stubs...)
	r.comments = comment.Read(r.sources(), r.loaded.Documents)
	r.front.Append(userschema.Check(userschema.Project{
		Bound: project, Comments: r.comments, Schemas: r.schemas, FS: fsys,
	}))
	r.front.Append(r.loaded.Findings)
	r.front.Append(r.finder.Findings())
	checked := validate.Check(project, validate.Options{
		Profile: r.profile(), Rules: r.rules, Front: &r.front, Settings: r.finder.Settings, Filter: r.filter,
		Checkers: opts.Checkers,
	})
	return &Result{
		Result: checked, Loaded: r.loaded, Configs: r.finder.Configs(),
		Failures: append(r.loaded.Failures, r.finder.Failures()...),
	}
}

// Read reads what paths name, but for what the settings leave out, and judges
// nothing.
func Read(fsys fs.FS, paths []string, opts Options) *load.Result {
	r := newRun(fsys, paths, opts)
	r.loaded.Failures = append(r.loaded.Failures, r.finder.Failures()...)
	return r.loaded
}

// A run is one call of Run or Read.
type run struct {
	fsys     fs.FS
	opts     Options
	rules    []validate.Rule
	finder   *config.Finder
	loaded   *load.Result
	comments []comment.Comment
	front    diag.List
}

// newRun reads paths, but for what the settings leave out.
func newRun(fsys fs.FS, paths []string, opts Options) *run {
	r := &run{fsys: fsys, opts: opts, rules: rules.All()}
	r.finder = config.NewFinder(fsys, config.FindOptions{
		WorkDir: opts.Load.WorkDir, File: opts.Config, None: opts.NoConfig, Rules: r.rules,
		Profile: opts.Profile, Target: opts.Target,
	})
	reading := opts.Load
	reading.Skip = func(name string) bool {
		return r.finder.Ignores(name) || opts.Load.Skip != nil && opts.Load.Skip(name)
	}
	r.loaded = load.Load(fsys, paths, reading)
	return r
}

// stubs reads the stubs that the settings name. A stub that was met in a folder
// is no longer one of the files to judge.
func (r *run) stubs() []*tree.Document {
	var paths []string
	for _, c := range r.finder.Configs() {
		for _, s := range c.Stubs {
			paths = append(paths, s.Name)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	stubs := load.Load(r.fsys, paths, load.Options{WorkDir: r.opts.Load.WorkDir})
	r.loaded.Failures = append(r.loaded.Failures, stubs.Failures...)
	r.front.Append(stubs.Findings)
	names := map[string]bool{}
	for _, f := range stubs.Files {
		names[r.finder.Abs(f.Source.Name)] = true
	}
	isStub := func(f *source.File) bool { return names[r.finder.Abs(f.Name)] }
	r.loaded.Files = slices.DeleteFunc(r.loaded.Files, func(f *load.File) bool { return isStub(f.Source) })
	r.loaded.Documents = slices.DeleteFunc(r.loaded.Documents, func(d *tree.Document) bool { return isStub(d.File) })
	own := &diag.List{}
	for _, d := range r.loaded.Findings.Sorted() {
		if d.Span.File == nil || !isStub(d.Span.File) {
			own.Add(d)
		}
	}
	r.loaded.Findings = own
	return stubs.Documents
}

// sources are the files that comments are read from.
func (r *run) sources() []*source.File {
	var out []*source.File
	for _, f := range r.loaded.Files {
		out = append(out, f.Source)
	}
	return out
}

func (r *run) schemas(file string) config.Schemas {
	c, _ := r.finder.For(file)
	return c.Schemas
}

// profile is that of all files, or Recommended when they differ: the verdict of
// the reference counts only where nobody wants another one.
func (r *run) profile() validate.Profile {
	if r.opts.Profile != nil {
		return *r.opts.Profile
	}
	var profiles []validate.Profile
	for _, f := range r.loaded.Files {
		profiles = append(profiles, r.finder.Settings(f.Source.Name).Profile)
	}
	if profiles = slices.Compact(profiles); len(profiles) == 1 {
		return profiles[0]
	}
	return validate.Recommended
}

// filter takes out what has been answered.
func (r *run) filter(findings []diag.Diagnostic) []diag.Diagnostic {
	if !r.opts.NoIgnores {
		findings = suppress.Filter(findings, r.comments, suppress.Options{Rules: r.rules, Settings: r.finder.Settings})
	}
	if r.opts.Known != nil {
		findings = r.opts.Known(findings)
	}
	return findings
}
