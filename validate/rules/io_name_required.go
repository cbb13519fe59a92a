package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ioNameRequired = validate.Rule{
	Name: "io-name-required", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a parameter or artifact has no name",
	Why: `Values are passed by name, so a parameter or artifact without one can be neither given nor used.
Name it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - value: hello
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, hello]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - name: message
      value: hello
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for l, list := range namedLists(p) {
			for _, n := range list {
				if l.text(n.name) == "" && (n.name == nil || n.name.IsScalar()) {
					p.Report(diag.Diagnostic{
						Span:    firstPlace(n.name, n.node),
						Message: fmt.Sprintf("this %s has no name", n.kind),
						Help:    "add name: with letters, digits, \"-\" and \"_\"",
					})
				}
			}
		}
	},
}
