package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionUnknownIdentifier = validate.Rule{
	Name: "expression-unknown-identifier", Group: validate.Expressions, Severity: diag.Error,
	Summary: "an expression uses a name, member or function that does not exist",
	Why: `An unknown name fails the step, leaves the braces in the text, or yields nil, which fails as well. Check the spelling against the
inputs, the steps and the functions that expressions have.`,
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
      - '{{=inputs.parameters.dai + "th"}}'
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
      - '{{=inputs.parameters.day + "th"}}'
`,
	Check: func(p *validate.Pass) {
		reportExpressions(p, func(j judged, e expr.Error) bool { return e.Kind == expr.UnknownName && !outOfScope(j, e) })
	},
}
