package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var stepNameRequired = validate.Rule{
	Name: "step-name-required", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a step or task has no name",
	Why:     `Steps and tasks are known by their names: in references to their outputs, in dependencies, in the tree of the run.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - template: print
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
    steps:
    - - name: print
        template: print
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, c := range bodyCalls(u) {
				if u.Text(c.Name) == "" {
					p.Report(diag.Diagnostic{
						Span: callPlace(c), Message: "this " + callKind(c) + " has no name", Help: "add a name",
					})
				}
			}
		}
	},
}
