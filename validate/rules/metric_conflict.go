package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var metricConflict = validate.Rule{
	Name: "metric-conflict", Group: validate.Metrics, Severity: diag.Warning,
	Summary: "two metrics of one name differ in help text, labels or kind",
	Why: `Prometheus keeps one description for all metrics of a name. What comes second with another one is refused, and is not
recorded. Give both the same, or another name.`,
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
      - {name: builds, help: builds by now, counter: {value: "1"}, when: "{{status}} == Succeeded"}
      - {name: builds, help: failed builds, counter: {value: "1"}, when: "{{status}} == Failed"}
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
      - {name: builds, help: builds by now, counter: {value: "1"}, when: "{{status}} == Succeeded"}
      - {name: builds, help: builds by now, counter: {value: "1"}, when: "{{status}} == Failed"}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		type key struct {
			file *source.File
			name string
		}
		first := map[key]*tree.Node{}
		for _, m := range everyMetric(p) {
			n := m.Get("name")
			if n.Text() == "" || isDynamic(n) {
				continue
			}
			k := key{n.Span.File, n.Text()}
			f := first[k]
			if f == nil {
				first[k] = m
				continue
			}
			if what := metricDifference(f, m); what != "" {
				p.Report(diag.Diagnostic{
					Span: n.Place(), Message: fmt.Sprintf("another metric %q has a different %s", n.Text(), what), Help: "make them agree, or rename one",
					Related: []diag.Related{{Span: f.Get("name").Place(), Message: "the other one"}},
				})
			}
		}
	},
}

// metricDifference is in what two metrics of one name must agree and do not.
func metricDifference(a, b *tree.Node) string {
	kind := func(m *tree.Node) (kinds string) {
		for _, k := range metricTypes {
			if m.Has(k) {
				kinds += k
			}
		}
		return kinds
	}
	labels := func(m *tree.Node) string {
		var keys []string
		for _, l := range m.Get("labels").List() {
			keys = append(keys, l.Get("key").Text())
		}
		slices.Sort(keys)
		return strings.Join(keys, ",")
	}
	switch {
	case a.Get("help").Text() != b.Get("help").Text():
		return "help text"
	case kind(a) != kind(b):
		return "kind"
	case labels(a) != labels(b):
		return "set of labels"
	}
	return ""
}
