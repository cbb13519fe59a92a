package rules

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// loops yields every use of every step or task that runs once for each item.
func loops(p *validate.Pass) iter.Seq2[*trace.Use, *ir.Call] {
	return func(yield func(*trace.Use, *ir.Call) bool) {
		for _, u := range p.Trace.Uses {
			for _, c := range u.Template.Calls() {
				if c.Looped() && !yield(u, c) {
					return
				}
			}
		}
	}
}

// An itemUse is one {{item.key}} of a loop, outside inline bodies.
type itemUse struct {
	key  string
	span source.Span
}

// itemUses are the keys that the fields of c take from its items.
func itemUses(c *ir.Call) []itemUse {
	var out []itemUse
	for n := range callTexts(c) {
		tags, _ := expr.Tags(n.Value)
		for _, t := range tags {
			if key, ok := strings.CutPrefix(t.Key, "item."); ok && !strings.Contains(key, "{{") {
				out = append(out, itemUse{key, n.Source(t.Start, t.End)})
			}
		}
	}
	return out
}

// callTexts yields the texts of c that hold tags, without its loop and its
// inline body.
func callTexts(c *ir.Call) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		for _, e := range c.Node.Entries {
			if key := e.Key.Value; key == "inline" || key == "withItems" || key == "withParam" || key == "withSequence" {
				continue
			}
			for n := range e.Value.All() {
				if n.Kind == tree.String && strings.Contains(n.Value, "{{") && !yield(n) {
					return
				}
			}
		}
	}
}
