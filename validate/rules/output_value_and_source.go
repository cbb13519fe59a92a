package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputValueAndSource = validate.Rule{
	Name: "output-value-and-source", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an output parameter has both a value and a valueFrom",
	Why: `A value is fixed in advance; valueFrom takes it from what the template did. Keep one.
For a value to fall back on, write valueFrom.default.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        value: unknown
        valueFrom: {path: /tmp/version}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        valueFrom: {path: /tmp/version, default: unknown}
`,
	Check: func(p *validate.Pass) {
		for l := range outputLists(p) {
			for _, out := range l.Parameters {
				if out.Value == nil || out.ValueFrom == nil {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(out.Node, "value"),
					Message: fmt.Sprintf("output parameter %q has both value and valueFrom", out.Name.Text()),
					Help:    "keep one; a value to fall back on is valueFrom.default",
					Related: []diag.Related{{Span: keyPlace(out.Node, "valueFrom"), Message: "its other source"}},
				})
			}
		}
	},
}
