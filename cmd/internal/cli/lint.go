package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/validate"
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
when there is no workflow to check. --changed and --watch imply --allow-empty.

With --changed only the files that git calls changed are checked: those that
differ from the last commit, or, with --changed=REF, from where the branch left
REF. The other files below PATH are read for what the changed ones refer to.

Scripts are shown to python3 and, in profile strict, to shellcheck where they are
installed. That takes longer than all the rest: --timing tells how long.`

const lintExamples = `  weft lint                             everything below this folder
  weft lint workflows/ shared/*.yaml    folders and files, as one project
  weft lint 'teams/*/flows/**/*.yaml'   a glob, expanded by weft
  cat wf.yaml | weft lint -             standard input
  weft lint --format github --fail-on warning .
  weft lint --output sarif=weft.sarif --output junit=weft.xml
  weft lint --changed=origin/main       what a branch changed
  weft lint --with .    wf.yaml         one file that calls templates of others`

// lintOptions are the flags of weft lint.
type lintOptions struct {
	format, failOn, profile, color string

	stdinFilename string
	noIgnores     bool
	allowEmpty    bool
	outputs       []string
	changed       string
	with          []string
	watch         bool
	timing        bool

	settings settingsFlags
	fixing   fixFlags
	known    baselineFlags
}

func newLint(s Streams) *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:     "lint [PATH...|-]",
		Short:   "Check workflows",
		Long:    lintHelp,
		Example: lintExamples,
		RunE: func(_ *cobra.Command, paths []string) error {
			return runLint(s, paths, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.format, "format", render.Names()[0], "print findings as `FORMAT`: "+strings.Join(render.Names(), ", "))
	flags.StringVar(&o.failOn, "fail-on", diag.Error.String(), "`SEVERITY` from which on the exit code is 1: error, warning, info")
	flags.StringVar(&o.profile, "profile", "", "apply the rules of `PROFILE`, whatever weft.yaml says: "+strings.Join(validate.Profiles(), ", "))
	flags.StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	flags.StringVar(&o.stdinFilename, "stdin-filename", "", "`NAME` of standard input in findings; its extension tells the language")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "exit with 0 when there is no workflow to check")
	flags.StringArrayVar(&o.outputs, "output", nil, "write findings to a file, too: `FORMAT=FILE`; may be repeated")
	flags.StringVar(&o.changed, "changed", "", "check what changed since `REF` of git")
	flags.Lookup("changed").NoOptDefVal = "HEAD"
	flags.StringArrayVar(&o.with, "with", nil, "also read `PATH`, for what the files refer to; may be repeated")
	flags.BoolVar(&o.watch, "watch", false, "check again whenever a file changes")
	flags.BoolVar(&o.timing, "timing", false, "tell on standard error what weft took, and the programs it asked")
	flags.BoolVar(&o.noIgnores, "no-ignores", false, "show what comments ignore, too")
	o.settings.register(cmd)
	o.fixing.register(flags)
	o.known.register(flags)
	complete(cmd, "fix", fixes)
	complete(cmd, "format", render.Names())
	complete(cmd, "output", outputCompletions())
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

func runLint(s Streams, paths []string, o lintOptions) error {
	l, err := newLinter(paths, o)
	if err != nil {
		return err
	}
	if !o.watch {
		collectLate()
		_, err := l.run(s)
		return err
	}
	if slices.Contains(paths, load.Stdin) {
		return usage("--watch cannot watch standard input")
	}
	var written []string
	for _, o := range l.reports {
		written = append(written, o.file)
	}
	return watch(s, written, func() ([]string, error) { return l.run(s) })
}

// A linter is a command line that makes sense.
type linter struct {
	lintOptions
	paths   []string
	write   render.Format
	reports []output
	failOn  diag.Severity
	clock   *stopwatch // of this run, nil unless it is to be timed
}

func newLinter(paths []string, o lintOptions) (*linter, error) {
	l := &linter{lintOptions: o, paths: paths}
	var ok bool
	var err error
	if l.write, ok = render.Lookup(o.format); !ok {
		return nil, unknownValue("format", o.format, render.Names())
	}
	if l.failOn, ok = diag.ParseSeverity(o.failOn); !ok {
		return nil, unknownValue("fail-on", o.failOn, []string{"error", "warning", "info"})
	}
	if _, err = parseProfile(o.profile); err != nil {
		return nil, err
	}
	if !slices.Contains(colors, o.color) {
		return nil, unknownValue("color", o.color, colors)
	}
	if l.reports, err = parseOutputs(o.outputs); err != nil {
		return nil, err
	}
	if err := cmp.Or(o.settings.check(), o.fixing.check(), o.known.check()); err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		l.paths = []string{"."}
	}
	l.allowEmpty = o.allowEmpty || o.changed != "" || o.watch
	return l, nil
}

// run checks once. It returns the folders that it looked into.
func (l *linter) run(s Streams) ([]string, error) {
	if l.timing {
		l.clock = &stopwatch{begin: time.Now()}
		defer func() { l.clock.report(s.Err, time.Now()) }()
	}
	result, err := l.check(s)
	if result == nil {
		return nil, err
	}
	loaded := result.Loaded
	if len(result.Failures) == 0 { // else there is no telling what is known
		if done, err := l.known.save(s, result); done || err != nil {
			return loaded.Folders, err
		}
	}
	report := render.Report{
		Diagnostics: result.Findings.Sorted(), Files: checkedFiles(loaded), Version: version(), Manuals: manuals,
	}
	unread := len(result.Failures) > 0 && len(loaded.Files) == 0
	empty := result.Linted == 0 && !l.allowEmpty
	out := s
	if l.readsStdin() && l.fixing.on() { // standard output holds the fixed text
		out.Out = s.Err
	}
	if err := l.print(out, report, empty || unread); err != nil {
		return loaded.Folders, err
	}
	for _, err := range result.Failures {
		fmt.Fprintf(s.Err, "weft: %v\n", err)
	}
	switch {
	case len(result.Failures) > 0:
		err = &exit{code: Failure}
	case result.Findings.Has(l.failOn):
		err = &exit{code: Negative}
	case empty:
		err = &exit{Empty, nothingToLint(l.paths, loaded)}
	}
	return loaded.Folders, err
}

// print writes the report to standard output and to the files of --output. A
// summary of nothing would mislead.
func (l *linter) print(s Streams, report render.Report, empty bool) error {
	if !empty || len(report.Diagnostics) > 0 || !forPeople(l.format) {
		width, _ := terminalWidth(s.Out)
		style := render.Options{Color: useColor(l.color, s.Out, os.Getenv), Width: width}
		if err := l.write(s.Out, report, style); err != nil {
			return failure("cannot write findings: %w", err)
		}
	}
	for _, o := range l.reports {
		if err := o.save(report); err != nil {
			return err
		}
	}
	return nil
}

// collectLate makes the garbage collector wait until there is something worth
// collecting: most checks are over before that. Whoever sets GOGC decides.
func collectLate() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(800) // of 4 MB
	found := new([16]byte)  // by the first collection
	runtime.SetFinalizer(found, func(*[16]byte) { debug.SetGCPercent(150) })
}

// forPeople tells the formats that end in a summary, which would be misleading
// when nothing was checked.
func forPeople(format string) bool { return format == "full" || format == "concise" }

func unknownValue(flag, value string, known []string) error {
	return usage("--%s cannot be %q: it is one of %s", flag, value, strings.Join(known, ", "))
}

// reading says how to read what the command line names.
func (l *linter) reading(s Streams) (load.Options, error) {
	opts := load.Options{StdinName: l.stdinFilename, Context: slashed(l.with)}
	if l.changed != "" {
		var err error
		if opts.Changed, err = changedFiles(l.changed); err != nil {
			return opts, err
		}
	}
	return onThisMachine(s, opts)
}

// onThisMachine fills in what this machine and process know.
func onThisMachine(s Streams, opts load.Options) (load.Options, error) {
	wd, err := os.Getwd()
	if err != nil {
		return opts, failure("cannot find the folder I am in: %w", err)
	}
	opts.Stdin, opts.StdinName, opts.WorkDir = s.In, filepath.ToSlash(opts.StdinName), filepath.ToSlash(wd)
	return opts, nil
}

func slashed(paths []string) []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.ToSlash(p)
	}
	return names
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
	fmt.Fprintf(&b, "no workflow to check in %s", strings.Join(named(paths), ", "))
	for _, f := range r.Files {
		if f.Explicit {
			fmt.Fprintf(&b, "\n  %s: %s", f.Source.Name, contents(f))
		}
	}
	return fmt.Errorf("%s", b.String())
}

// named are the paths as people call them.
func named(paths []string) []string {
	out := slices.Clone(paths)
	for i, p := range out {
		if p == load.Stdin {
			out[i] = "standard input"
		}
	}
	return out
}

// contents names the kinds of document in a file.
func contents(f *load.File) string {
	var kinds []string
	for _, d := range f.Documents {
		if k := d.Root.Get("kind").Text(); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	declared, _ := weft.Parse(f.Source)
	switch {
	case strings.TrimSpace(f.Source.Text) == "", f.Ours && len(f.Documents) == 0 && len(declared.Items) == 0:
		return "holds nothing"
	case len(kinds) > 0:
		return "holds " + strings.Join(kinds, ", ")
	case f.Ours:
		return "holds templates for others to import, and no workflow"
	}
	return "holds no document with a kind"
}
