package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var whenOnList = validate.Rule{
	Name: "when-on-list", Group: validate.Expressions, Severity: diag.Error,
	Summary: "a condition reads the outputs of all items of a loop as if they were one value",
	Why: `The output of a loop is a JSON list of what its items gave, such as ["3","4"]. A when takes square brackets for the name
of a variable, finds none, and the step ends in an error. Decide in a step that reads the list, or in an expression.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: check, template: check, withItems: [a, b]}
    - - {name: deploy, template: deploy, when: "{{steps.check.outputs.result}} == yes"}
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes}
  - name: deploy
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
    - - {name: check, template: check, withItems: [a, b]}
    - - {name: deploy, template: deploy, when: "{{='yes' in fromJSON(steps.check.outputs.result)}}"}
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			if c.call == nil {
				continue
			}
			for _, operand := range c.when.Operands() {
				if operand.Quoted || !operand.Bare {
					continue
				}
				for _, r := range siblingReferencesIn(p, c.use, c.node) {
					kind, _ := r.Output()
					if r.InExpr || r.Start < operand.Start || r.End > operand.End || !r.Producer.Looped() || kind == "" {
						continue
					}
					p.Report(diag.Diagnostic{
						Span:    r.Span(),
						Message: fmt.Sprintf("%s is a loop, so this is a list, which a condition cannot read", r.Producer.Describe()),
						Help:    "decide in a step that reads the list, or write an expression in {{= }}",
					})
				}
			}
		}
	},
}
