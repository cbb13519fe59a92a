package yaml_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestMessages shows what the person at the terminal sees.
func TestMessages(t *testing.T) {
	langtest.Run(t, "testdata/messages/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		var all diag.List
		for _, name := range slices.Sorted(maps.Keys(in)) {
			_, findings := yaml.Parse(source.NewFile(name, in[name]))
			all.Append(findings)
		}
		var b strings.Builder
		if err := render.Full(&b, render.Report{Diagnostics: all.Sorted(), Files: slices.Sorted(maps.Keys(in))}, render.Options{}); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"diag": b.String()}
	})
}

// TestPrint shows documents in block style, with their comments and without.
func TestPrint(t *testing.T) {
	langtest.Run(t, "testdata/print/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		docs, findings := parse(in["in.yaml"])
		if findings.Has(diag.Error) {
			t.Fatal(findings.Sorted())
		}
		out := map[string]string{}
		for _, doc := range docs {
			out["plain.yaml"] += string(yaml.Print(doc.Root))
			out["comments.yaml"] += string(yaml.Printer{Comments: true}.Print(doc.Root))
			out["json"] += string(yaml.JSON(doc.Root)) + "\n"
		}
		return out
	})
}
