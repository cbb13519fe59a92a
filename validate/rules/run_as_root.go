package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var runAsRoot = validate.Rule{
	Name: "run-as-root", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a container is told to run as root",
	Why:     `A fault in the container runtime then gives the step the node. Run as another user, with fsGroup for the volumes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    securityContext: {runAsUser: 0}
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
    securityContext: {runAsUser: 1000, runAsNonRoot: true}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for sc := range securityContexts(p) {
			if sc.Get("runAsUser").Text() == "0" {
				p.Reportf(entryPlace(sc, "runAsUser"), "user 0 is root")
			}
			if sc.Get("runAsNonRoot").Text() == "false" {
				p.Reportf(entryPlace(sc, "runAsNonRoot"), "runAsNonRoot: false allows root")
			}
		}
	},
}
