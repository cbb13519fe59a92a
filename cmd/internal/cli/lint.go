package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

const lintHelp = `Checks workflows and reports every problem with the place it is at.

PATH is a file, a folder, or a glob with ** in quotes; "-" is standard input.
Without PATH the folder you are in is checked. Folders are searched for .yaml,
.yml, .json and .weft files; .gitignore is respected, hidden folders, vendor and
node_modules are left out, and files that hold no workflow are passed over.
All files of one call are checked together, in any order: a template in one may
be used in another.

The exit code is 0 when nothing is wrong, 1 when there are findings at or above
--fail-on, 2 when the command line is wrong, 3 when a file cannot be read, and 4
when there is no workflow to check.`

const lintExamples = `  weft lint                             everything below this folder
  weft lint workflows/ shared/*.yaml    folders and files, as one project
  weft lint 'teams/*/flows/**/*.yaml'   a glob, expanded by weft
  cat wf.yaml | weft lint -             standard input
  weft lint --format github --fail-on warning .`

// lintOptions are the flags of weft lint.
type lintOptions struct {
	format, failOn, profile, color string

	stdinFilename string
	allowEmpty    bool
}

func newLint(s Streams) *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:     "lint [PATH...|-]",
		Short:   "Check workflows",
		Long:    lintHelp,
		Example: lintExamples,
		RunE: func(_ *cobra.Command, paths []string) error {
			return lint(s, paths, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.format, "format", render.Names()[0], "print findings as `FORMAT`: "+strings.Join(render.Names(), ", "))
	flags.StringVar(&o.failOn, "fail-on", diag.Error.String(), "`SEVERITY` from which on the exit code is 1: error, warning, info")
	flags.StringVar(&o.profile, "profile", validate.Recommended.String(), "apply the rules of `PROFILE`: "+strings.Join(validate.Profiles(), ", "))
	flags.StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	flags.StringVar(&o.stdinFilename, "stdin-filename", "", "`NAME` of standard input in findings; its extension tells the language")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "exit with 0 when there is no workflow to check")
	complete(cmd, "format", render.Names())
	complete(cmd, "fail-on", []string{"error", "warning", "info"})
	complete(cmd, "profile", validate.Profiles())
	complete(cmd, "color", colors)
	return cmd
}

// complete lets the shell complete the values of a flag.
func complete(cmd *cobra.Command, flag string, values []string) {
	// The only error is an unknown flag, which a test of the help text would show.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func lint(s Streams, paths []string, o lintOptions) error {
	write, ok := render.Lookup(o.format)
	if !ok {
		return unknownValue("format", o.format, render.Names())
	}
	failOn, ok := diag.ParseSeverity(o.failOn)
	if !ok {
		return unknownValue("fail-on", o.failOn, []string{"error", "warning", "info"})
	}
	profile, err := validate.ParseProfile(o.profile)
	if err != nil {
		return unknownValue("profile", o.profile, validate.Profiles())
	}
	if !slices.Contains(colors, o.color) {
		return unknownValue("color", o.color, colors)
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}

	defer runtime.KeepAlive(ballast())
	loaded, err := loadPaths(s, paths, o.stdinFilename)
	if err != nil {
		return err
	}
	result := validate.Check(compiler.Bind(loaded.Documents), validate.Options{
		Profile: profile,
		Rules:   rules.All(),
		Front:   loaded.Findings,
	})

	report := render.Report{Diagnostics: result.Findings.Sorted(), Files: checkedFiles(loaded)}
	empty := result.Linted == 0 && !o.allowEmpty
	if !empty || len(report.Diagnostics) > 0 || !forPeople(o.format) {
		width, _ := terminalWidth(s.Out)
		style := render.Options{Color: useColor(o.color, s.Out, os.Getenv), Width: width}
		if err := write(s.Out, report, style); err != nil {
			return failure("cannot write findings: %w", err)
		}
	}
	for _, err := range loaded.Failures {
		fmt.Fprintf(s.Err, "weft: %v\n", err)
	}
	switch {
	case len(loaded.Failures) > 0:
		return &exit{code: Failure}
	case result.Findings.Has(failOn):
		return &exit{code: Negative}
	case empty:
		return &exit{Empty, nothingToLint(paths, loaded)}
	}
	return nil
}

// ballast is memory that is never touched, and so never becomes real. It makes
// the garbage collector wait until there is something worth collecting: most
// checks are over before that, and take half the time.
func ballast() []byte { return make([]byte, 32<<20) }

// forPeople tells the formats that end in a summary, which would be misleading
// when nothing was checked.
func forPeople(format string) bool { return format == "full" || format == "concise" }

func unknownValue(flag, value string, known []string) error {
	return usage("--%s cannot be %q: it is one of %s", flag, value, strings.Join(known, ", "))
}

// loadPaths reads what the command line names.
func loadPaths(s Streams, paths []string, stdinName string) (*load.Result, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, failure("cannot find the folder I am in: %w", err)
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.ToSlash(p)
	}
	opts := load.Options{Stdin: s.In, StdinName: filepath.ToSlash(stdinName), WorkDir: filepath.ToSlash(wd)}
	return load.Load(disk{}, names, opts), nil
}

// checkedFiles names the files that had something to check: those that hold a
// workflow, and those named by the user.
func checkedFiles(r *load.Result) []string {
	var names []string
	for _, f := range r.Files {
		if f.Ours || f.Explicit {
			names = append(names, f.Source.Name)
		}
	}
	return names
}

// nothingToLint says what was there instead of a workflow.
func nothingToLint(paths []string, r *load.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "no workflow to check in %s", strings.Join(paths, ", "))
	for _, f := range r.Files {
		if f.Explicit {
			fmt.Fprintf(&b, "\n  %s: %s", f.Source.Name, contents(f))
		}
	}
	return fmt.Errorf("%s", b.String())
}

// contents names the kinds of document in a file.
func contents(f *load.File) string {
	var kinds []string
	for _, d := range f.Documents {
		if k := d.Root.Get("kind").Text(); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	switch {
	case len(kinds) > 0:
		return "holds " + strings.Join(kinds, ", ")
	case f.Ours:
		return "holds templates for others to import, and no workflow"
	}
	return "holds no document with a kind"
}
