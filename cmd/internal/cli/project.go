package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/lint"
)

// projectFlags are the flags of commands that work on a checked project.
type projectFlags struct {
	with          []string
	parameters    []string
	parameterFile string
	stdinFilename string
	settings      settingsFlags
	foreign       bool   // files that hold manifests of other kinds belong to it; not a flag
	place         string // the namespace of what names none; not a flag
}

func (f *projectFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.with, "with", nil, "also read `PATH`, for what the files refer to; may be repeated")
	registerStdinFilename(flags, &f.stdinFilename)
	flags.StringArrayVarP(&f.parameters, "parameter", "p", nil, "set the workflow argument `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.parameterFile, "parameters", "", "set workflow arguments from `FILE`, a YAML or JSON map; -p wins over it")
	f.settings.register(cmd)
}

func registerStdinFilename(flags *pflag.FlagSet, name *string) {
	flags.StringVar(name, "stdin-filename", "", "`NAME` of standard input in findings; its extension tells the language")
}

// A project is what a command line names, checked.
type project struct {
	checked *ir.Checked
	files   []*load.File // named by the arguments, not by --with
	configs []*config.Config
}

// Images are what images run by themselves, as the settings say.
func (p *project) Images() map[string]pod.Entrypoint {
	images := map[string]pod.Entrypoint{}
	for _, c := range p.configs {
		for name, image := range c.Images {
			images[name] = pod.Entrypoint{Command: image.Entrypoint, Args: image.Cmd}
		}
	}
	return images
}

// somePaths wants something to read.
func somePaths(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(`name a file, a folder or a glob, or "-" for standard input`)
	}
	return nil
}

// open reads and checks what paths name, with the settings of their folders.
// Errors end the command: they go to standard error, and nothing half-made to
// standard output.
func (f *projectFlags) open(s Streams, paths []string) (*project, error) {
	if err := f.settings.check(); err != nil {
		return nil, err
	}
	args, err := f.arguments()
	if err != nil {
		return nil, err
	}
	reading, err := onThisMachine(s, load.Options{StdinName: f.stdinFilename, Context: slashed(f.with), KeepContext: true, Foreign: f.foreign})
	if err != nil {
		return nil, err
	}
	return f.openIn(s, disk{}, reading, args, paths)
}

// openIn does the same with files from anywhere.
func (f *projectFlags) openIn(s Streams, fsys fs.FS, reading load.Options, args []eval.Argument, paths []string) (*project, error) {
	opts := f.settings.options(reading)
	bound := binding{args: args, place: f.place}
	opts.Edit = bound.documents
	result := lint.Run(fsys, slashed(paths), opts)
	if err := unreadable(s, result.Failures); err != nil {
		return nil, err
	}
	if err := bound.unused(); err != nil && !result.Loaded.Findings.Has(diag.Error) {
		return nil, err
	}
	if len(bound.misfits) > 0 {
		for _, d := range bound.misfits {
			result.Findings.Add(d)
		}
		return nil, refuse(s, result.Findings, result.Loaded)
	}
	if result.Checked == nil {
		return nil, f.refuse(s, result)
	}
	p := &project{checked: result.Checked, configs: result.Configs}
	for _, file := range result.Loaded.Files {
		if (file.Ours || f.foreign) && !file.Context && len(file.Documents) > 0 {
			p.files = append(p.files, file)
		}
	}
	if len(p.files) == 0 {
		return nil, &exit{Empty, nothingToLint(paths, result.Loaded)}
	}
	return p, nil
}

// refuse prints what is wrong, and what the settings and comments keep back.
func (f *projectFlags) refuse(s Streams, r *lint.Result) error {
	if len(r.Withheld) == 0 {
		return refuse(s, r.Findings, r.Loaded)
	}
	withheld := &diag.List{}
	for _, d := range r.Withheld {
		withheld.Add(d)
	}
	fmt.Fprintln(s.Err, "weft: settings or comments keep these errors from being shown, and do not make them go away:")
	return refuse(s, withheld, r.Loaded)
}

// readPaths reads what paths name, but for what the settings leave out, and
// judges nothing. What cannot be read ends the command.
func readPaths(s Streams, paths []string, stdinName string) (*load.Result, error) {
	reading, err := onThisMachine(s, load.Options{StdinName: stdinName})
	if err != nil {
		return nil, err
	}
	loaded := lint.Read(disk{}, slashed(paths), lint.Options{Load: reading})
	return loaded, unreadable(s, loaded.Failures)
}

// unreadable reports files that could not be read.
func unreadable(s Streams, failures []error) error {
	for _, err := range failures {
		fmt.Fprintf(s.Err, "weft: %v\n", err)
	}
	if len(failures) > 0 {
		return &exit{code: Failure}
	}
	return nil
}

// refuse prints the errors among the findings.
func refuse(s Streams, findings *diag.List, loaded *load.Result) error {
	errors := slices.DeleteFunc(slices.Clone(findings.Sorted()), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	return printErrors(s, errors, checkedFiles(loaded))
}

// printErrors prints what keeps a command from doing its work.
func printErrors(s Streams, found []diag.Diagnostic, files []string) error {
	report := render.Report{Files: files, Diagnostics: found}
	width, _ := terminalWidth(s.Err)
	style := render.Options{Color: useColor(colorAuto, s.Err, os.Getenv), Width: width}
	if err := render.Full(s.Err, report, style); err != nil {
		return failure("cannot write findings: %w", err)
	}
	return &exit{code: Negative}
}

// A binding puts what the command line says into documents: workflow arguments, and
// the namespace of those that name none.
type binding struct {
	args    []eval.Argument
	place   string
	used    map[string]bool
	known   []string          // the parameters there are
	misfits []diag.Diagnostic // arguments that are not of the type that .weft declares
}

func (b *binding) documents(docs []*tree.Document) []*tree.Document {
	b.used, b.misfits = map[string]bool{}, nil
	out := make([]*tree.Document, len(docs))
	for i, d := range docs {
		var names []string
		out[i], names = eval.Bind(d, b.args)
		if b.place != "" {
			out[i] = eval.Place(out[i], textFrom("-n", b.place))
		}
		for _, n := range names {
			b.used[n] = true
		}
		for _, path := range [][]string{{"spec"}, {"spec", "workflowSpec"}} {
			for _, p := range d.Root.At(append(path, "arguments", "parameters")...).List() {
				b.known = append(b.known, p.Get("name").Text())
				b.check(p.Get("name"))
			}
		}
	}
	return out
}

// check compares the argument for the parameter with this name with its type.
func (b *binding) check(name *tree.Node) {
	for _, a := range b.args {
		if a.Name == name.Text() && !weft.Fits(a.Value.Text(), name.Type) {
			b.misfits = append(b.misfits, diag.Diagnostic{
				Rule: weft.RuleTypeMismatch, Severity: diag.Error, Span: a.Value.Span,
				Message: fmt.Sprintf("parameter %q is %s, not %q", a.Name, name.Type, a.Value.Text()),
				Related: []diag.Related{{Span: name.Span, Message: "its type is declared here"}},
			})
		}
	}
}

// unused is the mistake of an argument that no workflow has.
func (b *binding) unused() error {
	for _, a := range b.args {
		if b.used[a.Name] {
			continue
		}
		if near, ok := diag.Nearest(a.Name, slices.Values(b.known)); ok {
			return usage("no workflow has a parameter %q, did you mean %q?", a.Name, near)
		}
		return usage("no workflow has a parameter %q", a.Name)
	}
	return nil
}

// arguments are those of --parameters, overlaid with those of -p.
func (f *projectFlags) arguments() ([]eval.Argument, error) {
	var args []eval.Argument
	set := func(a eval.Argument) {
		args = slices.DeleteFunc(args, func(b eval.Argument) bool { return b.Name == a.Name })
		args = append(args, a)
	}
	if f.parameterFile != "" {
		file, err := source.Read(disk{}, filepath.ToSlash(f.parameterFile), "")
		if err != nil {
			return nil, failure("cannot read the parameters: %w", err)
		}
		docs, findings := yaml.Parse(file)
		if findings.Has(diag.Error) {
			d := findings.Sorted()[0]
			return nil, failure("cannot read the parameters: %s: %s", d.Span, d.Message)
		}
		if len(docs) != 1 || docs[0].Root == nil || docs[0].Root.Kind != tree.Map {
			return nil, failure("cannot read the parameters: %s does not hold one map of names and values", f.parameterFile)
		}
		for _, e := range docs[0].Root.Entries {
			set(eval.Argument{Name: e.Key.Value, Value: parameterValue(e.Value)})
		}
	}
	for _, p := range f.parameters {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, usage("--parameter cannot be %q: it is NAME=VALUE", p)
		}
		set(eval.Argument{Name: name, Value: textFrom("-p "+name, value)})
	}
	return args, nil
}

// textFrom is a value that a flag gives.
func textFrom(flag, value string) *tree.Node {
	return &tree.Node{Kind: tree.String, Style: tree.DoubleQuoted, Value: value, Span: source.NewFile(flag, value).At(0, len(value))}
}

// parameterValue is a value of a parameter file as a parameter takes it: text.
// Maps and lists are given as JSON.
func parameterValue(n *tree.Node) *tree.Node {
	v := &tree.Node{Kind: tree.String, Style: tree.DoubleQuoted, Span: n.Span, Value: n.Text()}
	if !n.IsScalar() {
		v.Value = string(yaml.JSON(n))
	}
	return v
}
