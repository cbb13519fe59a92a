package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
	"github.com/weft-lang/weft/validate/types"
)

type siblingKey struct{}

// siblingReferences are all uses of what siblings offer, of all bodies.
func siblingReferences(p *validate.Pass) []*types.Reference {
	return validate.Fact(p, siblingKey{}, func() []*types.Reference {
		var out []*types.Reference
		for _, u := range groupBodies(p) {
			for r := range types.References(u) {
				out = append(out, r)
			}
		}
		return out
	})
}

type siblingPlaceKey struct{}

// A siblingPlace is a text in one use of a body.
type siblingPlace struct {
	use  *trace.Use
	node *tree.Node
}

// siblingReferencesIn are the uses of what siblings offer in one text of a body.
func siblingReferencesIn(p *validate.Pass, u *trace.Use, n *tree.Node) []*types.Reference {
	return validate.Fact(p, siblingPlaceKey{}, func() map[siblingPlace][]*types.Reference {
		places := map[siblingPlace][]*types.Reference{}
		for _, r := range siblingReferences(p) {
			place := siblingPlace{r.Use, r.Node}
			places[place] = append(places[place], r)
		}
		return places
	})[siblingPlace{u, n}]
}

type groupKey struct{}

// groupBodies are the bodies that hold steps or tasks.
func groupBodies(p *validate.Pass) []*trace.Use {
	return validate.Fact(p, groupKey{}, func() []*trace.Use {
		var out []*trace.Use
		for _, u := range p.Trace.Bodies {
			if u.Template.Type().IsGroup() {
				out = append(out, u)
			}
		}
		return out
	})
}

// producedBy says where the value of r comes from.
func producedBy(r *types.Reference, message string) []diag.Related {
	return []diag.Related{{Span: callPlace(r.Producer), Message: message}}
}

// hasDefault reports whether the output that r reads has a default.
func hasDefault(r *types.Reference) bool {
	kind, name := r.Output()
	if kind != "parameters" || r.Producer.Callee.Target == nil {
		return false
	}
	out := r.Producer.Callee.Target.Outputs.Parameter(name)
	return out == nil || out.ValueFrom.Has("default")
}

// inputDefault reports whether the input that r fills has a value of its own,
// which counts when r yields nothing.
func inputDefault(r *types.Reference) bool {
	t := r.Consumer.Callee.Target
	if t == nil {
		return true
	}
	for _, a := range r.Consumer.Arguments.Parameters {
		if a.Value == r.Node && r.Whole {
			in := t.Inputs.Parameter(a.Name.Text())
			return in == nil || in.Default != nil || in.Value != nil
		}
	}
	for _, a := range r.Consumer.Arguments.Artifacts {
		if a.From == r.Node {
			in := t.Inputs.Artifact(a.Name.Text())
			return a.Optional || in == nil || in.Optional
		}
	}
	return false
}

type absenceKey struct{ use *trace.Use }

// absence answers which siblings may be missing in a body.
func absence(p *validate.Pass, u *trace.Use) *types.Absence {
	return validate.Fact(p, absenceKey{u}, func() *types.Absence { return types.NewAbsence(u) })
}
