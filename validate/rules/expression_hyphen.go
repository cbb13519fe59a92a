package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionHyphen = validate.Rule{
	Name: "expression-hyphen", Group: validate.Expressions, Severity: diag.Error,
	Summary: "a name with a hyphen is read as a subtraction",
	Why: `In an expression a hyphen is a minus sign, so the two halves of the name are looked up on their own and are not found. Put the name
into brackets.`,
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
      - '{{=inputs.parameters.part-size}}'
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
      - "{{=inputs.parameters['part-size']}}"
`,
	Check: func(p *validate.Pass) { reportExpressions(p, ofKind(expr.Subtraction)) },
}
