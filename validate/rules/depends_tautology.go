package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var dependsTautology = validate.Rule{
	Name: "depends-tautology", Group: validate.Expressions, Severity: diag.Info,
	Summary: "depends is true whatever happens",
	Why:     `The task waits for the others to end, but none of their results keeps it from running. If that is meant, nothing is wrong.`,
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
      - {name: report, template: work, depends: fetch.Succeeded || !fetch.Succeeded}
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
      - {name: report, template: work, depends: fetch.Succeeded}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range dependencies(p) {
			if d.truth == expr.Always {
				p.Reportf(d.node.Source(0, len(d.node.Value)), "this is true whatever the results are")
			}
		}
	},
}
