package lint_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/lint"
	"github.com/weft-lang/weft/validate/rules"
)

// block matches an example of YAML in a page.
var block = regexp.MustCompile("(?s)```yaml\n(.*?)```\n")

func blocks(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no example", page)
	}
	return out
}

// TestDocsConfiguration holds that every example of weft.yaml is good, and that
// there is one for every key.
func TestDocsConfiguration(t *testing.T) {
	all := strings.Join(blocks(t, "configuration.md"), "")
	for _, b := range blocks(t, "configuration.md") {
		if _, list := config.Parse(source.NewFile("weft.yaml", b), rules.All()); list.Len() > 0 {
			t.Errorf("%v in\n%s", list.Sorted(), b)
		}
	}
	keys := regexp.MustCompile(`(?m)^(?:# )?([a-z]+):`)
	for _, key := range keys.FindAllStringSubmatch(config.Starter(), -1) {
		if !strings.Contains("\n"+all, "\n"+key[1]+":") {
			t.Errorf("there is no example of %s", key[1])
		}
	}
}

// TestDocsSuppressing holds that the comments shown answer all that there is,
// and that there is something.
func TestDocsSuppressing(t *testing.T) {
	for _, b := range blocks(t, "suppressing.md") {
		fsys := files(map[string]string{"example.yaml": b})
		if got := lint.Run(fsys, []string{"example.yaml"}, lint.Options{}).Findings.Sorted(); len(got) > 0 {
			t.Errorf("%v in\n%s", got, b)
		}
		if lint.Run(fsys, []string{"example.yaml"}, lint.Options{NoIgnores: true}).Findings.Len() == 0 {
			t.Errorf("nothing is ignored in\n%s", b)
		}
	}
}
