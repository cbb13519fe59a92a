package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resourceManifestConflict = validate.Rule{
	Name: "resource-manifest-conflict", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "a resource template has both manifest and manifestFrom",
	Why:     `Only one of them can be meant. Keep manifest for text that stands in the workflow, manifestFrom for an input artifact.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: settings, path: /tmp/settings.yaml, raw: {data: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"}}
    resource:
      action: create
      manifestFrom: {artifact: {name: settings}}
      manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}"
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: settings, path: /tmp/settings.yaml, raw: {data: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"}}
    resource:
      action: create
      manifestFrom: {artifact: {name: settings}}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if r := u.Template.Body(); usesManifest(u) && r.Get("manifest").Text() != "" && r.Has("manifestFrom") {
				p.Report(diag.Diagnostic{
					Span:    keyPlace(r, "manifestFrom"),
					Message: "manifest and manifestFrom cannot both be given",
					Help:    "keep one of them",
					Related: []diag.Related{{Span: keyPlace(r, "manifest"), Message: "manifest stands here"}},
				})
			}
		}
	},
}
