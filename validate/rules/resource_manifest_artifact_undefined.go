package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resourceManifestArtifactUndefined = validate.Rule{
	Name: "resource-manifest-artifact-undefined", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "manifestFrom names an artifact that the template does not have",
	Why:     `manifestFrom reads the manifest from an input artifact of the same template. Check the name, or declare the artifact.`,
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
      manifestFrom: {artifact: {name: setings}}
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
			from := u.Template.Body().Get("manifestFrom")
			if from.IsNull() || !usesManifest(u) || p.Exact && !from.Has("artifact") {
				continue
			}
			name := from.At("artifact", "name")
			text := u.Text(name)
			var declared []string
			for _, a := range u.Template.Inputs.Artifacts {
				declared = append(declared, u.Text(a.Name))
			}
			if slices.Contains(declared, text) {
				continue
			}
			d := diag.Diagnostic{
				Span:    keyPlace(u.Template.Body(), "manifestFrom"),
				Message: fmt.Sprintf("%s has no input artifact named %q", u.Template.Describe(), text),
			}
			if text == "" {
				d.Message = "manifestFrom names no artifact"
			}
			if name != nil {
				d.Span = name.Place()
				d.Help, d.Fixes = nearest(name, text, slices.Values(declared))
			}
			p.Report(d)
		}
	},
}
