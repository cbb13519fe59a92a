package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var defaultServiceAccount = validate.Rule{
	Name: "default-service-account", Group: validate.Security, Severity: diag.Info, Profile: validate.SecurityProfile,
	Summary: "a workflow names no service account and runs as the default one",
	Why:     `Rights that one workflow needs are then given to every Pod of the namespace. Name an account made for the workflow.`,
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
  serviceAccountName: printer
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if isRun(o) && o.Spec.Node.Get("serviceAccountName").Text() == "" {
				p.Reportf(specKeyPlace(o), "%s runs as the default service account", o.Describe())
			}
		}
	},
}
