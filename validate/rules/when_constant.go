package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var whenConstant = validate.Rule{
	Name: "when-constant", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a condition is the same in every run",
	Why: `The condition holds no tag, or compares values that are known by now, so the step always or never runs. Perhaps the braces around a name
are missing.`,
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
        when: "'steps.check.outputs.result' == 'yes'"
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
        when: "'{{steps.check.outputs.result}}' == 'yes'"
  - name: check
    script: {image: "alpine:3.23", command: [sh], source: echo yes-please}
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range conditions(p) {
			if len(c.errors) > 0 || c.when.Root == nil || strings.Contains(c.node.Value, "{{") {
				continue
			}
			value, err := expr.EvalWhen(c.node.Value)
			if err != nil {
				continue
			}
			d := diag.Diagnostic{Span: c.node.Source(0, len(c.node.Value)), Message: fmt.Sprintf("this condition is %t in every run", value)}
			if strings.Contains(c.node.Value, "steps.") || strings.Contains(c.node.Value, "tasks.") || strings.Contains(c.node.Value, "parameters.") {
				d.Help = "put {{ and }} around the name of the value"
			}
			if _, literal := c.when.Root.(*expr.Literal); !literal {
				p.Report(d)
			}
		}
	},
}
