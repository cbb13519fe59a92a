package rules

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// reachable are the templates that a run of o may use. known is false when
// some call names its template only at run time, or one that was not read.
func reachable(o *ir.Object) (seen map[*ir.Template]bool, known bool) {
	w := reach{seen: map[*ir.Template]bool{}, known: true}
	for _, n := range []*tree.Node{o.Spec.Entrypoint, o.Spec.OnExit} {
		w.named(o.Spec, n)
	}
	for _, h := range o.Spec.Hooks {
		w.callee(h.Callee)
	}
	return w.seen, w.known
}

type reach struct {
	seen  map[*ir.Template]bool
	known bool
}

func (w *reach) named(s *ir.Spec, n *tree.Node) {
	if n.Text() == "" {
		return
	}
	t := s.Template(n.Text())
	if t == nil && s.Ref != nil && s.Ref.Target != nil {
		t = s.Ref.Target.Spec.Template(n.Text())
	}
	w.callee(ir.Callee{Name: n, Target: t})
}

func (w *reach) callee(c ir.Callee) {
	if c.Target == nil {
		w.known = false
		return
	}
	if w.seen[c.Target] {
		return
	}
	w.seen[c.Target] = true
	for _, call := range c.Target.Calls() {
		w.callee(call.Callee)
		w.named(c.Target.Owner.Spec, call.OnExit)
		for _, h := range call.Hooks {
			w.callee(h.Callee)
		}
	}
}

// isDynamic reports whether n holds a tag.
func isDynamic(n *tree.Node) bool { return strings.Contains(n.Text(), "{{") }
