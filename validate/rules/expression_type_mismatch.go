package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionTypeMismatch = validate.Rule{
	Name: "expression-type-mismatch", Group: validate.Expressions, Severity: diag.Error,
	Summary: "an expression uses a value of the wrong type",
	Why: `Parameters, results and exit codes are strings in expressions. Arithmetic on them, or a condition that is not true or false, fails when
the step runs. Convert values with int(...) or float(...), and compare them to get a condition.`,
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
      - '{{=inputs.parameters.day * 2}}'
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
      - '{{=int(inputs.parameters.day) * 2}}'
`,
	Check: func(p *validate.Pass) { reportExpressions(p, ofKind(expr.Mismatch, expr.WrongResult)) },
}
