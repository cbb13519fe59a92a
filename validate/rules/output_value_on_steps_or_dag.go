package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputValueOnStepsOrDag = validate.Rule{
	Name: "output-value-on-steps-or-dag", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "an output of steps or tasks has a value instead of a source",
	Why: `The outputs of a steps or dag template are gathered from its steps when they have ended, so each needs a valueFrom; a value of its own
ends the template in an error. For a constant write valueFrom.expression.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print}
    outputs:
      parameters:
      - {name: text, value: hello}
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
    - - {name: print, template: print}
    outputs:
      parameters:
      - {name: text, valueFrom: {expression: "'hello'"}}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range groupBodies(p) {
			for _, out := range u.Template.Outputs.Parameters {
				if out.Value != nil && out.ValueFrom == nil {
					p.Report(diag.Diagnostic{
						Span: out.Value.Place(), Message: "an output of steps or tasks cannot have a value of its own",
						Help: "write valueFrom: with parameter: or expression:",
					})
				}
			}
		}
	},
}
