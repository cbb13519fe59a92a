package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var metricHelpRequired = validate.Rule{
	Name: "metric-help-required", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "a metric has no help text",
	Why:     `Prometheus shows the help text beside the metric, and the workflow is refused without one. Say what is measured.`,
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
      - name: builds
        counter: {value: "1"}
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
      - name: builds
        help: how many builds ran
        counter: {value: "1"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for u, m := range metrics(p) {
			if u.Text(m.Get("help")) == "" {
				p.Report(diag.Diagnostic{
					Span:    valuePlace(m, "name"),
					Message: fmt.Sprintf("metric %q has no help text", m.Get("name").Text()),
					Help:    "add help: with a clause that says what is measured",
				})
			}
		}
	},
}
