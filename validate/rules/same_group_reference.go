package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var sameGroupReference = validate.Rule{
	Name: "same-group-reference", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "a step uses the outputs of a step that does not run before it",
	Why: `The steps of a group start together, so none of them sees the outputs of another, and no step sees those of a later group: the
workflow waits for ever. Move the step into a later group.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: fetch, template: fetch}
      - name: print
        template: print
        arguments:
          parameters: [{name: text, value: "{{steps.fetch.outputs.parameters.day}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: fetch, template: fetch}
    - - name: print
        template: print
        arguments:
          parameters: [{name: text, value: "{{steps.fetch.outputs.parameters.day}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range siblingReferences(p) {
			c := r.Consumer
			if c == nil || c.Task || r.Field == "hooks" || r.Guarded || r.Producer.Group < c.Group || unresolvedAt(p, r) {
				continue
			}
			d := diag.Diagnostic{Span: r.Span(), Help: "move " + c.Describe() + " into a later group"}
			switch {
			case r.Producer == c:
				d.Message, d.Help = c.Describe()+" uses its own output", ""
			case r.Producer.Group == c.Group:
				d.Message = fmt.Sprintf("%s runs at the same time as %s, and never sees its outputs", r.Producer.Describe(), c.Describe())
				d.Related = producedBy(r, "it stands in the same group")
			default:
				d.Message = fmt.Sprintf("%s runs after %s, which uses its outputs", r.Producer.Describe(), c.Describe())
				d.Related = producedBy(r, "it stands in a later group")
			}
			p.Report(d)
		}
	},
}

type unresolvedKey struct{}

// unresolvedAt reports whether a finding about r exists: that nothing of its
// name is in scope.
func unresolvedAt(p *validate.Pass, r *types.Reference) bool {
	places := validate.Fact(p, unresolvedKey{}, func() map[source.Span]bool {
		m := make(map[source.Span]bool, len(p.Trace.Unresolved))
		for _, u := range p.Trace.Unresolved {
			m[u.Span] = true
		}
		return m
	})
	tags, _ := expr.Tags(r.Node.Text())
	for _, t := range tags {
		if t.Start <= r.Start && r.End <= t.End && places[r.Node.Source(t.Start, t.End)] {
			return true
		}
	}
	return false
}
