package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var parallelismOnLeaf = validate.Rule{
	Name: "parallelism-on-leaf", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template that calls no other has parallelism",
	Why: `parallelism of a template limits how many of its own steps or tasks run at once, so it means nothing elsewhere.
Set it on the template that calls this one, or on the workflow.`,
	Bad: `
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
        withSequence: {count: 20}
  - name: print
    parallelism: 5
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
    parallelism: 5
    steps:
    - - name: print
        template: print
        withSequence: {count: 20}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if t := u.Template; !t.Type().IsGroup() && t.Node.Has("parallelism") {
				p.Report(diag.Diagnostic{
					Span:    keyPlace(t.Node, "parallelism"),
					Message: fmt.Sprintf("%s calls no other template, so there is nothing to limit", t.Describe()),
					Help:    "set parallelism on the template that calls it, or on the workflow",
				})
			}
		}
	},
}
