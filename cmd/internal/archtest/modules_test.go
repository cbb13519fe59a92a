package archtest

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

var (
	required = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([\w.\-]+\.[\w.\-]+/[\w.\-/]+) v\d`)
	named    = regexp.MustCompile("`([^`]+)`")
)

// TestDependencies holds that docs/dependencies.md gives a reason for every
// module that our code imports, and for no other.
func TestDependencies(t *testing.T) {
	gomod, err := fs.ReadFile(repository, "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, m := range required.FindAllStringSubmatch(string(gomod), -1) {
		modules = append(modules, m[1])
	}
	used := map[string]string{}
	for _, f := range goFiles(t) {
		for _, imported := range f.imports(t) {
			if m := moduleOf(imported, modules); m != "" {
				used[m] = f.name
			}
		}
	}

	doc, err := fs.ReadFile(repository, "docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			for _, m := range named.FindAllStringSubmatch(cells[1], -1) {
				explained[m[1]] = true
			}
		}
	}
	for m, file := range used {
		if !explained[m] {
			t.Errorf("docs/dependencies.md has no row for %s, which %s imports", m, file)
		}
	}
	for m := range explained {
		if used[m] == "" {
			t.Errorf("docs/dependencies.md has a row for %s, which nothing imports", m)
		}
	}
}

// moduleOf is the module that holds an imported package, the longest that fits.
func moduleOf(imported string, modules []string) string {
	best := ""
	for _, m := range modules {
		if (imported == m || strings.HasPrefix(imported, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}
