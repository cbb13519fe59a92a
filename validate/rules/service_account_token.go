package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var serviceAccountToken = validate.Rule{
	Name: "service-account-token", Group: validate.Security, Severity: diag.Info, Profile: validate.SecurityProfile,
	Summary: "the token of the service account is mounted into every container",
	Why: `What runs in a step, and whatever it downloads, can call the API with it. Set automountServiceAccountToken: false, and name
executor.serviceAccountName for Argo's own container.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
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
  automountServiceAccountToken: false
  executor: {serviceAccountName: executor}
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if !isRun(o) {
				continue
			}
			switch n := o.Spec.Node.Get("automountServiceAccountToken"); {
			case n.IsNull():
				p.Reportf(specKeyPlace(o), "%s mounts the token of its service account into every container", o.Describe())
			case n.Text() == "true":
				p.Reportf(entryPlace(o.Spec.Node, "automountServiceAccountToken"), "the token of the service account is mounted into every container")
			}
		}
	},
}
