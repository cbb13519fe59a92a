package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var metricNameInvalid = validate.Rule{
	Name: "metric-name-invalid", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "a metric has a name that Prometheus does not take",
	Why:     `The name consists of letters, digits and underscores and does not begin with a digit. Rename the metric.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    metrics:
      prometheus:
      - name: build-duration
        help: how long the build took
        gauge: {realtime: false, value: "{{duration}}"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    metrics:
      prometheus:
      - name: build_duration
        help: how long the build took
        gauge: {realtime: false, value: "{{duration}}"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for u, m := range metrics(p) {
			name := u.Text(m.Get("name"))
			if isMetricName(name) || dynamicName(p, name) {
				continue
			}
			message := fmt.Sprintf("metric name %q is not one that Prometheus takes", name)
			if name == "" {
				message = "this metric has no name"
			}
			p.Report(diag.Diagnostic{Span: valuePlace(m, "name"), Message: message, Help: metricNameHelp})
		}
	},
}
