package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var globalOutputOrder = validate.Rule{
	Name: "global-output-order", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a global output is read before it is made",
	Why:     `A global output has a value only after the step that exports it has ended. Read earlier, or at the same time, the tag does not resolve.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        arguments:
          parameters: [{name: text, value: "{{workflow.outputs.parameters.today}}"}]
    - - {name: fetch, template: fetch}
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters: [{name: day, globalName: today, valueFrom: {path: /tmp/day}}]
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
          parameters: [{name: text, value: "{{workflow.outputs.parameters.today}}"}]
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters: [{name: day, globalName: today, valueFrom: {path: /tmp/day}}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if u.Role == trace.AsEntrypoint && u.Template.Type().IsGroup() {
				reportEarlyReads(p, u)
			}
		}
	},
}
