package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/cmd/internal/manual"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// measured reads a file of testdata/precision.
func measured[T any](t *testing.T, name string) T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "testdata/precision", name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// index is docs/rules/README.md.
func index(t *testing.T) string {
	t.Helper()
	return manual.Index(rules.All()) +
		manual.Precision(measured[manual.Counts](t, "counts.json"), measured[[]manual.Judged](t, "findings.json"))
}

// TestPrecisionFigures counts the verdicts once more, and holds that the page
// says the same and that every finding is of a rule and has been judged.
func TestPrecisionFigures(t *testing.T) {
	page, err := fs.ReadFile(os.DirFS(repository), "docs/rules/README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.Name] = true
	}
	type tally struct{ findings, first, twice, second, alike int }
	tallies := map[string]*tally{"all": {}}
	for _, j := range measured[[]manual.Judged](t, "findings.json") {
		if !known[j.Rule] {
			t.Errorf("finding %d is of no rule: %q", j.ID, j.Rule)
		}
		if tallies[j.Profile] == nil {
			tallies[j.Profile] = &tally{}
		}
		verdicts := []manual.Verdict{j.First, j.Second}
		if j.Second == (manual.Verdict{}) { // one of the newest
			verdicts = verdicts[:1]
		}
		for _, v := range verdicts {
			if v.Verdict != manual.Right && v.Verdict != manual.Wrong || v.Proof == "" {
				t.Errorf("finding %d lacks a verdict or its proof: %+v", j.ID, v)
			}
		}
		for _, s := range []*tally{tallies["all"], tallies[j.Profile]} {
			s.findings++
			if j.First.Verdict == manual.Right {
				s.first++
			}
			if j.Second != (manual.Verdict{}) {
				s.twice++
			}
			if j.Second.Verdict == manual.Right {
				s.second++
			}
			if j.First.Verdict == j.Second.Verdict {
				s.alike++
			}
		}
	}
	for name, s := range tallies {
		percent := func(n, of int) string {
			return fmt.Sprintf("%d of %d (%.1f %%)", n, of, float64(n)/float64(max(of, 1))*100)
		}
		row := fmt.Sprintf("| %s | %d | %s | %s | %s |\n", name, s.findings,
			percent(s.first, s.findings), percent(s.second, s.twice), percent(s.alike, s.twice))
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/rules/README.md lacks the row\n%s", row)
		}
	}
}

// TestCountedRules holds that the counts are about rules that there are.
func TestCountedRules(t *testing.T) {
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.Name] = true
	}
	counts := measured[manual.Counts](t, "counts.json")
	if counts.Documents == 0 || len(counts.Findings) == 0 {
		t.Fatal("nothing is counted")
	}
	for profile, found := range counts.Findings {
		for rule := range found {
			if !known[rule] {
				t.Errorf("profile %s: there is no rule %q", profile, rule)
			}
		}
	}
}

// TestDocsCompatibility holds that docs/compatibility.md gives the reason for
// every rule that makes an error of something the reference accepts.
func TestDocsCompatibility(t *testing.T) {
	page, err := fs.ReadFile(os.DirFS(repository), "docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	const head = "## Profile recommended rejects what the reference accepts\n"
	_, section, ok := strings.Cut(string(page), head)
	if !ok {
		t.Fatalf("docs/compatibility.md lacks %q", head)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	for _, r := range rules.All() {
		if r.In(validate.Recommended) != diag.Error || r.In(validate.Argo) == diag.Error {
			continue
		}
		if !strings.Contains(section, "`"+r.Name+"`") {
			t.Errorf("%s is an error that the reference does not give: say in docs/compatibility.md what proves it, or make it a warning", r.Name)
		}
	}
}
