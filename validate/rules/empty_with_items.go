package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var emptyWithItems = validate.Rule{
	Name: "empty-with-items", Group: validate.Control, Severity: diag.Warning,
	Summary: "withItems is an empty list",
	Why:     `An empty withItems is no loop at all: the step runs once, and {{item}} stays as it is. Fill the list, or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, withItems: [], arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, withItems: [a], arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if n := c.WithItems; n != nil && n.Kind == tree.List && len(n.Items) == 0 {
					p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("an empty list is no loop: %s runs once, without an item", c.Describe()), Help: "fill the list, or remove withItems"})
				}
			}
		}
	},
}
