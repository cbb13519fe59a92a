package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resourceTemplateNeedsRBAC = validate.Rule{
	Name: "resource-template-needs-rbac", Group: validate.Robustness, Severity: diag.Info, Profile: validate.Strict,
	Summary: "a resource template runs as the default service account, which seldom has the right",
	Why:     `The step asks the API to make or change an object, as the service account of its Pod. Name an account with a role for that.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource:
      action: delete
      flags: [configmap, settings]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    serviceAccountName: janitor
    resource:
      action: delete
      flags: [configmap, settings]
`,
	Check: func(p *validate.Pass) {
		for o, t := range podTemplates(p) {
			if t.Type() != ir.Resource || !isRun(o) || o.Spec.Node.Get("serviceAccountName").Text() != "" || t.Node.Get("serviceAccountName").Text() != "" {
				continue
			}
			if o.Spec.Defaults == nil || o.Spec.Defaults.Node.Get("serviceAccountName").Text() == "" {
				p.Reportf(bodyPlace(t), "%s acts on the cluster as the default service account", t.Describe())
			}
		}
	},
}
