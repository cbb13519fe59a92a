package rules

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var resourcesInvalid = validate.Rule{
	Name: "resources-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a container requests more than its limit, less than nothing, or something that does not exist",
	Why: `Kubernetes refuses the Pod. A request is at most the limit, amounts are not negative, and resources are called cpu, memory,
ephemeral-storage, hugepages-..., or by a name with a domain such as nvidia.com/gpu. Of the latter there are only whole ones,
they need a limit, and a request equals it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, ./...]
      resources:
        requests: {cpus: 2, memory: 4Gi}
        limits: {memory: 2Gi}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, ./...]
      resources:
        requests: {cpu: 2, memory: 2Gi}
        limits: {memory: 4Gi}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			checkAmounts(p, c.node.Get("resources"))
		}
	},
}

// containerResources are the resources that need no domain.
var containerResources = []string{"cpu", "memory", "ephemeral-storage"}

func checkAmounts(p *validate.Pass, resources *tree.Node) {
	for _, side := range []string{"requests", "limits"} {
		amounts := resources.Get(side)
		if amounts == nil || amounts.Kind != tree.Map {
			continue
		}
		for _, e := range amounts.Entries {
			name := e.Key.Value
			if !strings.Contains(name, "/") && !strings.HasPrefix(name, "hugepages-") && !slices.Contains(containerResources, name) {
				help, fixes := nearest(e.Key, name, slices.Values(containerResources))
				p.Report(diag.Diagnostic{Span: e.Key.Span, Message: fmt.Sprintf("containers have no resource %q", name), Help: help, Fixes: fixes})
			}
			q, ok := amount(e.Value)
			if !ok {
				continue
			}
			if q.Sign() < 0 {
				p.Reportf(e.Value.Place(), "%s cannot be less than nothing", name)
			}
			limit := resources.At("limits", name)
			if isDevice(name) {
				checkDevice(p, e, q, side, limit)
			}
			if most, ok := amount(limit); ok && side == "requests" && q.Cmp(most) > 0 {
				p.Report(diag.Diagnostic{
					Span: e.Value.Place(), Message: fmt.Sprintf("requests more %s than the limit of %s", name, limit.Text()),
					Help:    "lower the request, or raise the limit",
					Related: []diag.Related{{Span: limit.Place(), Message: "the limit"}},
				})
			}
		}
	}
}

// isDevice reports whether name is an extended resource, such as a GPU: one with
// a domain that is not Kubernetes' own.
func isDevice(name string) bool {
	domain, _, ok := strings.Cut(name, "/")
	return ok && domain != "kubernetes.io" && !strings.HasSuffix(domain, ".kubernetes.io")
}

func checkDevice(p *validate.Pass, e tree.Entry, q resource.Quantity, side string, limit *tree.Node) {
	switch most, known := amount(limit); {
	case q.MilliValue()%1000 != 0:
		p.Reportf(e.Value.Place(), "there is no part of a %s, only whole ones", e.Key.Value)
	case side == "requests" && limit.IsNull():
		p.Report(diag.Diagnostic{
			Span: e.Key.Span, Message: fmt.Sprintf("a request of %s needs a limit", e.Key.Value), Help: "move it to limits",
		})
	case side == "requests" && known && q.Cmp(most) < 0:
		p.Report(diag.Diagnostic{
			Span: e.Value.Place(), Message: fmt.Sprintf("the request of %s must equal the limit of %s", e.Key.Value, limit.Text()),
			Related: []diag.Related{{Span: limit.Place(), Message: "the limit"}},
		})
	}
}

// amount is a quantity that is known before the run.
func amount(n *tree.Node) (resource.Quantity, bool) {
	text, ok := literal(n)
	if !ok {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(strings.TrimSpace(text))
	return q, err == nil
}
