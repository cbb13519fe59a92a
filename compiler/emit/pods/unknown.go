package pods

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// An Unknown is an image that a run starts through the agent without anybody
// having said what it runs by itself.
type Unknown struct {
	Image string
	At    *tree.Node      // that names it
	Pod   *corev1.PodSpec // of the first Pod that takes it, with stand-ins; nil when there is none
}

// UnknownImages are those of a run of the object, each once, in the order in
// which the run comes to them. Images whose name only the run knows are not
// among them.
func UnknownImages(c *ir.Checked, object *ir.Object, o Options) []Unknown {
	var out []Unknown
	seen := map[string]bool{}
	for r, leaf := range differing(c, object, o, (*renderer).alike) {
		for _, u := range r.unknown(leaf) {
			if !seen[u.Image] {
				seen[u.Image] = true
				out = append(out, u)
			}
		}
	}
	return out
}

// differing yields the leaves of a run of the object that make Pods: of those
// that share a key the first.
func differing(c *ir.Checked, object *ir.Object, o Options, key func(*renderer, plan.Leaf) string) iter.Seq2[*renderer, plan.Leaf] {
	return func(yield func(*renderer, plan.Leaf) bool) {
		asked := map[string]bool{}
		for _, p := range plan.Of(c, object.Doc.File.Name) {
			if p.Object() != object {
				continue
			}
			r := newRenderer(object, o)
			for i := range p.Runs {
				leaf := p.Leaf(i)
				if pod.Why(leaf.Template) != "" {
					continue
				}
				k := key(r, leaf)
				if !asked[k] && !yield(r, leaf) {
					return
				}
				asked[k] = true
			}
		}
	}
}

// alike is a text that leaves share which ask for the same images in the same
// way: most turns of a loop do.
func (r *renderer) alike(leaf plan.Leaf) string {
	return fmt.Sprintf("%p %t %q", leaf.Template, leaf.Call != nil && r.readsResult(leaf.Call), leaf.Images())
}

// unknown are the unknown images of one leaf.
func (r *renderer) unknown(leaf plan.Leaf) []Unknown {
	s, m := newScope(r, leaf), &Manifest{}
	in := r.input(leaf, s, m)
	var missing map[string]*tree.Node
	var spec *corev1.PodSpec
	s.settle(func() []diag.Diagnostic {
		missing, spec = pod.MissingEntrypoints(in), nil
		equipped := in
		equipped.Options.Entrypoints = maps.Clone(in.Options.Entrypoints)
		objects, findings := pod.Build(equipped)
		for r.equip(&equipped, findings, m) {
			objects, findings = pod.Build(equipped)
		}
		if objects != nil {
			spec = &objects.Pod.Spec
		}
		return findings
	})
	var out []Unknown
	for _, image := range slices.Sorted(maps.Keys(missing)) {
		if image != "" && !strings.Contains(image, "{{") {
			out = append(out, Unknown{image, missing[image], spec})
		}
	}
	return out
}
