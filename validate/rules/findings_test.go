package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate"
)

// TestFindings holds what a person sees of whole documents: each finding with
// its place, the text underlined, the way out, and the places that explain it.
func TestFindings(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var archive txtar.Archive
		for name, text := range in {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
		}
		want := map[string]string{}
		for _, p := range []validate.Profile{validate.Recommended, validate.Argo} {
			want[p.String()] = listing(t, string(txtar.Format(&archive)), p)
		}
		return want
	})
}

func listing(t *testing.T, example string, profile validate.Profile) string {
	var b strings.Builder
	for _, d := range check(t, example, profile) {
		fmt.Fprintf(&b, "%s: %s: %s [%s] at %q\n", d.Span, d.Severity, d.Message, d.Rule, d.Span.Text())
		if d.Help != "" {
			fmt.Fprintf(&b, "    help: %s\n", d.Help)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "    %s: %s\n", r.Span, r.Message)
		}
	}
	return b.String()
}
