package rules

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var labelSelectorInvalid = validate.Rule{
	Name: "label-selector-invalid", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "podGC.labelSelector is not a label selector that Kubernetes can read",
	Why: `The selector says which finished Pods are deleted. Keys and values must be legal labels, the operator one of
` + strings.Join(selectorOperators, ", ") + `; In and NotIn need values, the other two forbid them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  podGC:
    strategy: OnPodSuccess
    labelSelector:
      matchExpressions: [{key: keep, operator: NotExists}]
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  podGC:
    strategy: OnPodSuccess
    labelSelector:
      matchExpressions: [{key: keep, operator: DoesNotExist}]
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			checkSelector(p, r.Object.Spec.Node.At("podGC", "labelSelector"))
		}
	},
}

var selectorOperators = []string{"In", "NotIn", "Exists", "DoesNotExist"}

func checkSelector(p *validate.Pass, selector *tree.Node) {
	if labels := selector.Get("matchLabels"); labels != nil {
		for _, e := range labels.Entries {
			checkLabelKey(p, e.Key.Span, e.Key.Value)
			checkLabelValue(p, e.Value)
		}
	}
	for _, x := range selector.Get("matchExpressions").List() {
		key, operator, values := x.Get("key"), x.Get("operator"), x.Get("values").List()
		if key == nil {
			key = x
		}
		checkLabelKey(p, key.Place(), key.Text())
		for _, v := range values {
			checkLabelValue(p, v)
		}
		switch op := operator.Text(); op {
		case "In", "NotIn":
			if len(values) == 0 {
				p.Reportf(operator.Place(), "operator %q needs values to compare with", op)
			}
		case "Exists", "DoesNotExist":
			if len(values) > 0 {
				p.Reportf(keyPlace(x, "values"), "operator %q takes no values", op)
			}
		default:
			help, fixes := nearest(operator, op, slices.Values(selectorOperators))
			if help == "" {
				help = "choose one of " + strings.Join(selectorOperators, ", ")
			}
			p.Report(diag.Diagnostic{
				Span: valuePlace(x, "operator"), Message: fmt.Sprintf("there is no selector operator %q", op), Help: help, Fixes: fixes,
			})
		}
	}
}

func checkLabelKey(p *validate.Pass, at source.Span, key string) {
	if faults := validation.IsQualifiedName(key); len(faults) > 0 {
		p.Report(diag.Diagnostic{Span: at, Message: fmt.Sprintf("%q is not a legal label key", key), Help: faults[0]})
	}
}

func checkLabelValue(p *validate.Pass, n *tree.Node) {
	if faults := validation.IsValidLabelValue(n.Text()); len(faults) > 0 {
		p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%q is not a legal label value", n.Text()), Help: faults[0]})
	}
}
