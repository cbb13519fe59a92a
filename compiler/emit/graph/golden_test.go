package graph_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/graph"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

func check(t testing.TB, files map[string]string) *ir.Checked {
	t.Helper()
	var docs []*tree.Document
	for _, name := range []string{"in.yaml", "lib.yaml"} {
		if files[name] == "" {
			continue
		}
		d, _ := yaml.Parse(source.NewFile(name, files[name]))
		docs = append(docs, d...)
	}
	result := validate.Check(compiler.Bind(docs), validate.Options{Rules: rules.All()})
	if result.Checked == nil {
		t.Fatalf("the input has errors: %v", result.Findings.Sorted())
	}
	return result.Checked
}

func TestGolden(t *testing.T) {
	langtest.Run(t, "../../../testdata/graph/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		g := graph.Build(check(t, in), "in.yaml")
		out := map[string]string{}
		for name, print := range graph.Formats {
			var b strings.Builder
			if err := print(&b, g); err != nil {
				t.Error(err)
			}
			out[name] = b.String()
		}
		labels(t, out["svg"])
		return out
	})
}

// labels returns the texts of a picture, which must be XML.
func labels(t *testing.T, text string) int {
	t.Helper()
	n := 0
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatalf("the picture is not XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "text" {
			n++
		}
	}
}

// chain is a workflow of n tasks, each waiting for the one before and the one
// ten before.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: big}\nspec:\n  entrypoint: main\n  templates:\n" +
		"  - {name: leaf, container: {image: 'busybox:1.36'}}\n  - name: main\n    dag:\n      tasks:\n")
	for i := range n {
		switch {
		case i == 0:
			fmt.Fprintf(&b, "      - {name: t%d, template: leaf}\n", i)
		case i < 10:
			fmt.Fprintf(&b, "      - {name: t%d, template: leaf, dependencies: [t0]}\n", i)
		default:
			fmt.Fprintf(&b, "      - {name: t%d, template: leaf, dependencies: [t%d, t%d]}\n", i, i-7, i-10)
		}
	}
	return b.String()
}

func TestLarge(t *testing.T) {
	for _, n := range []int{1, 50, 500} {
		var b strings.Builder
		if err := graph.SVG(&b, graph.Build(check(t, map[string]string{"in.yaml": chain(n)}), "")); err != nil {
			t.Fatal(err)
		}
		if got, want := labels(t, b.String()), 2*n+2; got != want {
			t.Errorf("%d tasks: %d labels, want %d", n, got, want)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	g := graph.Build(check(b, map[string]string{"in.yaml": chain(500)}), "")
	b.ReportAllocs()
	for b.Loop() {
		if err := graph.SVG(io.Discard, g); err != nil {
			b.Fatal(err)
		}
	}
}
