package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// A condition is a when with what reading it found.
type condition struct {
	use    *trace.Use
	call   *ir.Call // nil for the when of a metric
	node   *tree.Node
	when   *expr.When
	errors []expr.Error
}

type conditionKey struct{}

// conditions are the whens of all steps, tasks and metrics, as written.
func conditions(p *validate.Pass) []condition {
	return validate.Fact(p, conditionKey{}, func() []condition {
		var out []condition
		add := func(u *trace.Use, c *ir.Call, n *tree.Node) {
			if n == nil || n.Kind != tree.String || n.Value == "" {
				return
			}
			w, errs := expr.ParseWhen(n.Value)
			out = append(out, condition{u, c, n, w, errs})
		}
		for _, u := range p.Trace.Bodies {
			for _, c := range u.Template.Calls() {
				add(u, c, c.When)
			}
		}
		for u, m := range metrics(p) {
			add(u, nil, m.Get("when"))
		}
		return out
	})
}

// reportConditions reports the errors of some kinds.
func reportConditions(p *validate.Pass, of func(expr.ErrorKind) bool) {
	for _, c := range conditions(p) {
		for _, e := range c.errors {
			if of(e.Kind) {
				p.Report(diag.Diagnostic{Span: c.node.Source(e.Start, e.End), Message: e.Message, Help: e.Help})
			}
		}
	}
}
