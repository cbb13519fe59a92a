package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resourceClaimsNonPod = validate.Rule{
	Name: "resource-claims-non-pod", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "resourceClaims stands on a template that makes no Pod",
	Why: `Claims are bound to a Pod. steps and dag templates only call others, and suspend, http and plugin templates run
without a Pod of their own. Move the claims to the templates that use the device.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: train-}
spec:
  entrypoint: main
  templates:
  - name: main
    resourceClaims: [{name: gpu, resourceClaimTemplateName: one-gpu}]
    steps:
    - - {name: train, template: train}
  - name: train
    container: {image: "pytorch/pytorch:2.9.0", command: [python, train.py]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: train-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: train, template: train}
  - name: train
    resourceClaims: [{name: gpu, resourceClaimTemplateName: one-gpu}]
    container:
      image: pytorch/pytorch:2.9.0
      command: [python, train.py]
      resources:
        claims: [{name: gpu}]
`,
	Check: func(p *validate.Pass) {
		for t := range usedTemplates(p) {
			typ := t.Type()
			if typ == ir.NoType || typ.IsPod() || len(t.Node.Get("resourceClaims").List()) == 0 {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    keyPlace(t.Node, "resourceClaims"),
				Message: fmt.Sprintf("%s templates make no Pod that could hold resource claims", typ.Key()),
				Help:    "move them to the templates that run containers",
			})
		}
	},
}
