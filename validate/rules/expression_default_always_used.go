package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionDefaultAlwaysUsed = validate.Rule{
	Name: "expression-default-always-used", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "an expression has a default for a name that does not exist",
	Why:     `The default hides the slip: the name never has a value, so the default is used in every run. Mend the name, or write the default alone.`,
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
      - '{{=inputs.parameters.dai ?? "1"}}'
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
      - '{{=inputs.parameters.day ?? "1"}}'
`,
	Check: func(p *validate.Pass) { reportExpressions(p, ofKind(expr.GuardedName)) },
}
