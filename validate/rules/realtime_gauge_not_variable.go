package rules

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var realtimeGaugeNotVariable = validate.Rule{
	Name: "realtime-gauge-not-variable", Group: validate.Metrics, Severity: diag.Error,
	Summary: "a gauge in real time has a value that does not change",
	Why: `A gauge in real time is read while the step runs, and only the running time has a value then: {{duration}}, or {{workflow.duration}} on a
workflow. Anything else makes the metric an error. Drop realtime to send the value once, at the end.`,
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
        gauge: {realtime: true, value: "5"}
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
        gauge: {realtime: true, value: "{{duration}}"}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for m := range allMetrics(p) {
			gauge := m.Get("gauge")
			value := strings.ReplaceAll(gauge.Get("value").Text(), " ", "")
			if gauge.Get("realtime").Text() != "true" || value == "" || strings.Contains(value, "resourcesDuration") || value == "{{duration}}" || value == "{{workflow.duration}}" {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: gauge.Get("value").Place(), Message: "a gauge in real time can only be the running time", Help: "write {{duration}}, or drop realtime",
			})
		}
	},
}

// allMetrics yields the metrics of workflows and of template bodies.
func allMetrics(p *validate.Pass) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		for _, r := range p.Trace.Runs {
			for _, m := range r.Object.Spec.Node.At("metrics", "prometheus").List() {
				if !m.IsNull() && !yield(m) {
					return
				}
			}
		}
		for _, m := range metrics(p) {
			if !yield(m) {
				return
			}
		}
	}
}
