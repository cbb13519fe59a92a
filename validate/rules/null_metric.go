package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var nullMetric = validate.Rule{
	Name: "null-metric", Group: validate.Metrics, Severity: diag.Error, Argo: diag.Error,
	Summary: "a list of metrics or of their labels has an empty entry",
	Why:     `The reference crashes on it, as a linter and as a controller. Remove the entry, or write what belongs there.`,
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
      -
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
		for t := range usedTemplates(p) {
			list := t.Node.At("metrics", "prometheus")
			reportNulls(p, list, "this metric is empty")
			for _, m := range list.List() {
				reportNulls(p, m.Get("labels"), "this label is empty")
			}
		}
	},
}

func reportNulls(p *validate.Pass, list *tree.Node, message string) {
	for _, n := range list.List() {
		if n.IsNull() {
			p.Report(diag.Diagnostic{Span: n.Place(), Message: message, Help: "remove it, or write what belongs there"})
		}
	}
}
