package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var metricIncomplete = validate.Rule{
	Name: "metric-incomplete", Group: validate.Metrics, Severity: diag.Error,
	Summary: "a metric of the workflow lacks a name, a help text or a value, or is named wrongly",
	Why: `Argo's linter looks at the metrics of templates only. One of the workflow that Prometheus does not take is dropped when the
workflow ends. Complete it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  metrics:
    prometheus:
    - name: builds-total
      help: builds by now
      counter: {value: "1"}
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
  metrics:
    prometheus:
    - name: builds_total
      help: builds by now
      counter: {value: "1"}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, m := range r.Object.Spec.Node.At("metrics", "prometheus").List() {
				if m.Kind == tree.Map {
					checkMetric(p, m)
				}
			}
		}
	},
}

func checkMetric(p *validate.Pass, m *tree.Node) {
	if n := m.Get("name"); !isDynamic(n) && !isMetricName(n.Text()) {
		message := fmt.Sprintf("metric name %q is not one that Prometheus takes", n.Text())
		if n.Text() == "" {
			message = "this metric has no name"
		}
		p.Report(diag.Diagnostic{Span: valuePlace(m, "name"), Message: message, Help: metricNameHelp})
	}
	if m.Get("help").Text() == "" {
		p.Report(diag.Diagnostic{Span: valuePlace(m, "name"), Message: fmt.Sprintf("metric %q has no help text", m.Get("name").Text()), Help: "say in help what it counts"})
	}
	for _, l := range m.Get("labels").List() {
		if key := l.Get("key"); key != nil && !isDynamic(key) && !isMetricName(key.Text()) {
			p.Report(diag.Diagnostic{Span: key.Place(), Message: fmt.Sprintf("label %q is not one that Prometheus takes", key.Text()), Help: metricNameHelp})
		}
	}
	for _, kind := range metricTypes {
		n := m.Get(kind)
		if n == nil || n.Kind != tree.Map {
			continue
		}
		value := n.Get("value")
		if value.Text() == "" {
			p.Report(diag.Diagnostic{Span: keyPlace(m, kind), Message: fmt.Sprintf("this %s has no value", kind), Help: `add one, such as value: "1"`})
		}
		if text, ok := literal(value); ok {
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				p.Report(diag.Diagnostic{Span: value.Place(), Message: fmt.Sprintf("the value of a metric is a number, and %q is none", text)})
			}
		}
	}
}
