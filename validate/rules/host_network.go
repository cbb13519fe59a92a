package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var hostNetwork = validate.Rule{
	Name: "host-network", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "Pods share the network of their node",
	Why:     `They reach what listens on the node itself, and network policies do not bind them. Remove hostNetwork; use a Service for what is to be reached.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  hostNetwork: true
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
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n := range podParts(p) {
			if n.Get("hostNetwork").Text() == "true" {
				p.Reportf(entryPlace(n, "hostNetwork"), "Pods share the network of their node")
			}
		}
	},
}
