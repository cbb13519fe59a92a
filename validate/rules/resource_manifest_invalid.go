package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var resourceManifestInvalid = validate.Rule{
	Name: "resource-manifest-invalid", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "the manifest of a resource template is not YAML",
	Why:     `The manifest is handed to Kubernetes as YAML, after its tags have been replaced by their values. Quote tags that stand for text: name: "{{inputs.parameters.name}}".`,
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
        metadata: {name: settings
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
			manifest := u.Template.Body().Get("manifest")
			text := u.Text(manifest)
			if text == "" || !usesManifest(u) || strings.HasPrefix(text, trace.Placeholder) {
				continue
			}
			if d, bad := yamlFault(text); bad {
				d.Message = "the manifest is not YAML: " + d.Message
				if strings.Contains(manifest.Text(), "{{") && d.Help == "" {
					d.Help = "quote tags that stand for text"
				}
				d.Span = filledPlace(u, manifest, d.Span.Start, d.Span.End)
				d.Related, d.Fixes = nil, nil // their places are of the text, not of the file
				p.Report(d)
			}
		}
	},
}

// foreignExpressions are what the reference cuts out of a manifest before it
// reads it.
var foreignExpressions = pattern(`\{\{\s*=.*?\}\}`)

// yamlFault is the first fault in the first document of text, its span in
// bytes of text.
func yamlFault(text string) (diag.Diagnostic, bool) {
	text = foreignExpressions().ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("x", len(s)) })
	docs, findings := yaml.Parse(source.NewFile("manifest", text))
	for _, d := range findings.Sorted() {
		if d.Rule != yaml.RuleSyntax && d.Rule != yaml.RuleEncoding {
			continue
		}
		return d, len(docs) == 0 || docs[0].Span.Contains(d.Span)
	}
	return diag.Diagnostic{}, false
}
