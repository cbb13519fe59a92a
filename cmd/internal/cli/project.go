package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// The values of --target.
const (
	targetArgo = "argo"
	targetWeft = "weft"
)

var targets = []string{targetArgo, targetWeft}

// onlyArgo are the rules about what Argo cannot do and weft can.
var onlyArgo = []string{"typed-field-template"}

// A projectFlags are the flags of commands that work on a checked project.
type projectFlags struct {
	with          []string
	parameters    []string
	parameterFile string
	target        string
	stdinFilename string
}

func (f *projectFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.registerFiles(flags)
	flags.StringArrayVarP(&f.parameters, "parameter", "p", nil, "set the workflow argument `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.parameterFile, "parameters", "", "set workflow arguments from `FILE`, a YAML or JSON map; -p wins over it")
	flags.StringVar(&f.target, "target", targetArgo, "check for what will run it, `TARGET`: "+strings.Join(targets, ", "))
	complete(cmd, "target", targets)
}

func (f *projectFlags) registerFiles(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.with, "with", nil, "also read `PATH`, for what the files refer to; may be repeated")
	flags.StringVar(&f.stdinFilename, "stdin-filename", "", "`NAME` of standard input in findings; its extension tells the language")
}

// A project is what a command line names, checked.
type project struct {
	checked *ir.Checked
	files   []*load.File // named by the arguments, not by --with
}

// open reads and checks what paths name. Errors in it end the command: they go
// to standard error, and nothing half-made to standard output.
func (f *projectFlags) open(s Streams, paths []string) (*project, error) {
	if !slices.Contains(targets, f.target) {
		return nil, unknownValue("target", f.target, targets)
	}
	loaded, named, err := f.load(s, paths)
	if err != nil {
		return nil, err
	}
	docs, err := f.bind(loaded.Documents)
	if err != nil {
		return nil, err
	}
	result := validate.Check(compiler.Bind(docs), validate.Options{Rules: f.rules(), Front: loaded.Findings})
	if result.Checked == nil {
		return nil, refuse(s, result.Findings, loaded)
	}
	p := &project{checked: result.Checked}
	for _, file := range loaded.Files {
		if file.Ours && named[file.Source.Name] {
			p.files = append(p.files, file)
		}
	}
	if len(p.files) == 0 {
		return nil, &exit{Empty, nothingToLint(paths, loaded)}
	}
	return p, nil
}

// load reads paths and what --with adds. named holds the files that paths lead to.
func (f *projectFlags) load(s Streams, paths []string) (loaded *load.Result, named map[string]bool, err error) {
	if loaded, err = loadPaths(s, paths, f.stdinFilename); err != nil {
		return nil, nil, err
	}
	named = map[string]bool{}
	for _, file := range loaded.Files {
		named[file.Source.Name] = true
	}
	if len(f.with) > 0 {
		more, err := loadPaths(s, f.with, "")
		if err != nil {
			return nil, nil, err
		}
		loaded.Failures = append(loaded.Failures, more.Failures...)
		for _, file := range more.Files {
			if !named[file.Source.Name] {
				loaded.Files = append(loaded.Files, file)
				loaded.Documents = append(loaded.Documents, file.Documents...)
			}
		}
		loaded.Findings.Append(more.Findings)
	}
	for _, err := range loaded.Failures {
		fmt.Fprintf(s.Err, "weft: %v\n", err)
	}
	if len(loaded.Failures) > 0 {
		return nil, nil, &exit{code: Failure}
	}
	return loaded, named, nil
}

// rules are the rules that count for the target.
func (f *projectFlags) rules() []validate.Rule {
	all := rules.All()
	if f.target != targetWeft {
		return all
	}
	return slices.DeleteFunc(all, func(r validate.Rule) bool { return slices.Contains(onlyArgo, r.Name) })
}

// refuse prints the errors among the findings.
func refuse(s Streams, findings *diag.List, loaded *load.Result) error {
	report := render.Report{Files: checkedFiles(loaded)}
	for _, d := range findings.Sorted() {
		if d.Severity == diag.Error {
			report.Diagnostics = append(report.Diagnostics, d)
		}
	}
	width, _ := terminalWidth(s.Err)
	style := render.Options{Color: useColor(colorAuto, s.Err, os.Getenv), Width: width}
	if err := render.Full(s.Err, report, style); err != nil {
		return failure("cannot write findings: %w", err)
	}
	return &exit{code: Negative}
}

// bind puts the workflow arguments of the command line into the documents. An
// argument that no workflow has is a mistake.
func (f *projectFlags) bind(docs []*tree.Document) ([]*tree.Document, error) {
	args, err := f.arguments()
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	out := make([]*tree.Document, len(docs))
	var known []string
	for i, d := range docs {
		var names []string
		out[i], names = eval.Bind(d, args)
		for _, n := range names {
			used[n] = true
		}
		for _, path := range [][]string{{"spec"}, {"spec", "workflowSpec"}} {
			for _, p := range d.Root.At(append(path, "arguments", "parameters")...).List() {
				known = append(known, p.Get("name").Text())
			}
		}
	}
	for _, a := range args {
		if used[a.Name] {
			continue
		}
		if near, ok := diag.Nearest(a.Name, slices.Values(known)); ok {
			return nil, usage("no workflow has a parameter %q, did you mean %q?", a.Name, near)
		}
		return nil, usage("no workflow has a parameter %q", a.Name)
	}
	return out, nil
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
		file := source.NewFile("-p "+name, value)
		set(eval.Argument{Name: name, Value: &tree.Node{
			Kind: tree.String, Style: tree.DoubleQuoted, Value: value, Span: file.At(0, len(value)),
		}})
	}
	return args, nil
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
