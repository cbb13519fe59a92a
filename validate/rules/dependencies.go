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
					out = append(out, dependency{u, c, n, parsed, errs})
				}
			}
		}
		return out
	})
}

func (d dependency) report(p *validate.Pass, e expr.Error) {
	p.Report(diag.Diagnostic{Span: d.node.Source(e.Start, e.End), Message: e.Message, Help: e.Help})
}
