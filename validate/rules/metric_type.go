package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var metricType = validate.Rule{
	Name: "metric-type", Group: validate.Metrics, Severity: diag.Error,
	Summary: "a metric is not exactly one of gauge, counter and histogram",
	Why: `A metric without a kind, or with several, is dropped when it would be recorded, and so is a histogram without buckets that
are numbers. Give it one kind.`,
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
        help: builds by now
        labels: [{key: team, value: a}]
    container: {image: "alpine:3.23", command: [date]}
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
        help: builds by now
        counter: {value: "1"}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, m := range everyMetric(p) {
			var kinds []string
			for _, kind := range metricTypes {
				if m.Has(kind) {
					kinds = append(kinds, kind)
				}
			}
			switch len(kinds) {
			case 0:
				p.Report(diag.Diagnostic{Span: valuePlace(m, "name"), Message: "this metric is of no kind", Help: "add one of gauge, counter and histogram"})
			case 1:
				checkBuckets(p, m)
			default:
				p.Report(diag.Diagnostic{
					Span: keyPlace(m, kinds[1]), Message: fmt.Sprintf("this metric is a %s already", kinds[0]), Help: "keep one of them",
					Related: []diag.Related{{Span: keyPlace(m, kinds[0]), Message: "the first kind"}},
				})
			}
		}
	},
}

// everyMetric are the metrics of workflows, defaults and templates.
func everyMetric(p *validate.Pass) []*tree.Node {
	var out []*tree.Node
	seen := map[*tree.Node]bool{}
	for s := range settings(p, "metrics") {
		for _, m := range s.node.Get("prometheus").List() {
			if m.Kind == tree.Map && !seen[m] {
				seen[m] = true
				out = append(out, m)
			}
		}
	}
	return out
}

func checkBuckets(p *validate.Pass, m *tree.Node) {
	h := m.Get("histogram")
	if h == nil || h.Kind != tree.Map {
		return
	}
	buckets := h.Get("buckets")
	if len(buckets.List()) == 0 {
		p.Report(diag.Diagnostic{Span: valuePlace(h, "buckets"), Message: "this histogram has no buckets", Help: "add their upper limits, such as buckets: [10, 60, 300]"})
	}
	for _, b := range buckets.List() {
		if b.Kind != tree.Int && b.Kind != tree.Float && !isDynamic(b) && !b.IsNull() {
			p.Reportf(headPlace(b), "a bucket is a number, and this is none")
		}
	}
}
