package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var dagNoTasks = validate.Rule{
	Name: "dag-no-tasks", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a dag template has no tasks",
	Why:     `A dag without tasks does nothing and is refused. Add tasks, or remove the template.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks: []

  - name: print
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
      - {name: print, template: print}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if t := u.Template; t.Type() == ir.DAG && len(t.Tasks) == 0 {
				p.Report(diag.Diagnostic{
					Span: bodyPlace(t), Message: t.Describe() + " has no tasks", Help: "add tasks, or remove the template",
				})
			}
		}
	},
}
