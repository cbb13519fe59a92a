package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var metricValueRequired = validate.Rule{
	Name: "metric-value-required", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "the gauge, counter or histogram of a metric has no value",
	Why:     `The value is what is recorded when the template ends: a number, or a {{tag}} that becomes one. Add it.`,
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
      - name: build_duration
        help: how long the build took
        gauge: {realtime: true}
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
        gauge: {realtime: true, value: "{{duration}}"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for u, m := range metrics(p) {
			for _, typ := range metricTypes {
				if body := m.Get(typ); !body.IsNull() && u.Text(body.Get("value")) == "" {
					p.Report(diag.Diagnostic{
						Span:    lackingPlace(m, typ, "value"),
						Message: fmt.Sprintf("this %s has no value", typ),
						Help:    `add value: with a number or a tag, such as "{{duration}}"`,
					})
				}
			}
		}
	},
}
