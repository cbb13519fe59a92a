package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var enumValueRequired = validate.Rule{
	Name: "enum-value-required", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "an argument with an enum has no value where nobody can choose one",
	Why: `An enum offers a choice to whoever submits the workflow. A step, a task or a CronWorkflow has nobody to choose, so the
argument needs a value.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: hello}
spec:
  schedules: ["0 8 * * *"]
  workflowSpec:
    entrypoint: main
    arguments:
      parameters:
      - {name: message, enum: [hello, bye], valueFrom: {supplied: {}}}
    templates:
    - name: main
      container:
        image: alpine:3.23
        command: [echo, "{{workflow.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: hello}
spec:
  schedules: ["0 8 * * *"]
  workflowSpec:
    entrypoint: main
    arguments:
      parameters:
      - {name: message, enum: [hello, bye], value: hello}
    templates:
    - name: main
      container:
        image: alpine:3.23
        command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for l := range argumentLists(p) {
			for _, a := range l.Parameters {
				if l.later || len(a.Enum.List()) == 0 || a.Value != nil || a.ValueFrom == nil {
					continue // without a valueFrom it is argument-value-required
				}
				p.Report(diag.Diagnostic{
					Span:    firstPlace(a.Name, a.Node),
					Message: fmt.Sprintf("argument %q has an enum, and nobody to choose from it", l.text(a.Name)),
					Help:    "add value: with one of the allowed values",
				})
			}
		}
	},
}
