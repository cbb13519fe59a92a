package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var resourceManifestShape = validate.Rule{
	Name: "resource-manifest-shape", Group: validate.Pods, Severity: diag.Error,
	Summary: "the manifest of a resource template lacks what every object has",
	Why: `kubectl refuses it, and the step fails. A manifest has apiVersion, kind and metadata.name; metadata.generateName will do
for create, but not for apply.`,
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
        kind: ConfigMap
        metadata: {name: settings}
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
		for _, m := range manifests(p) {
			if strings.Contains(m.action, "{{") || m.action == "patch" || len(m.template.Body().Get("flags").List()) > 0 || len(m.docs) > 1 {
				continue // flags may name the object, and a patch is a part of one
			}
			checkManifest(p, m, m.docs[0].Root)
		}
	},
}

func checkManifest(p *validate.Pass, m manifest, root *tree.Node) {
	switch {
	case root == nil || strings.HasPrefix(strings.TrimSpace(m.text.Text()), "{{"):
		return // all of it comes from a parameter
	case root.Kind != tree.Map:
		p.Report(diag.Diagnostic{Span: m.at(root.Span), Message: fmt.Sprintf("the manifest is a %s, not an object", root.Kind), Help: "give it apiVersion, kind and metadata"})
		return
	}
	if strings.Contains(m.text.Text(), "\n{{") || hasTagKey(root) {
		return // whole fields come from parameters
	}
	for _, key := range []string{"apiVersion", "kind"} {
		if root.Get(key).Text() == "" {
			p.Report(diag.Diagnostic{Span: m.at(valuePlace(root, key)), Message: "the manifest has no " + key, Help: "every object has apiVersion, kind and metadata"})
		}
	}
	meta := root.Get("metadata")
	switch {
	case strings.HasSuffix(root.Get("kind").Text(), "List") || hasTagKey(meta) || meta.IsScalar() && !meta.IsNull():
	case meta.Get("name").Text() != "":
	case meta.Get("generateName").Text() == "":
		p.Report(diag.Diagnostic{Span: m.at(valuePlace(root, "metadata")), Message: "the manifest has no metadata.name"})
	case m.action == "apply":
		p.Report(diag.Diagnostic{
			Span: m.at(keyPlace(meta, "generateName")), Message: "apply needs metadata.name: it cannot find an object by generateName", Help: "use action: create, or give it a name",
		})
	}
}

// hasTagKey reports whether a tag was among the keys of n.
func hasTagKey(n *tree.Node) bool {
	if n == nil {
		return false
	}
	for _, e := range n.Entries {
		if strings.HasPrefix(e.Key.Value, "xxxx") {
			return true
		}
	}
	return false
}
