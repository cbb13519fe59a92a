package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var expressionNilResult = validate.Rule{
	Name: "expression-nil-result", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "an expression may yield nil, which fails",
	Why:     `Searches yield nil when they find nothing, and a nil result fails the step. Give the expression a default with "??".`,
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
      - '{{=find(["a", "b"], # == inputs.parameters.day)}}'
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
      - '{{=find(["a", "b"], # == inputs.parameters.day) ?? "none"}}'
`,
	Check: func(p *validate.Pass) {
		reportExpressions(p, func(j judged, e expr.Error) bool { return e.Kind == expr.MaybeNil && !isSibling(j, e) })
	},
}

// isSibling reports whether e is about what a step or task offers.
func isSibling(j judged, e expr.Error) bool {
	at := j.Text[e.Start:]
	return strings.HasPrefix(at, "steps") || strings.HasPrefix(at, "tasks")
}
