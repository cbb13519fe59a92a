package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var whenLiteral = validate.Rule{
	Name: "when-literal", Group: validate.Expressions, Severity: diag.Info, Profile: validate.Strict,
	Summary: "a condition is just true or false",
	Why:     `A step that never runs is dead weight, and one that always runs needs no condition. Remove the step or the condition.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "false"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
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
    - - {name: check, template: check}
    - - name: deploy
        template: deploy
        when: "{{steps.check.outputs.result}} == yes"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			if l, ok := c.when.Root.(*expr.Literal); ok && l.Kind == expr.BoolLiteral {
				p.Reportf(c.node.Source(l.Start, l.End), "this condition is always %s", l.Value)
			}
		}
	},
}
