package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var aggregateOfSkippable = validate.Rule{
	Name: "aggregate-of-skippable", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an output of steps or tasks comes from one that may be skipped",
	Why: `A skipped step has no outputs, so the template around it ends in an error when its own outputs are gathered. Give the output a
valueFrom.default, or choose between steps with valueFrom.expression.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: fetch, template: fetch, when: "'{{workflow.name}}' == 'main'"}
    outputs:
      parameters:
      - name: day
        valueFrom: {parameter: "{{steps.fetch.outputs.parameters.day}}"}
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
    - - {name: fetch, template: fetch, when: "'{{workflow.name}}' == 'main'"}
    outputs:
      parameters:
      - name: day
        valueFrom: {parameter: "{{steps.fetch.outputs.parameters.day}}", default: unknown}
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
			kind, _ := r.Output()
			if r.Consumer != nil || kind == "" || r.Guarded || hasDefault(r) || ownDefault(r) || !absence(p, r.Use).AtEnd(r.Producer) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    r.Span(),
				Message: fmt.Sprintf("%s may be skipped, and then has no outputs", r.Producer.Describe()),
				Help:    "add a default beside it",
				Related: skippedBecause(r),
			})
		}
	},
}

// ownDefault reports whether the output that r fills goes without a value.
func ownDefault(r *types.Reference) bool {
	for _, out := range r.Use.Template.Outputs.Parameters {
		if out.ValueFrom.Get("parameter") == r.Node || out.ValueFrom.Get("expression") == r.Node {
			return out.ValueFrom.Has("default")
		}
	}
	for _, out := range r.Use.Template.Outputs.Artifacts {
		if out.From == r.Node {
			return out.Optional
		}
	}
	return false
}
