package rules

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// A write is something that a call is certain to leave under a fixed key.
type write struct {
	call *ir.Call
	node *tree.Node // where the key is written
}

// A clash is a key that two calls of one body write.
type clash struct {
	use           *trace.Use
	key           string
	first, second write
	together      bool // neither waits for the other
}

// related are the places that explain a clash.
func (w clash) related() []diag.Related {
	if w.first.node != w.second.node {
		return []diag.Related{{Span: w.first.node.Place(), Message: "the other one"}}
	}
	return []diag.Related{
		{Span: callPlace(w.first.call), Message: "the first call"},
		{Span: callPlace(w.second.call), Message: "the second call"},
	}
}

// overwritten are the clashes of all bodies, one for each place a key is
// written at. own yields what a template itself writes.
func overwritten(p *validate.Pass, own func(t *ir.Template, yield func(key string, at *tree.Node))) []clash {
	var out []clash
	written := writes{own: own, kept: map[*ir.Template][]keyed{}}
	reported := map[*tree.Node]bool{}
	judged := map[*ir.Template]bool{} // whoever uses it, it writes the same
	for _, u := range groupBodies(p) {
		if judged[u.Template] {
			continue
		}
		judged[u.Template] = true
		seen := map[string][]write{}
		for _, c := range u.Template.Calls() {
			if isConditional(c) || c.Callee.Target == nil {
				continue
			}
			written.through(c.Callee.Target, map[*ir.Template]bool{}, func(k keyed) {
				if reported[k.at] {
					return
				}
				for _, before := range seen[k.key] {
					if before.call != c {
						reported[k.at] = true
						out = append(out, clash{u, k.key, before, write{c, k.at}, runTogether(u, before.call, c)})
						return
					}
				}
				seen[k.key] = append(seen[k.key], write{c, k.at})
			})
		}
	}
	return out
}

// isConditional reports whether c may be left out, but for a list that is empty.
func isConditional(c *ir.Call) bool {
	return c.When.Text() != "" || strings.ContainsAny(c.Depends.Text(), ".!|")
}

// runTogether reports whether neither of two calls of a body waits for the other.
func runTogether(u *trace.Use, a, b *ir.Call) bool {
	if a.Task {
		return u.Graph != nil && !u.Graph.IsAncestor(a, b) && !u.Graph.IsAncestor(b, a)
	}
	return a.Group == b.Group
}

// keyed is a key and the place where a template writes it.
type keyed struct {
	key string
	at  *tree.Node
}

// writes knows what templates write themselves, each looked at once.
type writes struct {
	own  func(t *ir.Template, yield func(key string, at *tree.Node))
	kept map[*ir.Template][]keyed
}

// through visits what t writes, and what the templates do that run whenever t
// does.
func (w writes) through(t *ir.Template, seen map[*ir.Template]bool, visit func(keyed)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	own, known := w.kept[t]
	if !known {
		w.own(t, func(key string, at *tree.Node) { own = append(own, keyed{key, at}) })
		w.kept[t] = own
	}
	for _, k := range own {
		visit(k)
	}
	for _, c := range t.Calls() {
		if !isConditional(c) {
			w.through(c.Callee.Target, seen, visit)
		}
	}
}

// globalExports are the global outputs that t has.
func globalExports(t *ir.Template, yield func(key string, at *tree.Node)) {
	for _, out := range t.Outputs.Parameters {
		if name := out.GlobalName.Text(); name != "" && !isDynamic(out.GlobalName) {
			yield("workflow.outputs.parameters."+name, out.GlobalName)
		}
	}
	for _, out := range t.Outputs.Artifacts {
		if name := out.GlobalName.Text(); name != "" && !isDynamic(out.GlobalName) {
			yield("workflow.outputs.artifacts."+name, out.GlobalName)
		}
	}
}

// storedKeys are the places in an artifact store that t writes to.
func storedKeys(t *ir.Template, yield func(key string, at *tree.Node)) {
	for _, a := range t.Outputs.Artifacts {
		for _, f := range keyFields {
			if n := a.Node.At(f[0], f[1]); n.Text() != "" && !varies(n.Text()) {
				place := a.Node.Get(f[0])
				yield(strings.Join([]string{f[0], place.Get("endpoint").Text(), place.Get("bucket").Text(), place.Get("container").Text(), n.Text()}, "\x00"), n)
			}
		}
	}
}

// isRead reports whether anything in the object of u names a global output.
func isRead(u *trace.Use, name string) bool {
	for n := range u.Base.Root.All() {
		if n.Kind == tree.String && strings.Contains(n.Value, name) {
			return true
		}
	}
	return false
}
