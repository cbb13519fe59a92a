package rules

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var resourceUnitOdd = validate.Rule{
	Name: "resource-unit-odd", Group: validate.Pods, Severity: diag.Warning,
	Summary: "an amount of cpu or memory has the unit of the other, or none",
	Why: `512m of memory is half a byte, 512 is 512 bytes, and 500Mi of cpu is half a billion cores: the container never starts, or
the Pod is never scheduled. Memory is written with Mi or Gi, cpu in cores or with m.`,
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
        limits: {cpu: 500m, memory: 512m}
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
        limits: {cpu: 500m, memory: 512Mi}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			for _, side := range []string{"requests", "limits"} {
				amounts := c.node.At("resources", side)
				reportUnit(p, amounts.Get("memory"), "memory", "%s of memory is less than a page", "Mi", tooLittleMemory)
				reportUnit(p, amounts.Get("ephemeral-storage"), "ephemeral-storage", "%s of storage is less than a page", "Mi", tooLittleMemory)
				reportUnit(p, amounts.Get("cpu"), "cpu", "no machine has %s cores", "m", tooManyCores)
			}
		}
	},
}

// Nothing runs in less than a page of memory, nor has any machine so many cores.
func tooLittleMemory(q resource.Quantity) bool {
	return q.Sign() > 0 && q.Cmp(*resource.NewQuantity(4096, resource.BinarySI)) < 0
}
func tooManyCores(q resource.Quantity) bool {
	return q.Cmp(*resource.NewQuantity(4096, resource.DecimalSI)) > 0
}

func reportUnit(p *validate.Pass, n *tree.Node, name, message, unit string, odd func(resource.Quantity) bool) {
	q, ok := amount(n)
	if !ok || !odd(q) {
		return
	}
	digits := strings.TrimRight(n.Text(), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	p.Report(diag.Diagnostic{
		Span: n.Place(), Message: fmt.Sprintf(message, n.Text()),
		Help: fmt.Sprintf("did you mean %s: %s?", name, digits+unit), Fixes: []diag.Fix{replaceText(n, digits+unit, false)},
	})
}
