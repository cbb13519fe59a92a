package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var valueAndDefault = validate.Rule{
	Name: "value-and-default", Group: validate.DataFlow, Severity: diag.Info,
	Summary: "an input has both a value and a default",
	Why:     `The value is always there, so the default is never used. Keep one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters: [{name: text, value: hello, default: bye}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters: [{name: text, default: bye}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			for _, in := range t.Inputs.Parameters {
				if in.Value != nil && in.Default != nil {
					p.Report(diag.Diagnostic{
						Span: keyPlace(in.Node, "default"), Message: "this default is never used, since there is a value",
						Related: []diag.Related{{Span: in.Value.Place(), Message: "the value"}},
					})
				}
			}
		}
	},
}
