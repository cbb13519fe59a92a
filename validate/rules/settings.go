package rules

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// A setting is something that can be set on a workflow, in its
// templateDefaults and on a template, and means the same there.
type setting struct {
	holder *tree.Node // the spec or the template
	node   *tree.Node
	run    *trace.Run
	use    *trace.Use // of a template; nil for the workflow and the defaults
	key    string
}

// settings yields what stands under key on workflows, in defaults and in every
// use of every template, so that values from real arguments are seen.
func settings(p *validate.Pass, key string) iter.Seq[setting] {
	return func(yield func(setting) bool) {
		for _, r := range p.Trace.Runs {
			holders := []*tree.Node{r.Object.Spec.Node}
			if d := r.Object.Spec.Defaults; d != nil {
				holders = append(holders, d.Node)
			}
			for _, h := range holders {
				if n := h.Get(key); !n.IsNull() && !yield(setting{holder: h, node: n, run: r, key: key}) {
					return
				}
			}
		}
		for _, u := range p.Trace.Uses {
			if n := u.Template.Node.Get(key); !n.IsNull() && !yield(setting{holder: u.Template.Node, node: n, run: u.Run, use: u, key: key}) {
				return
			}
		}
	}
}

// text is the text of n as far as it is known before the run.
func (s setting) text(n *tree.Node) (text string, known bool) { return knownText(s.use, n) }

// knownText is the text of n as u sees it. known is false when there is none or
// when part of it depends on the run. Without a use tags stay unknown.
func knownText(u *trace.Use, n *tree.Node) (text string, known bool) {
	if !n.IsScalar() || n.IsNull() {
		return "", false
	}
	text = n.Text()
	if u != nil {
		text = u.Text(n)
	}
	return text, !trace.IsPlaceholder(text) && !strings.Contains(text, "{{")
}

// valueFinding is a finding about text, the value of n: fault points into n
// where the text stands there as it is, and at all of n where it was filled in.
func valueFinding(u *trace.Use, n *tree.Node, text string, fault *expr.Error) diag.Diagnostic {
	d := diag.Diagnostic{Span: n.Place(), Message: fault.Message, Help: fault.Help}
	if text == n.Text() {
		d.Span = n.Source(fault.Start, fault.End)
	} else if u != nil {
		d.Related = valueFrom(u)
	}
	return d
}

// describe names what a setting is set on.
func (s setting) describe() string {
	switch {
	case s.use != nil:
		return s.use.Template.Describe()
	case s.holder == s.run.Object.Spec.Node:
		return "the workflow"
	}
	return "the template defaults"
}

// isTrue reports whether n is the boolean true.
func isTrue(n *tree.Node) bool { return n != nil && n.Kind == tree.Bool && n.Value == "true" }

// ownType reports whether the template of s is of one of the types; the
// workflow and the defaults are of none.
func (s setting) ownType(types ...ir.Type) bool {
	for _, t := range types {
		if s.use != nil && s.use.Template.Type() == t {
			return true
		}
	}
	return false
}
