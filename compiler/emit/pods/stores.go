package pods

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
)

// StoreFaults are the artifacts of a run of the object that have nowhere to go or
// to come from, or are in a store that nobody can reach: with no other store than
// that of the options, and no stand-in for it.
func StoreFaults(c *ir.Checked, object *ir.Object, o Options) []diag.Diagnostic {
	var found diag.List
	asked, told := map[string]bool{}, map[string]bool{}
	for _, p := range plan.Of(c, object.Doc.File.Name) {
		if p.Object() != object {
			continue
		}
		r := newRenderer(object, o)
		for i := range p.Runs {
			leaf := p.Leaf(i)
			turn := fmt.Sprintf("%p %p", leaf.Template, leaf.Call) // those of a loop are alike
			if pod.Why(leaf.Template) != "" || asked[turn] {
				continue
			}
			asked[turn] = true
			for _, d := range r.storeFaults(leaf) {
				if about := fmt.Sprint(d.Span, d.Rule, d.Message); !told[about] {
					told[about] = true
					found.Add(d)
				}
			}
		}
	}
	return found.Sorted()
}

func (r *renderer) storeFaults(leaf plan.Leaf) []diag.Diagnostic {
	s := newScope(r, leaf)
	in := r.input(leaf, s, &Manifest{})
	in.Options.Store = r.options.Pod.Store // artifacts of other steps may have brought a stand-in
	findings := s.settle(func() []diag.Diagnostic {
		_, findings := pod.Build(in)
		return findings
	})
	return slices.DeleteFunc(findings, func(d diag.Diagnostic) bool { return d.Rule != pod.RuleNoStore && d.Rule != pod.RuleStore })
}
