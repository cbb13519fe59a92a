package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var expressionScope = validate.Rule{
	Name: "expression-scope", Group: validate.Expressions, Severity: diag.Error,
	Summary: "an expression uses a name that exists elsewhere, but not in this field",
	Why: `Not every field sees every name: outputs and artifacts of steps see the siblings and the inputs, retry expressions see the last attempt,
conditions on responses see the response. Pass the value in, or put it into a tag, which is filled first.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    retryStrategy: {limit: 3, expression: workflow.name != "" && retries != "2"}
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
    retryStrategy: {limit: 3, expression: '"{{workflow.name}}" != "" && retries != "2"'}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) { reportExpressions(p, outOfScope) },
}
