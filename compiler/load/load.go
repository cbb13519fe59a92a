// Package load answers which files a command works on, reads them and parses
// them, all at once and in an order that never depends on timing.
//
// It sits above the front ends of lang and judges nothing: what it reports is
// what the front ends report, minus what is said of files that were met by
// chance and are none of weft's business.
package load

import (
	"io"
	"io/fs"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/parallel"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Options say where things come from. The zero Options are right for an FS
// that holds nothing but the project.
type Options struct {
	// Stdin is read for the argument "-".
	Stdin io.Reader
	// StdinName is the file name that stdin pretends to have; its extension
	// chooses the front end. "" means "stdin", which is .weft when it begins with
	// a header of that language, and YAML otherwise.
	StdinName string
	// WorkDir is the absolute folder that relative names start from. With it,
	// a file named in two ways is read once, and .gitignore files above the
	// folders named are respected up to the root of their repository.
	WorkDir string
	// Context are more arguments. What only they name is read for what the
	// others refer to, and is not what the command works on.
	Context []string
	// KeepContext puts the files of Context among the others, marked as such.
	KeepContext bool
	// Foreign keeps the files met in a folder or by a glob that hold manifests of
	// other kinds only. What is wrong with those stays unsaid.
	Foreign bool
	// Changed, when there is one, makes context of every file that it is false
	// for. It is asked for absolute names, where WorkDir is known.
	Changed func(name string) bool
	// Skip, when there is one, leaves out files that are met in a folder or by a
	// glob, and not those that are named.
	Skip func(name string) bool
}

// A File is one file that was read.
type File struct {
	Source    *source.File
	Documents []*tree.Document
	Explicit  bool // named by the user, not met in a folder or by a glob
	Stdin     bool // standard input, whatever its name
	Ours      bool // is written in .weft or holds a document of a kind that weft knows
	Context   bool // read for what others refer to
	Damaged   bool // there are errors in it that its front end found, be they kept or not
}

// A Result is everything that was read. Files, and with them Documents, are
// sorted by name.
type Result struct {
	Files     []*File
	Documents []*tree.Document
	// Context are the documents of files that were read as context, and not kept.
	Context  []*tree.Document
	Findings *diag.List // of the front ends, in Files
	// Folders are those that were searched, and those of the files named: where
	// to wait for changes.
	Folders []string
	// Failures are the arguments and files that could not be read. They do not
	// keep the others from being read.
	Failures []error
}

// Load finds and parses what args name: files, folders (searched for files of
// known extension), globs with **, and "-" for stdin. Names go to fsys as the
// user wrote them, so an FS that knows absolute names and ".." gets them.
func Load(fsys fs.FS, args []string, opts Options) *Result {
	f := discover(fsys, args, opts)
	files := f.files()
	loaded := make([]loadedFile, len(files))
	parallel.Each(len(files), func(i int) { loaded[i] = load(fsys, files[i], opts) })

	result := &Result{Findings: &diag.List{}, Folders: f.folders, Failures: f.failures}
	for i, l := range loaded {
		if l.err != nil {
			result.Failures = append(result.Failures, l.err)
		}
		if l.file == nil {
			continue
		}
		l.file.Context = files[i].context
		if files[i].context && !opts.KeepContext {
			result.Context = append(result.Context, l.file.Documents...)
			continue
		}
		result.Files = append(result.Files, l.file)
		result.Documents = append(result.Documents, l.file.Documents...)
		for _, d := range l.findings {
			result.Findings.Add(d)
		}
	}
	return result
}

type loadedFile struct {
	file     *File
	findings []diag.Diagnostic
	err      error
}

func load(fsys fs.FS, c candidate, opts Options) loadedFile {
	text, err := c.read(fsys, opts.Stdin)
	if err != nil {
		return loadedFile{err: err}
	}
	frontEnd := frontEndOf(c, text)
	if !c.explicit && frontEnd.mayBeForeign && !opts.Foreign && !mentionsWorkflow(text) {
		return loadedFile{}
	}
	f := source.NewFile(c.name, text)
	docs, list := frontEnd.parse(fsys, f)
	out := loadedFile{file: &File{Source: f, Documents: docs, Explicit: c.explicit, Stdin: c.stdin, Ours: !frontEnd.mayBeForeign}}
	for _, d := range docs {
		out.file.Ours = out.file.Ours || isOurs(d)
	}
	out.findings = list.Sorted()
	out.file.Damaged = list.Has(diag.Error)
	if !c.explicit && frontEnd.mayBeForeign {
		out.findings = ownFindings(out.findings, docs)
	}
	return out
}
