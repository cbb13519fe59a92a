package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var enumEmpty = validate.Rule{
	Name: "enum-empty", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "the list of allowed values of an argument is empty",
	Why:     `An enum lists the values that the argument may have. An empty one allows none; list some, or leave it out.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, value: hello, enum: []}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, value: hello, enum: [hello, bye]}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for l := range argumentLists(p) {
			for _, a := range l.valued(p.Exact).Parameters {
				if a.Enum != nil && a.Enum.Kind == tree.List && len(a.Enum.Items) == 0 {
					p.Report(diag.Diagnostic{
						Span:    a.Enum.Place(),
						Message: fmt.Sprintf("the enum of argument %q allows no value", l.text(a.Name)),
						Help:    "list the allowed values, or leave the enum out",
					})
				}
			}
		}
	},
}
