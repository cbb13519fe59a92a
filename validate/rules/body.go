package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/trace"
)

// bodyCalls are the steps or tasks of a body.
func bodyCalls(u *trace.Use) []*ir.Call {
	if u.Template.Type().IsGroup() {
		return u.Template.Calls()
	}
	return nil
}

// bodyPlace is where a finding about something that the body of t lacks
// belongs: the key that makes its type.
func bodyPlace(t *ir.Template) source.Span { return keyPlace(t.Node, t.Type().Key()) }

// callPlace is the name of a step or task, else its first key.
func callPlace(c *ir.Call) source.Span {
	if c.Name != nil {
		return c.Name.Place()
	}
	return valuePlace(c.Node, "name")
}

// callKind is what a call is called by people.
func callKind(c *ir.Call) string {
	if c.Task {
		return "task"
	}
	return "step"
}

// filledPlace is what produced bytes [start, end) of the filled text of n.
func filledPlace(u *trace.Use, n *tree.Node, start, end int) source.Span {
	return n.Source(u.Fill(n).Origin(start, end))
}

// leftTag is the first tag that filling leaves in n, as written.
func leftTag(u *trace.Use, n *tree.Node) string {
	for _, left := range u.AfterFilling(n) {
		return "{{" + left.Tag.Body + "}}"
	}
	return "an expression that is not known by then"
}
