package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var resultAsFile = validate.Rule{
	Name: "result-as-file", Group: validate.DataFlow, Severity: diag.Info, Profile: validate.Strict,
	Summary: "the printed output of a step is passed on as a file",
	Why:     `A result is kept in the workflow itself, and is cut off after 256 KiB. For files use output artifacts.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: day, template: day}
    - - name: show
        template: show
        arguments:
          artifacts: [{name: text, raw: {data: "{{steps.day.outputs.result}}"}}]
  - name: day
    container: {image: "alpine:3.23", command: [date]}
  - name: show
    inputs:
      artifacts: [{name: text, path: /tmp/text}]
    container: {image: "alpine:3.23", command: [cat, /tmp/text]}
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
    - - {name: day, template: day}
    - - name: show
        template: print
        arguments:
          parameters: [{name: text, value: "{{steps.day.outputs.result}}"}]
  - name: day
    container: {image: "alpine:3.23", command: [date]}
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
			if kind, _ := r.Output(); r.Consumer == nil || kind != "result" {
				continue
			}
			for _, a := range r.Consumer.Arguments.Artifacts {
				if a.Node.At("raw", "data") == r.Node {
					p.Report(diag.Diagnostic{Span: r.Span(), Message: "a result is short text, not a file", Help: "make it an output artifact of " + r.Producer.Describe()})
				}
			}
		}
	},
}
