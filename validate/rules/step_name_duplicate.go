package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var stepNameDuplicate = validate.Rule{
	Name: "step-name-duplicate", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "two steps or two tasks of a template have the same name",
	Why:     `References such as {{steps.NAME.outputs.result}} could mean either of them, so names are unique within a template, over all groups of its steps.`,
	Bad: `
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
    - - name: print-again
        template: print
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			first := map[string]*ir.Call{}
			for _, c := range bodyCalls(u) {
				name := u.Text(c.Name)
				if name == "" {
					continue
				}
				if before := first[name]; before != nil {
					p.Report(diag.Diagnostic{
						Span:    c.Name.Place(),
						Message: fmt.Sprintf("another %s of %s is called %q, too", callKind(c), u.Template.Describe(), c.Name.Text()),
						Help:    "rename one of the two",
						Related: []diag.Related{{Span: before.Name.Place(), Message: "first used here"}},
					})
					continue
				}
				first[name] = c
			}
		}
	},
}
