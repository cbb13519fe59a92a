package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/runtime/unit"
	"github.com/weft-lang/weft/validate/lint"
)

const testHelp = `Runs unit tests of workflows. A test file, NAME_test.yaml, names a workflow,
says what its steps do, and what must come of it: phases, the steps that ran,
their arguments and outputs. Nothing is started and no time passes: steps are
mocked, and an hour of waiting takes no time.

Without PATH the tests of this folder and those below it run. docs/testing.md
says what a test file may hold.`

const testExamples = `  weft test                          run all tests of this folder
  weft test flows/ci_test.yaml -v    and show how each run went
  weft test --run 'deploy|rollback'  only tests with such names
  weft test --junit report.xml       for CI`

type testOptions struct {
	settings settingsFlags
	with     []string
	run      string
	update   bool
	verbose  bool
	junit    string
	color    string
}

func newTest(s Streams) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:     "test [PATH...]",
		Short:   "Run unit tests of workflows, without running anything",
		Long:    testHelp,
		Example: testExamples,
		RunE:    func(cmd *cobra.Command, paths []string) error { return runTests(cmd.Context(), s, paths, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.run, "run", "", "run only tests whose name matches the regular expression `PATTERN`")
	flags.BoolVar(&o.update, "update", false, "rewrite the golden traces")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "show how each run went")
	flags.StringVar(&o.junit, "junit", "", "also write a JUnit report to `FILE`")
	flags.StringArrayVar(&o.with, "with", nil, "also read `PATH`, for what the workflows refer to; may be repeated")
	flags.StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "color", colors)
	o.settings.register(cmd)
	return cmd
}

// testRun is one test that ran, or a file of which none could.
type testRun struct {
	file     string
	test     *unit.Test // nil when the file could not be read
	findings []diag.Diagnostic
	passed   bool
	took     time.Duration
}

func runTests(ctx context.Context, s Streams, paths []string, o testOptions) error {
	if err := o.settings.check(); err != nil {
		return err
	}
	pattern, err := regexp.Compile(o.run)
	if err != nil {
		return usage("--run is no regular expression: %v", err)
	}
	names, err := testFiles(paths)
	if err != nil {
		return err
	}
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var runs []testRun
	for _, name := range names {
		text, err := source.Read(disk{}, name, "")
		if err != nil {
			return failure("cannot read tests: %w", err)
		}
		file, found := unit.Parse(text)
		if found.Has(diag.Error) {
			runs = append(runs, testRun{file: name, findings: found.Sorted()})
			if err := showFindings(s, found.Sorted(), o.color); err != nil {
				return err
			}
			continue
		}
		for _, t := range file.Tests {
			if !pattern.MatchString(t.Name) {
				continue
			}
			r, err := o.runTest(ctx, s, file, t)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
	}
	if o.junit != "" {
		if err := writeFile(o.junit, testReport(runs)); err != nil {
			return err
		}
	}
	return o.summary(s, runs)
}

func (o *testOptions) summary(s Streams, runs []testRun) error {
	failed, broken := 0, 0
	for _, r := range runs {
		switch {
		case r.test == nil:
			broken++
		case !r.passed:
			failed++
		}
	}
	if len(runs) == 0 {
		return &exit{Empty, fmt.Errorf("no test has a name that matches %q", o.run)}
	}
	line := fmt.Sprintf("%s, %d failed", plural(len(runs)-broken, "test"), failed)
	if broken > 0 {
		line += ", " + plural(broken, "file") + " could not be read"
	}
	if err := write(s, line+"\n"); err != nil {
		return err
	}
	if failed+broken > 0 {
		return &exit{code: Negative}
	}
	return nil
}

// runTest runs a test and shows what came of it.
func (o *testOptions) runTest(ctx context.Context, s Streams, file *unit.File, t *unit.Test) (testRun, error) {
	begun := time.Now()
	opts := unit.Options{
		Load: func(files []string, args []eval.Argument) (*unit.Loaded, error) { return o.load(s, files, args) },
		Trace: func(name string) ([]byte, error) {
			data, err := os.ReadFile(filepath.FromSlash(name))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, nil
			}
			return data, err
		},
	}
	if o.update {
		opts.Write = func(name string, data []byte) error { return writeFile(filepath.FromSlash(name), string(data)) }
	}
	result, err := file.Run(ctx, t, opts)
	if err != nil {
		var stop *exit
		if errors.As(err, &stop) {
			return testRun{}, err
		}
		return testRun{}, failure("cannot run test %q: %w", t.Name, err)
	}
	r := testRun{file: file.Source.Name, test: t, findings: result.Findings.Sorted(), passed: result.Passed(), took: time.Since(begun)}
	word := "PASS"
	if !r.passed {
		word = "FAIL"
	}
	if err := write(s, fmt.Sprintf("%s %s: %s\n", word, file.Source.Name, t.Name)); err != nil {
		return r, err
	}
	if o.verbose {
		if err := write(s, indent(result.Trace)); err != nil {
			return r, err
		}
	}
	return r, showFindings(s, r.findings, o.color)
}

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func showFindings(s Streams, found []diag.Diagnostic, color string) error {
	if len(found) == 0 {
		return nil
	}
	width, _ := terminalWidth(s.Out)
	var text strings.Builder
	report := render.Report{Diagnostics: found}
	if err := render.Full(&text, report, render.Options{Color: useColor(color, s.Out, os.Getenv), Width: width}); err != nil {
		return failure("cannot write findings: %w", err)
	}
	// What the renderer sums up is summed up over all tests here.
	body := strings.TrimSuffix(text.String(), report.Summary()+"\n")
	return write(s, indent(strings.TrimRight(body, "\n")+"\n\n"))
}

// load reads and checks the workflows of a test, with the settings of their
// folders.
func (o *testOptions) load(s Streams, files []string, args []eval.Argument) (*unit.Loaded, error) {
	reading, err := onThisMachine(s, load.Options{Context: slashed(o.with), KeepContext: true})
	if err != nil {
		return nil, err
	}
	opts := o.settings.options(reading)
	bound := binding{args: args}
	opts.Edit = bound.documents
	result := lint.Run(disk{}, files, opts)
	if err := unreadable(s, result.Failures); err != nil {
		return nil, err
	}
	if result.Checked != nil {
		return &unit.Loaded{Checked: result.Checked, Used: slices.Collect(maps.Keys(bound.used)), Known: bound.known}, nil
	}
	errs := &diag.List{}
	for _, d := range append(result.Findings.Sorted(), result.Withheld...) {
		if d.Severity == diag.Error {
			errs.Add(d)
		}
	}
	return &unit.Loaded{Findings: errs}, nil
}

// testFiles are the test files that paths name.
func testFiles(paths []string) ([]string, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var names []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, failure("cannot look for tests: %w", err)
		}
		if !info.IsDir() {
			if !unit.IsTestFile(p) {
				return nil, usage("%s is no test file: their names end in %s", p, strings.Join(unit.Suffixes, " or "))
			}
			names = append(names, filepath.ToSlash(p))
			continue
		}
		err = filepath.WalkDir(p, func(name string, e fs.DirEntry, err error) error {
			hidden := len(e.Name()) > 1 && e.Name()[0] == '.' && name != p
			switch {
			case err != nil:
				return err
			case e.IsDir() && (hidden || e.Name() == "node_modules"):
				return filepath.SkipDir
			case !e.IsDir() && !hidden && unit.IsTestFile(e.Name()):
				names = append(names, filepath.ToSlash(name))
			}
			return nil
		})
		if err != nil {
			return nil, failure("cannot look for tests: %w", err)
		}
	}
	if len(names) == 0 {
		return nil, &exit{Empty, fmt.Errorf("there is no test file: their names end in %s", strings.Join(unit.Suffixes, " or "))}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
