package lint_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/fix"
	"github.com/weft-lang/weft/validate/lint"
	"github.com/weft-lang/weft/validate/rules"
)

// TestFindings holds what settings, comments, stubs and schemas make of whole
// projects: each finding with its place, the text underlined and the way out.
func TestFindings(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		r := lint.Run(files(in), []string{"."}, lint.Options{})
		var b strings.Builder
		for _, d := range r.Findings.Sorted() {
			fmt.Fprintf(&b, "%s: %s: %s [%s] at %q\n", d.Span, d.Severity, d.Message, d.Rule, d.Span.Text())
			if d.Help != "" {
				fmt.Fprintf(&b, "    help: %s\n", d.Help)
			}
			for _, r := range d.Related {
				fmt.Fprintf(&b, "    %s: %s\n", r.Span, r.Message)
			}
		}
		for _, err := range r.Failures {
			fmt.Fprintf(&b, "failure: %v\n", err)
		}
		if r.Checked == nil {
			fmt.Fprintf(&b, "not checked, %d errors withheld\n", len(r.Withheld))
		}
		return map[string]string{"findings": b.String()}
	})
}

func files(in map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range in {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// TestFixes applies every fix of every bad example in the catalogue: what was
// fixed is not found again, nothing becomes unreadable, and there is nothing
// left to do the second time.
func TestFixes(t *testing.T) {
	fixed := 0
	for _, r := range rules.All() {
		for _, level := range []fix.Level{fix.Safe, fix.Unsafe} {
			if mend(t, r, r.Profile, level) {
				fixed++
			}
		}
	}
	if fixed < 10 {
		t.Errorf("only %d rules have fixes", fixed)
	}
}

func mend(t *testing.T, r validate.Rule, p validate.Profile, level fix.Level) bool {
	in := map[string]string{}
	archive := txtar.Parse([]byte(r.Bad))
	for _, f := range archive.Files {
		in[f.Name] = string(f.Data)
	}
	if len(in) == 0 {
		in["example.yaml"] = strings.TrimPrefix(r.Bad, "\n")
	}
	var names []string
	for name := range in {
		if ext := path.Ext(name); ext != ".json" && name != "weft.yaml" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	check := func(changed map[string]string) []diag.Diagnostic {
		fsys := files(in)
		for name, text := range changed {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return lint.Run(fsys, names, lint.Options{Profile: &p}).Findings.Sorted()
	}
	before := check(nil)
	changed, n := fix.Loop(before, level, check)
	if n == 0 {
		return false
	}
	after := check(changed)
	if _, again := fix.Loop(after, level, check); again != 0 {
		t.Errorf("%s, profile %s: fixing twice changes something", r.Name, p)
	}
	for _, d := range after {
		if slices.ContainsFunc(before, func(b diag.Diagnostic) bool { return b.Rule == d.Rule && b.Message == d.Message && hasFix(b, level) }) {
			t.Errorf("%s, profile %s: still found after its fix: %s: %s [%s]\n%s", r.Name, p, d.Span, d.Message, d.Rule, changed[d.Span.File.Name])
		}
		if (d.Rule == "yaml-syntax" || d.Rule == "weft-syntax") && !slices.ContainsFunc(before, func(b diag.Diagnostic) bool { return b.Rule == d.Rule }) {
			t.Errorf("%s, profile %s: the fix breaks the file: %s: %s [%s]", r.Name, p, d.Span, d.Message, d.Rule)
		}
	}
	return slices.ContainsFunc(before, func(b diag.Diagnostic) bool { return b.Rule == r.Name && hasFix(b, level) })
}

func hasFix(d diag.Diagnostic, level fix.Level) bool {
	return slices.ContainsFunc(d.Fixes, func(f diag.Fix) bool { return f.Safe || level == fix.Unsafe })
}
