package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var volumeClaimGcStrategy = validate.Rule{
	Name: "volume-claim-gc-strategy", Group: validate.Pods, Severity: diag.Error,
	Summary: "volumeClaimGC.strategy is none of the known ones",
	Why: `The strategy says when the claims that the workflow made are deleted. With an unknown one the workflow ends in an error.
Choose OnWorkflowCompletion or OnWorkflowSuccess.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  volumeClaimGC: {strategy: OnCompletion}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  volumeClaimGC: {strategy: OnWorkflowCompletion}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			checkOneOf(p, r.Object.Spec.Node.At("volumeClaimGC", "strategy"), "volumeClaimGC strategy", volumeClaimStrategies)
		}
	},
}

var volumeClaimStrategies = []string{"OnWorkflowCompletion", "OnWorkflowSuccess"}

// checkOneOf reports n, what it is called, if it is none of the values.
func checkOneOf(p *validate.Pass, n *tree.Node, what string, values []string) {
	text := n.Text()
	if text == "" || slices.Contains(values, text) {
		return
	}
	help, fixes := nearest(n, text, slices.Values(values))
	if help == "" {
		help = "use one of " + strings.Join(values, ", ")
	}
	p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("there is no %s %q", what, text), Help: help, Fixes: fixes})
}
