package rules

import (
	"iter"
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

type usedKey struct{}

// usedTemplates yields every template that some object uses, once each, in the
// order in which they are met.
func usedTemplates(p *validate.Pass) iter.Seq[*ir.Template] {
	return slices.Values(validate.Fact(p, usedKey{}, func() []*ir.Template {
		var out []*ir.Template
		seen := map[*ir.Template]bool{}
		for _, u := range p.Trace.Uses {
			if !seen[u.Template] {
				seen[u.Template] = true
				out = append(out, u.Template)
			}
		}
		return out
	}))
}

// templatePlace is where a finding about a template as a whole belongs: its
// name, or the step or task that holds it.
func templatePlace(t *ir.Template) source.Span {
	switch {
	case t.Call != nil:
		return callPlace(t.Call)
	case t.Name != nil:
		return t.Name.Place()
	}
	return headPlace(t.Node)
}

// valuePlace is where a finding about a missing or wrong value of key belongs:
// the value, else the key, else the beginning of the map that lacks it.
func valuePlace(n *tree.Node, key string) source.Span {
	switch e := n.Entry(key); {
	case e == nil:
		return headPlace(n)
	case e.Value.IsNull():
		return keyPlace(n, key)
	default:
		return e.Value.Place()
	}
}

// keyPlace is where key stands in n, the place of n when it does not.
func keyPlace(n *tree.Node, key string) source.Span {
	if e := n.Entry(key); e != nil && !e.Merged && n.Alias.IsZero() {
		return e.Key.Span
	}
	return n.Place()
}

// headPlace is where a finding about something that n lacks belongs: the first
// key of a map, so that not all of it is underlined.
func headPlace(n *tree.Node) source.Span {
	if n != nil && n.Alias.IsZero() && len(n.Entries) > 0 && !n.Entries[0].Merged {
		return n.Entries[0].Key.Span
	}
	return n.Place()
}
