package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var metricRealtimeResources = validate.Rule{
	Name: "metric-realtime-resources", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "a realtime gauge measures resourcesDuration",
	Why: `How much CPU and memory a template used is known only when it has ended, so a gauge that is updated while it runs
cannot show it. Set realtime to false, or measure duration.`,
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
      - name: build_cpu
        help: CPU time of the build
        gauge: {realtime: true, value: "{{resourcesDuration.cpu}}"}
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
      - name: build_cpu
        help: CPU time of the build
        gauge: {realtime: false, value: "{{resourcesDuration.cpu}}"}
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for u, m := range metrics(p) {
			gauge := m.Get("gauge")
			value := gauge.Get("value")
			realtime := gauge.Get("realtime")
			if realtime.Text() == "true" && strings.Contains(u.Text(value), "resourcesDuration.") {
				p.Report(diag.Diagnostic{
					Span:    value.Place(),
					Message: "resourcesDuration is known only when the template has ended, not in real time",
					Help:    "set realtime: false",
					Related: []diag.Related{{Span: realtime.Place(), Message: "the gauge is updated while the template runs"}},
					Fixes:   []diag.Fix{replaceText(realtime, "false", false)},
				})
			}
		}
	},
}
