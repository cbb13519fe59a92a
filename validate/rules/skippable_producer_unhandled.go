package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var skippableProducerUnhandled = validate.Rule{
	Name: "skippable-producer-unhandled", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a step needs the output of one that may be skipped",
	Why: `A skipped step has no outputs, and whoever needs them ends in an error. Give the output a valueFrom.default or the input a default,
write an expression with "??", or let the consumer run only after the step has succeeded.`,
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
    - - name: print
        template: print
        arguments:
          parameters: [{name: text, value: "{{steps.fetch.outputs.parameters.day}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day, default: unknown}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range siblingReferences(p) {
			kind, _ := r.Output()
			if r.Consumer == nil || kind == "" || r.Field == "hooks" || r.Guarded || r.Consumer.When != nil && r.Field != "when" || hasDefault(r) || inputDefault(r) {
				continue
			}
			if !absence(p, r.Use).For(r.Producer, r.Consumer) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    r.Span(),
				Message: fmt.Sprintf("%s may be skipped, and then has no outputs", r.Producer.Describe()),
				Help:    skippedHelp(r),
				Related: skippedBecause(r),
			})
		}
	},
}

// skippedHelp is the way out for what r reads.
func skippedHelp(r *types.Reference) string {
	switch kind, name := r.Output(); {
	case kind == "parameters":
		return fmt.Sprintf("give output %q a valueFrom.default", name)
	case r.Consumer != nil && r.Consumer.Task:
		return fmt.Sprintf("write depends: %s.Succeeded", r.Producer.Name.Text())
	case kind == "result":
		return fmt.Sprintf("write {{=%s ?? \"\"}}", r.Node.Text()[r.Start:r.End])
	}
	return "mark the input as optional"
}

func skippedBecause(r *types.Reference) []diag.Related {
	if r.Producer.When == nil {
		return producedBy(r, "the task that may be omitted")
	}
	return []diag.Related{{Span: r.Producer.When.Place(), Message: "the condition under which it runs"}}
}
