package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var failFastIneffective = validate.Rule{
	Name: "fail-fast-ineffective", Group: validate.Control, Severity: diag.Warning,
	Summary: "failFast is set on a template that calls no other",
	Why: `failFast ends the siblings of a step or task that failed. A template that calls no other has none, and the field does
nothing. Set it on the steps or dag template that calls this one.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: test, template: test}
  - name: test
    failFast: false
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    failFast: false
    dag:
      tasks:
      - {name: test, template: test}
  - name: test
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			if t.Type() != ir.NoType && !t.Type().IsGroup() && t.Node.Has("failFast") {
				p.Report(diag.Diagnostic{
					Span:    keyPlace(t.Node, "failFast"),
					Message: fmt.Sprintf("%s calls no other template, so failFast does nothing", t.Describe()),
					Help:    "set it on the template that calls it",
				})
			}
		}
	},
}
