package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var failedProducerResult = validate.Rule{
	Name: "failed-producer-result", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a task that runs only after a failure reads what the failed task should have made",
	Why: `A task that fails may end before it has written its outputs, and then the one that reads them ends in an error, too. Give the output
a valueFrom.default.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: fetch, template: fetch}
      - name: print
        template: print
        depends: fetch.Failed
        arguments:
          parameters: [{name: text, value: "{{tasks.fetch.outputs.parameters.day}}"}]
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
    dag:
      tasks:
      - {name: fetch, template: fetch}
      - name: print
        template: print
        depends: fetch.Failed
        arguments:
          parameters: [{name: text, value: "{{tasks.fetch.status}}"}]
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
			if r.Consumer == nil || kind != "parameters" && kind != "artifacts" || r.Guarded || hasDefault(r) || inputDefault(r) || !onlyAfterFailure(r) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    r.Span(),
				Message: fmt.Sprintf("%s runs only after %s has failed, which may be before it has written its outputs", r.Consumer.Describe(), r.Producer.Describe()),
				Help:    skippedHelp(r),
			})
		}
	},
}

// onlyAfterFailure reports whether the consumer of r waits for its producer to
// fail.
func onlyAfterFailure(r *types.Reference) bool {
	text := r.Use.Text(r.Consumer.Depends)
	if text == "" {
		return false
	}
	d, errs := expr.ParseDepends(text)
	if len(errs) > 0 {
		return false
	}
	after := func(result string) bool {
		return d.Eval(func(task, want string) bool {
			if task != r.Producer.Name.Text() {
				return true
			}
			return want == result || want == "" && result == "Succeeded"
		})
	}
	return !after("Succeeded") && (after("Failed") || after("Errored"))
}
