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
// written at. writes yields what a template writes, itself or through others.
func overwritten(p *validate.Pass, writes func(t *ir.Template, yield func(key string, at *tree.Node))) []clash {
	var out []clash
	reported := map[*tree.Node]bool{}
	for _, u := range groupBodies(p) {
		seen := map[string][]write{}
		for _, c := range u.Template.Calls() {
			if isConditional(c) || c.Callee.Target == nil {
				continue
			}
			writes(c.Callee.Target, func(key string, at *tree.Node) {
				if reported[at] {
					return
				}
				for _, before := range seen[key] {
					if before.call != c {
						reported[at] = true
						out = append(out, clash{u, key, before, write{c, at}, runTogether(u, before.call, c)})
						return
					}
				}
				seen[key] = append(seen[key], write{c, at})
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

// certainly visits t and the templates that run whenever t does.
func certainly(t *ir.Template, seen map[*ir.Template]bool, visit func(*ir.Template)) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	for _, c := range t.Calls() {
		if !isConditional(c) {
			certainly(c.Callee.Target, seen, visit)
		}
	}
}

// certainExports are the global outputs that a run of t makes.
func certainExports(t *ir.Template, yield func(key string, at *tree.Node)) {
	certainly(t, map[*ir.Template]bool{}, func(t *ir.Template) {
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
	})
}

// certainKeys are the places in an artifact store that a run of t writes to.
func certainKeys(t *ir.Template, yield func(key string, at *tree.Node)) {
	certainly(t, map[*ir.Template]bool{}, func(t *ir.Template) {
		for _, a := range t.Outputs.Artifacts {
			for _, f := range keyFields {
				if n := a.Node.At(f[0], f[1]); n.Text() != "" && !varies(n.Text()) {
					place := a.Node.Get(f[0])
					yield(strings.Join([]string{f[0], place.Get("endpoint").Text(), place.Get("bucket").Text(), place.Get("container").Text(), n.Text()}, "\x00"), n)
				}
			}
		}
	})
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
