package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// exports are the literal global names that t and the templates below it make.
func exports(t *ir.Template, into map[string]bool, seen map[*ir.Template]bool) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	for _, out := range t.Outputs.Parameters {
		into["workflow.outputs.parameters."+out.GlobalName.Text()] = true
	}
	for _, out := range t.Outputs.Artifacts {
		into["workflow.outputs.artifacts."+out.GlobalName.Text()] = true
	}
	for _, c := range t.Calls() {
		exports(c.Callee.Target, into, seen)
	}
}

// reportEarlyReads reports the steps or tasks of u that read a global output
// which only steps or tasks that do not come before them make.
func reportEarlyReads(p *validate.Pass, u *trace.Use) {
	makes := map[*ir.Call]map[string]bool{}
	for _, c := range u.Template.Calls() {
		makes[c] = map[string]bool{}
		exports(c.Callee.Target, makes[c], map[*ir.Template]bool{})
	}
	for _, c := range u.Template.Calls() {
		for n := range c.Node.All() {
			if n.Kind != tree.String || !strings.Contains(n.Value, "{{") {
				continue
			}
			tags, _ := expr.Tags(n.Value)
			for _, t := range tags {
				if makes[c][t.Key] || !strings.HasPrefix(t.Key, "workflow.outputs.") {
					continue
				}
				if maker := lateMaker(u, c, t.Key, makes); maker != nil {
					p.Report(diag.Diagnostic{
						Span: n.Source(t.Start, t.End), Message: fmt.Sprintf("%s does not wait for %s, which makes this value", c.Describe(), maker.Describe()),
						Related: []diag.Related{{Span: callPlace(maker), Message: "it is made here"}},
					})
				}
			}
		}
	}
}

// lateMaker is who makes name for c too late, nil when somebody makes it in time or nobody does.
func lateMaker(u *trace.Use, c *ir.Call, name string, makes map[*ir.Call]map[string]bool) *ir.Call {
	var late *ir.Call
	for _, other := range u.Template.Calls() {
		if !makes[other][name] {
			continue
		}
		if other.Task && u.Graph.IsAncestor(other, c) || !other.Task && other.Group < c.Group {
			return nil
		}
		if late == nil {
			late = other
		}
	}
	return late
}
