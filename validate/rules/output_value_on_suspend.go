package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputValueOnSuspend = validate.Rule{
	Name: "output-value-on-suspend", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "an output of a suspend template does not say where it comes from",
	Why: `The outputs of a suspend template are supplied by whoever resumes it. Without valueFrom the controller fails on the template.
Write valueFrom: {supplied: {}}.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    suspend: {}
    outputs:
      parameters:
      - {name: answer, value: "yes"}
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
    suspend: {}
    outputs:
      parameters:
      - {name: answer, valueFrom: {supplied: {}}}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Template.Type() != ir.Suspend {
				continue
			}
			for _, out := range u.Template.Outputs.Parameters {
				if out.ValueFrom == nil {
					p.Report(diag.Diagnostic{
						Span: firstPlace(out.Value, out.Name, out.Node), Message: "an output of a suspend template needs a valueFrom", Help: "write valueFrom: {supplied: {}}",
					})
				}
			}
		}
	},
}
