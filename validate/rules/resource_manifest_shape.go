package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
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
		for t := range usedTemplates(p) {
			reportNothingNamed(p, t)
		}
		for _, m := range manifests(p) {
			if strings.Contains(m.action, "{{") || len(m.template.Body().Get("flags").List()) > 0 {
				continue // flags may name the object
			}
			if docs := filledDocs(m); len(docs) > 1 {
				p.Report(diag.Diagnostic{
					Span: m.at(headPlace(docs[1].Root)), Message: fmt.Sprintf("the manifest holds %d objects, and a resource template follows one", len(docs)),
					Help: "write a template for each, or one object of kind List",
				})
				continue
			}
			checkManifest(p, m, m.docs[0].Root)
			checkOwner(p, m, m.docs[0].Root)
			checkObjectLabels(p, m, m.docs[0].Root)
		}
	},
}

// filledDocs are the documents of m that hold something.
func filledDocs(m manifest) []*tree.Document {
	var out []*tree.Document
	for _, d := range m.docs {
		if d.Root != nil && !d.Root.IsNull() {
			out = append(out, d)
		}
	}
	return out
}

// reportNothingNamed reports a get or delete that says by nothing what it means.
func reportNothingNamed(p *validate.Pass, t *ir.Template) {
	r := t.Node.Get("resource")
	action := r.Get("action").Text()
	if t.Type() != ir.Resource || action != "get" && action != "delete" {
		return
	}
	if r.Get("manifest").Text() == "" && !r.Has("manifestFrom") && len(r.Get("flags").List()) == 0 {
		p.Report(diag.Diagnostic{
			Span: valuePlace(r, "action"), Message: "nothing says which object to " + action, Help: "add a manifest with its kind and name, or flags",
		})
	}
}

// checkOwner reports an owner reference from another namespace, for which the
// object is removed as if its owner were gone.
func checkOwner(p *validate.Pass, m manifest, root *tree.Node) {
	own, there := m.template.Owner.Namespace.Text(), root.At("metadata", "namespace")
	if !isTrue(m.template.Body().Get("setOwnerReference")) || own == "" || there.Text() == "" || there.Text() == own || strings.Contains(there.Text(), "xxxx") {
		return
	}
	p.Report(diag.Diagnostic{
		Span: m.at(there.Span), Message: fmt.Sprintf("an object in namespace %q cannot belong to a workflow in %q", there.Text(), own),
		Help: "drop setOwnerReference, or the namespace",
	})
}

// checkObjectLabels reports labels and annotations that are numbers or booleans.
func checkObjectLabels(p *validate.Pass, m manifest, root *tree.Node) {
	for _, key := range []string{"labels", "annotations"} {
		labels := root.At("metadata", key)
		if labels == nil {
			continue
		}
		for _, e := range labels.Entries {
			if k := e.Value.Kind; k == tree.Int || k == tree.Float || k == tree.Bool {
				p.Report(diag.Diagnostic{
					Span: m.at(e.Value.Span), Message: fmt.Sprintf("%s are text, and %s is none", key, e.Value.Text()), Help: fmt.Sprintf("write %q", e.Value.Text()),
				})
			}
		}
	}
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
