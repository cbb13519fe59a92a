package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var metricLabelInvalid = validate.Rule{
	Name: "metric-label-invalid", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "a metric has a label key that Prometheus does not take",
	Why:     `Label keys consist of letters, digits and underscores and do not begin with a digit. Rename the label.`,
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
        help: builds by outcome
        labels: [{key: build-status, value: "{{status}}"}]
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
        help: builds by outcome
        labels: [{key: build_status, value: "{{status}}"}]
        counter: {value: "1"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for u, m := range metrics(p) {
			for _, l := range m.Get("labels").List() {
				key := u.Text(l.Get("key"))
				if l.IsNull() || isMetricName(key) || dynamicName(p, key) {
					continue
				}
				message := fmt.Sprintf("label key %q is not one that Prometheus takes", key)
				if key == "" {
					message = "this label has no key"
				}
				p.Report(diag.Diagnostic{Span: valuePlace(l, "key"), Message: message, Help: metricNameHelp})
			}
		}
	},
}
