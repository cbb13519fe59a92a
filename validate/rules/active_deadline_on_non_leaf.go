package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var activeDeadlineOnNonLeaf = validate.Rule{
	Name: "active-deadline-on-non-leaf", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a steps or dag template has activeDeadlineSeconds",
	Why:     `The deadline is one of a Pod, and steps and dag templates have none. Set it on the templates that they call, or on the workflow.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    activeDeadlineSeconds: 60
    steps:
    - - name: print
        template: print
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
    activeDeadlineSeconds: 60
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if t := u.Template; t.Type().IsGroup() && t.Node.Has("activeDeadlineSeconds") {
				p.Report(diag.Diagnostic{
					Span:    keyPlace(t.Node, "activeDeadlineSeconds"),
					Message: fmt.Sprintf("%s calls other templates, and cannot have a deadline", t.Describe()),
					Help:    "set activeDeadlineSeconds on the templates that it calls, or on the workflow",
				})
			}
		}
	},
}
