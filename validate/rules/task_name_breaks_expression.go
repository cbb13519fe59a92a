package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var taskNameBreaksExpression = validate.Rule{
	Name: "task-name-breaks-expression", Group: validate.Expressions, Severity: diag.Error,
	Summary: "depends names a task whose name it cannot spell",
	Why: `Depends is evaluated as an expression, in which words such as in, not, true and let mean something else, and a name cannot begin with a
digit. The task that waits ends in an error. Rename the task.`,
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
      - {name: let, template: work}
      - {name: report, template: work, depends: let}
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
      - {name: rent, template: work}
      - {name: report, template: work, depends: rent}
  - name: work
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, d := range dependencies(p) {
			for _, e := range d.errors {
				if e.Kind == expr.ReservedWord {
					d.report(p, e)
				}
			}
			for _, dep := range d.parsed.Deps() {
				if c := dep.Task[0]; '0' <= c && c <= '9' && len(d.errors) == 0 {
					p.Report(diag.Diagnostic{
						Span: d.node.Source(dep.Start, dep.Start+len(dep.Task)), Message: fmt.Sprintf("depends cannot name task %q, which begins with a digit", dep.Task), Help: "rename the task",
					})
				}
			}
		}
	},
}
