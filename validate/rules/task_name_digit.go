package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var taskNameDigit = validate.Rule{
	Name: "task-name-digit", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "the name of a task with dependencies starts with a digit",
	Why:     `Dependencies are evaluated as an expression, in which a name that starts with a digit reads as a number.`,
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
      - {name: fetch, template: print}
      - {name: 2nd, template: print, depends: fetch}
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
      - {name: fetch, template: print}
      - {name: second, template: print, depends: fetch}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			depends := dependsUser(u)
			for _, c := range u.Template.Tasks {
				name := u.Text(c.Name)
				if name == "" || name[0] < '0' || name[0] > '9' || depends == nil && len(c.Dependencies) == 0 {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    c.Name.Place(),
					Message: fmt.Sprintf("the name %q starts with a digit, which dependencies cannot spell", name),
					Help:    "start the name with a letter",
				})
			}
		}
	},
}
