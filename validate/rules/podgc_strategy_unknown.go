package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var podgcStrategyUnknown = validate.Rule{
	Name: "podgc-strategy-unknown", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "podGC.strategy is none of the known ones",
	Why:     `The strategy says when finished Pods are deleted: ` + strings.Join(podGCStrategies, ", ") + `. Choose one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  podGC: {strategy: OnPodCompleted}
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  podGC: {strategy: OnPodCompletion}
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			n := r.Object.Spec.Node.At("podGC", "strategy")
			if s := n.Text(); s != "" && !slices.Contains(podGCStrategies, s) {
				help, fixes := nearest(n, s, slices.Values(podGCStrategies))
				if help == "" {
					help = "choose one of " + strings.Join(podGCStrategies, ", ")
				}
				p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("there is no podGC strategy %q", s), Help: help, Fixes: fixes})
			}
		}
	},
}

var podGCStrategies = []string{"OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"}
