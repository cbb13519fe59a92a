package cli

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// uncarried says what of a workflow runs do not carry out, "" when that is nothing.
// What is done with artifacts and volumes counts in a cluster: here they are in the
// folder of the run.
func uncarried(object *ir.Object, cluster bool) string {
	var metrics, plugin, artifacts bool
	see := func(n *tree.Node) {
		metrics = metrics || n.Has("metrics")
		plugin = plugin || n.Has("plugin")
		for _, a := range n.At("outputs", "artifacts").List() {
			artifacts = artifacts || deletes(a.Get("artifactGC"))
		}
	}
	claims := false
	seen := map[*ir.Template]bool{}
	var visit func(t *ir.Template)
	visit = func(t *ir.Template) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		see(t.Node)
		for _, c := range t.Calls() {
			visit(c.Callee.Target)
			for _, h := range c.Hooks {
				visit(h.Callee.Target)
			}
		}
	}
	specs := []*ir.Spec{object.Spec}
	if ref := object.Spec.Ref; ref != nil && ref.Target != nil {
		specs = append(specs, ref.Target.Spec)
	}
	for _, spec := range specs {
		see(spec.Node)
		see(spec.Node.Get("templateDefaults"))
		artifacts = artifacts || deletes(spec.Node.Get("artifactGC"))
		claims = claims || spec.Node.Has("volumeClaimTemplates") && spec.Node.Has("volumeClaimGC")
		for t := range spec.Owner.AllTemplates() {
			visit(t)
		}
		for _, h := range spec.Hooks {
			visit(h.Callee.Target)
		}
	}
	var what []string
	for _, part := range []struct {
		there bool
		text  string
	}{
		{plugin, "plugin templates (their steps end in Error)"},
		{metrics, "metrics (nobody is told)"},
		{artifacts && cluster, "artifactGC (artifacts stay in their store; let a lifecycle rule of the bucket delete them)"},
		{claims && cluster, "volumeClaimGC (claims stay until the run is deleted)"},
	} {
		if part.there {
			what = append(what, part.text)
		}
	}
	if what == nil {
		return ""
	}
	return "not carried out: " + strings.Join(what, ", ")
}

// deletes reports whether an artifactGC wants anything to be deleted.
func deletes(gc *tree.Node) bool {
	strategy := gc.Get("strategy").Text()
	return strategy != "" && strategy != "Never"
}
