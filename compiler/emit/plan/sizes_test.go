package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
)

// TestSizes holds that a plan says what is larger than a cluster takes, by the
// byte. The rules of lint that say so, too, are not asked.
func TestSizes(t *testing.T) {
	const text = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: large, annotations: {note: %q}}
spec:
  entrypoint: main
  arguments: {parameters: [{name: text, value: %q}]}
  templates:
  - name: main
    metadata: {annotations: {note: %q}}
    script: {image: "busybox:1.36", command: [sh], source: %q, env: [{name: A, value: "{{workflow.parameters.text}}"}]}
`
	long := func(n int) string { return strings.Repeat("x", n) }
	const argument, annotations, object = 128<<10 - 1, 256 << 10, 1 << 20
	rest := len(yaml.JSON(docs(t, fmt.Sprintf(text, "", "", "", ""))[0].Root))
	for _, tt := range []struct {
		name, annotation, argument, podAnnotation, script string
		over                                              string
	}{
		{name: "small"},
		{name: "argument", argument: long(argument - len("A=") + 1), over: `longest argument, in template "main"`},
		{name: "argument that fits", argument: long(argument - len("A="))},
		{name: "annotations", annotation: long(annotations - len("note") + 1), over: "annotations"},
		{name: "annotations that fit", annotation: long(annotations - len("note"))},
		{name: "annotations of a Pod", podAnnotation: long(annotations), over: `annotations of template "main"`},
		{name: "object", script: long(object - rest + 1), over: "object"},
		{name: "object that fits", script: long(object - rest)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read := docs(t, fmt.Sprintf(text, tt.annotation, tt.argument, tt.podAnnotation, tt.script))
			checked := validate.Check(compiler.Bind(read), validate.Options{}).Checked
			var over []string
			for _, s := range plan.Of(checked, "")[0].Sizes {
				if s.Over() {
					over = append(over, s.What)
				}
			}
			if got := strings.Join(over, "; "); got != tt.over {
				t.Errorf("too large: %q, want %q", got, tt.over)
			}
			var b strings.Builder
			if err := plan.Text(&b, plan.Of(checked, "")); err != nil || strings.Contains(b.String(), "too large for a cluster") != (tt.over != "") {
				t.Errorf("the plan says %s (%v)", b.String(), err)
			}
		})
	}
}

func docs(t *testing.T, text string) []*tree.Document {
	t.Helper()
	docs, findings := yaml.Parse(source.NewFile("in.yaml", text))
	if findings.Len() > 0 {
		t.Fatal(findings.Sorted())
	}
	return docs
}
