package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionNeverEqual = validate.Rule{
	Name: "expression-never-equal", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "an expression compares values of different types",
	Why: `A string is never equal to a number, so the comparison has the same result in every run. Exit codes and parameters are strings:
convert them with int(...), or put the other side in quotes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    retryStrategy: {limit: 3, expression: lastRetry.exitCode == 1}
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
    retryStrategy: {limit: 3, expression: int(lastRetry.exitCode) == 1}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) { reportExpressions(p, ofKind(expr.NeverEqual, expr.Unread)) },
}
