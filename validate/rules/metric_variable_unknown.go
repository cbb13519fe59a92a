package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var metricVariableUnknown = validate.Rule{
	Name: "metric-variable-unknown", Group: validate.Metrics, Severity: diag.Error,
	Summary: "a metric uses a variable that does not exist",
	Why: `A metric with a tag that does not resolve is silently dropped. Beside the variables of the template, metrics know duration, status, exitCode and
resourcesDuration.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    metrics:
      prometheus:
      - name: work_seconds
        help: how long the work took
        gauge: {value: "{{durration}}"}
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
    metrics:
      prometheus:
      - name: work_seconds
        help: how long the work took
        gauge: {value: "{{duration}}"}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for m := range allMetrics(p) {
			for n := range m.All() {
				if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
					continue
				}
				tags, _ := expr.Tags(n.Value)
				for _, t := range tags {
					if root, _, _ := strings.Cut(t.Key, "."); !t.Expr && !strings.Contains(t.Body, "{{") && !slices.Contains(metricRoots, root) {
						p.Report(diag.Diagnostic{
							Span: n.Source(t.Start, t.End), Message: fmt.Sprintf("metrics know nothing named %q", t.Key), Help: diag.DidYouMean(root, slices.Values(metricRoots)),
						})
					}
				}
			}
		}
	},
}

// metricRoots are the first names of the variables that metrics may use.
var metricRoots = []string{
	"duration", "status", "exitCode", "resourcesDuration", "outputs", "inputs", "workflow", "retries", "lastRetry", "node", "pod",
	"steps", "tasks", "item",
}
