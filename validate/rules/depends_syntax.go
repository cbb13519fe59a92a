package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var dependsSyntax = validate.Rule{
	Name: "depends-syntax", Group: validate.Expressions, Severity: diag.Error,
	Summary: "depends does not parse",
	Why:     `Depends joins tasks and their results with &&, || and !, and parentheses. What cannot be read ends the task in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: work}
      - {name: report, template: work, depends: fetch &&}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: work}
      - {name: report, template: work, depends: fetch}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range dependencies(p) {
			for _, e := range d.errors {
				// Unknown results, operators that are words and names with "_" are found as undefined tasks.
				if d.node.Value[e.Start:e.End] != "_" && e.Kind != expr.UnknownResult && e.Kind != expr.OperatorWord && e.Kind != expr.ReservedWord {
					d.report(p, e)
				}
			}
		}
	},
}
