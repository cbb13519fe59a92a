package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate/fix"
	"github.com/weft-lang/weft/validate/lint"
)

// The values of --fix.
const (
	fixSafe   = "safe"
	fixUnsafe = "unsafe"
)

var fixes = []string{fixSafe, fixUnsafe}

// fixFlags say what is to be mended.
type fixFlags struct {
	fix  string
	diff bool
}

func (f *fixFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.fix, "fix", "", "mend what can be mended, `LEVEL` safe (never changes what a workflow does) or unsafe (may)")
	flags.Lookup("fix").NoOptDefVal = fixSafe
	flags.BoolVar(&f.diff, "diff", false, "print what --fix would change, and change nothing")
}

func (f *fixFlags) check() error {
	if f.fix != "" && !slices.Contains(fixes, f.fix) {
		return unknownValue("fix", f.fix, fixes)
	}
	return nil
}

func (f *fixFlags) on() bool { return f.fix != "" || f.diff }

func (f *fixFlags) level() fix.Level {
	if f.fix == fixUnsafe {
		return fix.Unsafe
	}
	return fix.Safe
}

// mend applies fixes to the files that were checked, and writes them or prints
// what would change. check judges them with other texts. The result is that of
// the files as they are afterwards.
func (l *linter) mend(s Streams, result *lint.Result, input string, check func(map[string]string) *lint.Result) (*lint.Result, error) {
	changed, n := fix.Loop(fixable(result), l.fixing.level(), func(texts map[string]string) []diag.Diagnostic {
		return fixable(check(texts))
	})
	before := map[string]string{l.stdinName(): input}
	for _, f := range result.Loaded.Files {
		before[f.Source.Name] = f.Source.Text
	}
	names := slices.Sorted(maps.Keys(changed))
	if l.fixing.diff {
		color := useColor(l.color, s.Out, os.Getenv)
		for _, name := range names {
			if err := write(s, fix.Diff(name, before[name], changed[name], color)); err != nil {
				return nil, err
			}
		}
		return nil, diffExit(s, result, len(names))
	}
	for _, name := range names {
		if l.readsStdin() && name == l.stdinName() {
			continue
		}
		if err := writeFile(name, changed[name]); err != nil {
			return nil, err
		}
	}
	if l.readsStdin() {
		text, ok := changed[l.stdinName()]
		if !ok {
			text = input
		}
		if err := write(s, text); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return result, nil
	}
	fmt.Fprintf(s.Err, "weft: fixed %s in %s\n", plural(n, "finding"), plural(len(names), "file"))
	return check(changed), nil
}

// diffExit is how --diff ends when n files would change.
func diffExit(s Streams, r *lint.Result, n int) error {
	for _, err := range r.Failures {
		fmt.Fprintf(s.Err, "weft: %v\n", err)
	}
	switch {
	case len(r.Failures) > 0:
		return &exit{code: Failure}
	case n > 0:
		return &exit{code: Negative}
	}
	return nil
}

// fixable are the findings without the fixes of files that are not to be checked.
func fixable(r *lint.Result) []diag.Diagnostic {
	named := map[string]bool{}
	for _, f := range r.Loaded.Files {
		named[f.Source.Name] = true
	}
	findings := r.Findings.Sorted()
	for i, d := range findings {
		findings[i].Fixes = slices.DeleteFunc(slices.Clone(d.Fixes), func(f diag.Fix) bool {
			return slices.ContainsFunc(f.Edits, func(e diag.Edit) bool { return e.Span.File == nil || !named[e.Span.File.Name] })
		})
	}
	return findings
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
