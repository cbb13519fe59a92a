package plan_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

func check(t *testing.T, text string) *ir.Checked {
	t.Helper()
	docs, front := yaml.Parse(source.NewFile("in.yaml", text))
	result := validate.Check(compiler.Bind(docs), validate.Options{Rules: rules.All(), Front: front})
	if result.Checked == nil {
		for _, d := range result.Findings.Sorted() {
			t.Logf("%s: %s", d.Span, d.Message)
		}
		t.Fatal("the input has errors")
	}
	return result.Checked
}

func TestGolden(t *testing.T) {
	langtest.Run(t, "../../../testdata/plan/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		plans := plan.Of(check(t, in["in.yaml"]), "")
		out := map[string]string{}
		for name, print := range plan.Formats {
			var b strings.Builder
			if err := print(&b, plans); err != nil {
				t.Error(err)
			}
			switch name {
			case "svg":
				wellFormed(t, b.String())
			case "json":
				if !strings.Contains(b.String(), `"pods"`) {
					t.Errorf("JSON without Pods: %s", b.String())
				}
			default:
				out[name] = b.String()
			}
		}
		return out
	})
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the picture is not XML: %v", err)
		}
	}
}

// TestLarge holds that runs too many to tell apart are counted all the same,
// and that templates that call others twice at every level end.
func TestLarge(t *testing.T) {
	const head = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: big}\nspec:\n  entrypoint: main\n  templates:\n" +
		"  - {name: leaf, container: {image: 'busybox:1.36'}}\n"
	p := plan.Of(check(t, head+"  - {name: main, steps: [[{name: a, template: half, withSequence: {count: 600}}]]}\n"+
		"  - {name: half, steps: [[{name: b, template: leaf, withSequence: {count: 500}}]]}\n"), "")
	if len(p) != 1 || p[0].Pods != 300_000 || p[0].Widest != 300_000 || len(p[0].Runs) > 30_000 {
		t.Errorf("%d Pods, %d at once, %d runs", p[0].Pods, p[0].Widest, len(p[0].Runs))
	}
	var b strings.Builder
	b.WriteString(head)
	for i := range 40 {
		next := "t" + strings.Repeat("x", i+1)
		if i == 39 {
			next = "leaf"
		}
		name := "t" + strings.Repeat("x", i)
		if i == 0 {
			name = "main"
		}
		b.WriteString("  - {name: " + name + ", steps: [[{name: a, template: " + next + "}, {name: b, template: " + next + "}]]}\n")
	}
	if p := plan.Of(check(t, b.String()), ""); len(p) != 1 {
		t.Errorf("%d plans", len(p))
	}
}
