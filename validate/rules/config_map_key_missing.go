package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var configMapKeyMissing = validate.Rule{
	Name: "config-map-key-missing", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a parameter comes from a ConfigMap, and name or key of the place there is missing",
	Why: `A ConfigMap holds values under keys. Without a name or a key nothing is found: the parameter has its default, or the
workflow ends in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, valueFrom: {configMapKeyRef: {name: messages}}}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.message}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, valueFrom: {configMapKeyRef: {name: messages, key: hello}}}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.message}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for _, param := range plainParameters(o) {
				ref := param.ValueFrom.Get("configMapKeyRef")
				if ref.IsNull() {
					continue
				}
				for _, need := range []string{"name", "key"} {
					if n := ref.Get(need); n.IsNull() || n.IsScalar() && n.Text() == "" {
						p.Report(diag.Diagnostic{Span: keyPlace(param.ValueFrom, "configMapKeyRef"), Message: fmt.Sprintf("this configMapKeyRef has no %s", need)})
					}
				}
			}
		}
	},
}
