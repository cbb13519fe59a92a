package rules

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// A dependency is the depends of a task with what reading it found.
type dependency struct {
	use    *trace.Use
	call   *ir.Call
	node   *tree.Node
	parsed *expr.Depends
	errors []expr.Error
	truth  expr.Truth // Undecided with errors
}

type dependencyKey struct{}

// dependencies are the depends of all tasks that hold no tags.
func dependencies(p *validate.Pass) []dependency {
	return validate.Fact(p, dependencyKey{}, func() []dependency {
		var out []dependency
		for _, u := range p.Trace.Bodies {
			for _, c := range u.Template.Tasks {
				if n := c.Depends; n.Text() != "" && !strings.Contains(n.Text(), "{{") {
					parsed, errs := expr.ParseDepends(n.Text())
					d := dependency{use: u, call: c, node: n, parsed: parsed, errors: errs}
					if len(errs) == 0 {
						d.truth = parsed.Truth()
					}
					out = append(out, d)
				}
			}
		}
		return out
	})
}

func (d dependency) report(p *validate.Pass, e expr.Error) {
	p.Report(diag.Diagnostic{Span: d.node.Source(e.Start, e.End), Message: e.Message, Help: e.Help})
}

// mayHold reports whether d can be true where known says of some results
// whether they hold. Each mention of another one is taken as d wants it there,
// so that a no is certain.
func mayHold(d *expr.Depends, known func(task, result string) (holds, ok bool)) bool {
	var may func(n expr.Node, be bool) bool
	may = func(n expr.Node, be bool) bool {
		switch n := n.(type) {
		case *expr.Dep:
			holds, ok := known(n.Task, n.Result)
			return !ok || holds == be
		case *expr.Unary:
			return may(n.X, !be)
		case *expr.Binary:
			switch x, y := may(n.X, be), may(n.Y, be); {
			case n.Op != "&&" && n.Op != "||":
			case (n.Op == "&&") == be:
				return x && y
			default:
				return x || y
			}
		}
		return true
	}
	return may(d.Root, true)
}
