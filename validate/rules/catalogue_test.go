package rules_test

import (
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/lint"
	"github.com/weft-lang/weft/validate/rules"
)

// TestCatalogue runs every manual: the bad example is found fault with by its
// rule, the good one is clean of errors and of the rule, in every profile that
// has it.
func TestCatalogue(t *testing.T) {
	all := rules.All()
	for i, r := range all {
		if i > 0 && all[i-1].Name == r.Name {
			t.Errorf("rule %s stands twice in the catalogue", r.Name)
		}
		t.Run(r.Name, func(t *testing.T) {
			if r.Group == 0 || r.Severity == 0 || r.Summary == "" || r.Why == "" || r.Bad == "" || r.Good == "" {
				t.Fatal("the manual is incomplete")
			}
			for p := validate.Recommended; p <= validate.Argo; p++ {
				if r.In(p) == 0 {
					continue
				}
				if got := check(t, r.Bad, p); !slices.ContainsFunc(got, func(d diag.Diagnostic) bool { return d.Rule == r.Name }) {
					t.Errorf("profile %s: the bad example is not found fault with; findings: %s", p, lines(got))
				}
				for _, d := range check(t, r.Good, p) {
					if d.Rule == r.Name || d.Severity == diag.Error {
						t.Errorf("profile %s: the good example: %s", p, lines([]diag.Diagnostic{d}))
					}
				}
			}
		})
	}
}

func check(t *testing.T, example string, profile validate.Profile) []diag.Diagnostic {
	t.Helper()
	archive := txtar.Parse([]byte(example))
	if len(archive.Files) == 0 {
		archive.Files = []txtar.File{{Name: "example.yaml", Data: []byte(strings.TrimPrefix(example, "\n"))}}
	}
	files := fstest.MapFS{}
	var names []string
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
		if ext := path.Ext(f.Name); f.Name != config.FileName && ext != ".json" { // those are read for others' sake
			names = append(names, f.Name)
		}
	}
	return lint.Run(files, names, lint.Options{Profile: &profile, Checkers: checkers}).Findings.Sorted()
}

// checkers stand for programs that need not be installed: they know one fault each.
var checkers = validate.Checkers{Shell: findsText("cd \"$WORK\"\n"), Python: findsText("range(3)\n")}

type findsText string

func (f findsText) Check(scripts []validate.Script) []validate.ScriptFault {
	var found []validate.ScriptFault
	for i, s := range scripts {
		if at := strings.Index(s.Text, string(f)); at >= 0 {
			found = append(found, validate.ScriptFault{Script: i, Start: at, End: at + len(f) - 1, Code: "SC0", Message: "this is wrong."})
		}
	}
	return found
}

func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString("\n  " + d.Span.String() + ": " + d.Severity.String() + ": " + d.Message + " [" + d.Rule + "] at " + d.Span.Text())
	}
	return b.String()
}
