package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/kube"
)

// A named object is a ConfigMap or a Secret.
type namedObject struct{ kind, name string }

// missing finds ConfigMaps and Secrets that Pods of a run refer to, that are among
// the files and are not in the cluster: on this machine the files are enough. way is the flags that lead
// there.
func (p *project) missing(ctx context.Context, object *ir.Object, place *kube.Cluster, way string) ([]diag.Diagnostic, error) {
	files := map[namedObject]string{}
	for _, d := range p.checked.Project().Foreign {
		kind := d.Root.Get("kind").Text()
		if d.Root.Get("apiVersion").Text() == "v1" && (kind == "ConfigMap" || kind == "Secret") {
			files[namedObject{kind, d.Root.At("metadata", "name").Text()}] = d.File.Name
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	found := &diag.List{}
	asked := map[namedObject]bool{}
	var err error
	p.eachNeed(object, func(o namedObject, at *tree.Node) {
		file, here := files[o]
		if !here || asked[o] || err != nil {
			return
		}
		asked[o] = true
		var there bool
		if there, err = place.Values().Has(ctx, o.kind, o.name); err != nil || there {
			return
		}
		found.Add(diag.Diagnostic{
			Rule: pod.RuleMissing, Severity: diag.Error, Span: at.Place(),
			Message: fmt.Sprintf("%s %q is not in namespace %q, only in %s", o.kind, o.name, place.Namespace, file),
			Help:    fmt.Sprintf("put it there first: weft apply%s -n %s --yes %s", way, place.Namespace, inShell(file)),
		})
	})
	if err != nil {
		return nil, failure("%w", err)
	}
	return found.Sorted(), nil
}

// eachNeed visits the references to ConfigMaps and Secrets of a workflow and of the
// templates that it calls.
func (p *project) eachNeed(object *ir.Object, visit func(namedObject, *tree.Node)) {
	needs(object.Spec.Node, visit)
	seen := map[*ir.Template]bool{}
	for _, flow := range plan.Of(p.checked, object.Doc.File.Name) {
		if flow.Object() != object {
			continue
		}
		for i := range flow.Runs {
			if t := flow.Leaf(i).Template; !seen[t] {
				seen[t] = true
				needs(t.Node, visit)
			}
		}
	}
}

// needs visits the references below a node. Those that are optional, or hold a
// template, are left out.
func needs(n *tree.Node, visit func(namedObject, *tree.Node)) {
	for _, item := range n.List() {
		needs(item, visit)
	}
	for _, e := range entries(n) {
		key, v := e.Key.Value, e.Value
		var kind string
		name := v.Get("name")
		switch {
		case v.Get("optional").Text() == "true":
		case key == "configMapKeyRef" || key == "configMapRef" || key == "configMap":
			kind = "ConfigMap"
		case key == "secretKeyRef" || key == "secretRef" || strings.HasSuffix(key, "Secret"):
			kind = "Secret"
		case key == "secret":
			kind = "Secret"
			if s := v.Get("secretName"); !s.IsNull() {
				name = s
			}
		}
		if text := name.Text(); kind != "" && text != "" && !strings.Contains(text, "{{") {
			visit(namedObject{kind, text}, name)
		}
		needs(v, visit)
	}
}
