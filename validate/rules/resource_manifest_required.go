package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var resourceManifestRequired = validate.Rule{
	Name: "resource-manifest-required", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "a resource template has no manifest",
	Why:     `To create, apply, replace or patch a resource its manifest is needed: as text in manifest, or from an input artifact in manifestFrom.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource: {action: create}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource:
      action: create
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if r := u.Template.Body(); usesManifest(u) && r.Get("manifest").Text() == "" && !r.Has("manifestFrom") {
				p.Report(diag.Diagnostic{
					Span:    valuePlace(r, "action"),
					Message: fmt.Sprintf("there is no manifest to %s", r.Get("action").Text()),
					Help:    "add manifest, or manifestFrom with an input artifact",
				})
			}
		}
	},
}

// usesManifest reports whether the body is a resource whose action needs a manifest.
func usesManifest(u *trace.Use) bool {
	action := u.Text(u.Template.Body().Get("action"))
	return u.Template.Type() == ir.Resource && action != "get" && action != "delete"
}
