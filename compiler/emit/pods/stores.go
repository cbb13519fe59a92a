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
	told := map[string]bool{}
	turns := func(_ *renderer, leaf plan.Leaf) string { return fmt.Sprintf("%p %p", leaf.Template, leaf.Call) } // of a loop are alike
	for r, leaf := range differing(c, object, o, turns) {
		for _, d := range r.storeFaults(leaf) {
			if about := fmt.Sprint(d.Span, d.Rule, d.Message); !told[about] {
				told[about] = true
				found.Add(d)
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
