package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var dependsUnsatisfiable = validate.Rule{
	Name: "depends-unsatisfiable", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "depends can never be true",
	Why:     `Whatever the results of the other tasks are, this one is omitted. A task has only one result: join alternatives with "||".`,
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
      - {name: report, template: work, depends: fetch.Succeeded && fetch.Failed}
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
      - {name: report, template: work, depends: fetch.Succeeded || fetch.Failed}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range dependencies(p) {
			if d.truth == expr.Never {
				p.Reportf(d.node.Source(0, len(d.node.Value)), "this is never true, so %s is always omitted", d.call.Describe())
			}
		}
	},
}
