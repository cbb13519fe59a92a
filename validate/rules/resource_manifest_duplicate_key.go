package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
)

var resourceManifestDuplicateKey = validate.Rule{
	Name: "resource-manifest-duplicate-key", Group: validate.Pods, Severity: diag.Warning,
	Summary: "a key stands twice in one map of a manifest",
	Why:     `kubectl refuses it or takes the last one, depending on its version. Remove one of the two.`,
	Bad: `
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
        data: {mode: fast, mode: slow}
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
        data: {mode: slow}
`,
	Check: func(p *validate.Pass) {
		for _, m := range manifests(p) {
			for _, d := range m.findings.Sorted() {
				if d.Rule == yaml.RuleDuplicateKey {
					p.Report(diag.Diagnostic{Span: m.at(d.Span), Message: d.Message, Help: d.Help})
				}
			}
		}
	},
}
