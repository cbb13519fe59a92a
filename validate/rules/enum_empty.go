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
		if !p.Exact {
			for t := range usedTemplates(p) {
				for _, in := range t.Inputs.Parameters {
					reportEmptyEnum(p, in.Enum, "input", in.Name.Text())
				}
			}
		}
		for l := range argumentLists(p) {
			for _, a := range l.valued(p.Exact).Parameters {
				reportEmptyEnum(p, a.Enum, "argument", l.text(a.Name))
			}
		}
	},
}

func reportEmptyEnum(p *validate.Pass, enum *tree.Node, what, name string) {
	if enum != nil && enum.Kind == tree.List && len(enum.Items) == 0 {
		p.Report(diag.Diagnostic{
			Span: enum.Place(), Message: fmt.Sprintf("the enum of %s %q allows no value", what, name),
			Help: "list the allowed values, or leave the enum out",
		})
	}
}
