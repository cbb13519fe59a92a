package trace

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
)

// The reference puts exported names (globalName) and the list of failures into
// scope in the order in which it happens to look at templates. Outside exact
// traces they are in scope wherever they may have a value when the workflow
// runs: in a dag what any of its tasks exports, in exit handlers, in templates
// that only hooks call and in libraries of templates what anything exports.

// reach calls visit for t and every template below it that it calls, directly
// or in a hook, unless seen has it.
func reach(t *ir.Template, seen map[*ir.Template]bool, visit func(*ir.Template)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	for _, c := range t.Calls() {
		reach(c.Callee.Target, seen, visit)
		reach(t.Owner.Spec.Template(c.OnExit.Text()), seen, visit)
		for _, h := range c.Hooks {
			reach(h.Callee.Target, seen, visit)
		}
	}
}

// foresee puts into scope what t and the templates below it export.
func (f *follower) foresee(t *ir.Template) {
	if f.exact {
		return
	}
	reach(t, f.foreseen, func(t *ir.Template) {
		p, a := f.produce(&Use{Run: f.run, Template: t, Base: t.Owner})
		f.run.anyParameter, f.run.anyArtifact = f.run.anyParameter || p, f.run.anyArtifact || a
	})
}

// foreseeAll puts into scope what anything exports that the run can reach.
func (f *follower) foreseeAll(base *ir.Object) {
	for t := range base.AllTemplates() {
		f.foresee(t)
	}
	for _, s := range []*ir.Spec{f.run.Object.Spec, base.Spec} {
		for _, h := range s.Hooks {
			f.foresee(h.Callee.Target)
		}
	}
}

// exitHandlers are the templates that run when the workflow has ended.
func (r *Run) exitHandlers(base *ir.Object) map[*ir.Template]bool {
	handlers := map[*ir.Template]bool{}
	visit := func(*ir.Template) {}
	for _, s := range []*ir.Spec{r.Object.Spec, base.Spec} {
		reach(base.Spec.Template(s.OnExit.Text()), handlers, visit)
		for _, h := range s.Hooks {
			if h.Event.Value == "exit" {
				reach(h.Callee.Target, handlers, visit)
			}
		}
	}
	return handlers
}

// exportsOpenly reports whether a template of o exports an artifact under a
// name that is written with a tag, known or not. In the exit handler the
// reference then accepts any name.
func exportsOpenly(o *ir.Object) bool {
	for t := range o.AllTemplates() {
		for _, a := range t.Outputs.Artifacts {
			if strings.Contains(a.GlobalName.Text(), "{{") {
				return true
			}
		}
	}
	return false
}
