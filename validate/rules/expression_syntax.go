package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionSyntax = validate.Rule{
	Name: "expression-syntax", Group: validate.Expressions, Severity: diag.Error,
	Summary: "an expression does not parse",
	Why: `Expressions are read when the step starts, and one that cannot be read ends the step in an error. Mend it at the place that
is underlined. A tag ends at its first "}}", even inside a nested map or a text.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters: [{name: day, value: "7"}, {name: part-size, value: "3"}]
    container:
      image: alpine:3.23
      command: [echo]
      args:
      - '{{=int(inputs.parameters.day}}'
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      parameters: [{name: day, value: "7"}, {name: part-size, value: "3"}]
    container:
      image: alpine:3.23
      command: [echo]
      args:
      - '{{=int(inputs.parameters.day)}}'
`,
	Check: func(p *validate.Pass) { reportExpressions(p, ofKind(expr.Syntax)) },
}
