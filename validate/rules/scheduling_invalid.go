package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var schedulingInvalid = validate.Rule{
	Name: "scheduling-invalid", Group: validate.Pods, Severity: diag.Error,
	Summary: "a toleration, an affinity or a DNS policy lacks something, or has too much",
	Why: `Kubernetes refuses the Pod. A toleration with Exists has no value; In and NotIn need values, Exists and DoesNotExist have
none; affinity to Pods needs a topologyKey; dnsPolicy None needs nameservers in dnsConfig.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  tolerations:
  - {key: gpu, operator: Exists, value: "true"}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  tolerations:
  - {key: gpu, operator: Exists}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n := range podParts(p) {
			for _, toleration := range n.Get("tolerations").List() {
				if value := toleration.Get("value"); toleration.Get("operator").Text() == "Exists" && value.Text() != "" {
					p.Reportf(value.Place(), "a toleration with operator Exists has no value")
				}
			}
			checkAffinity(p, n.Get("affinity"))
			if dns := n.Get("dnsPolicy"); dns.Text() == "None" && len(n.At("dnsConfig", "nameservers").List()) == 0 {
				p.Report(diag.Diagnostic{
					Span: dns.Place(), Message: "dnsPolicy None leaves the Pod without a name server", Help: "add dnsConfig: {nameservers: [...]}",
				})
			}
		}
	},
}

func checkAffinity(p *validate.Pass, affinity *tree.Node) {
	if affinity == nil || affinity.Kind != tree.Map {
		return
	}
	for n := range affinity.All() {
		for _, key := range []string{"matchExpressions", "matchFields"} {
			for _, e := range n.Get(key).List() {
				checkRequirement(p, e)
			}
		}
	}
	for _, kind := range []string{"podAffinity", "podAntiAffinity"} {
		for _, term := range affinity.At(kind, "requiredDuringSchedulingIgnoredDuringExecution").List() {
			needTopology(p, term)
		}
		for _, weighted := range affinity.At(kind, "preferredDuringSchedulingIgnoredDuringExecution").List() {
			if term := weighted.Get("podAffinityTerm"); !term.IsNull() {
				needTopology(p, term)
			}
		}
	}
}

func checkRequirement(p *validate.Pass, e *tree.Node) {
	operator, values := e.Get("operator"), e.Get("values")
	switch operator.Text() {
	case "In", "NotIn":
		if len(values.List()) == 0 && !strings.Contains(values.Text(), "{{") {
			p.Reportf(operator.Place(), "%s needs values to compare with", operator.Text())
		}
	case "Exists", "DoesNotExist":
		if len(values.List()) > 0 {
			p.Report(diag.Diagnostic{Span: keyPlace(e, "values"), Message: fmt.Sprintf("%s compares with no values", operator.Text())})
		}
	}
}

func needTopology(p *validate.Pass, term *tree.Node) {
	if term.Kind == tree.Map && term.Get("topologyKey").Text() == "" {
		p.Report(diag.Diagnostic{
			Span: valuePlace(term, "topologyKey"), Message: "this affinity does not say within what: it has no topologyKey",
			Help: "add topologyKey: kubernetes.io/hostname",
		})
	}
}
