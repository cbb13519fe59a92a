package rules_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

// faults is how many numbered faults testdata/rules/beyond has: what the
// reference's linter accepts and a run or an API server does not.
const faults = 147

// TestBeyond holds one document or more for every fault. A file is named after
// the number and the rule that has to find it, NUMBER-RULE.yaml, or
// NUMBER-clean.yaml where nothing may be found. Every finding is listed.
func TestBeyond(t *testing.T) {
	langtest.Run(t, "../../testdata/rules/beyond/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		return map[string]string{"findings": itemFindings(t, in)}
	})
}

// TestBeyondIsComplete checks that no fault lacks a document or the name of the
// test that shows it.
func TestBeyondIsComplete(t *testing.T) {
	shown := itemsIn(t, "../../testdata/rules/beyond/*.txtar")
	for n := 1; n <= faults; n++ {
		if shown[n] == 0 {
			t.Errorf("no document shows fault %d", n)
		}
	}
}

var itemName = regexp.MustCompile(`^([0-9]+)-([a-z0-9-]+?)(_[a-z0-9-]+)?\.(yaml|weft)$`)

// itemFindings lints every document of an archive on its own, in the mildest
// profile that has the rule in its name; outside recommended only the findings
// of that rule are listed.
func itemFindings(t *testing.T, in map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(in)) {
		parts := itemName.FindStringSubmatch(name)
		if parts == nil {
			t.Errorf("%s: want NUMBER-RULE.yaml or NUMBER-clean.yaml", name)
			continue
		}
		want, profile := parts[2], validate.Recommended
		if want != "clean" {
			i := slices.IndexFunc(rules.All(), func(r validate.Rule) bool { return r.Name == want })
			if i < 0 {
				t.Errorf("%s: there is no rule %s", name, want)
				continue
			}
			profile = rules.All()[i].Profile
		}
		found := check(t, string(txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: name, Data: []byte(in[name])}}})), profile)
		if profile != validate.Recommended {
			found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Rule != want })
		}
		if got := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Rule == want }); got != (want != "clean") || want == "clean" && len(found) > 0 {
			t.Errorf("%s: wrong findings: %s", name, lines(found))
		}
		for _, d := range found {
			fmt.Fprintf(&b, "%s: %s: %s [%s]\n", d.Span, d.Severity, d.Message, d.Rule)
		}
	}
	return b.String()
}

// itemsIn counts the documents of each number.
func itemsIn(t *testing.T, glob string) map[int]int {
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archive matches %s: %v", glob, err)
	}
	items := map[int]int{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(text).Files {
			if parts := itemName.FindStringSubmatch(f.Name); parts != nil {
				n, err := strconv.Atoi(parts[1])
				if err != nil {
					t.Fatal(err)
				}
				items[n]++
			}
		}
	}
	return items
}
