package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var optionalOutputRequired = validate.Rule{
	Name: "optional-output-required", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an artifact that may be missing is given to an input that needs it",
	Why: `An optional output is left out when its file is not there. Then nothing can be given to the input, and the step that
needs it ends in an error. Make both optional, or none.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: test, template: test}
    - - name: show
        template: show
        arguments: {artifacts: [{name: report, from: "{{steps.test.outputs.artifacts.report}}"}]}
  - name: test
    outputs: {artifacts: [{name: report, path: /tmp/report, optional: true}]}
    container: {image: "alpine:3.23", command: [touch, /tmp/report]}
  - name: show
    inputs: {artifacts: [{name: report, path: /tmp/report}]}
    container: {image: "alpine:3.23", command: [cat, /tmp/report]}
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
    - - {name: test, template: test}
    - - name: show
        template: show
        arguments: {artifacts: [{name: report, from: "{{steps.test.outputs.artifacts.report}}"}]}
  - name: test
    outputs: {artifacts: [{name: report, path: /tmp/report, optional: true}]}
    container: {image: "alpine:3.23", command: [touch, /tmp/report]}
  - name: show
    inputs: {artifacts: [{name: report, path: /tmp/report, optional: true}]}
    container: {image: "alpine:3.23", command: [ls, /tmp]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range siblingReferences(p) {
			kind, name := r.Output()
			if kind != "artifacts" || r.Consumer == nil || r.Producer.Callee.Target == nil || r.Consumer.Callee.Target == nil || r.Consumer.When != nil {
				continue
			}
			out := r.Producer.Callee.Target.Outputs.Artifact(name)
			if out == nil || !isTrue(out.Node.Get("optional")) {
				continue
			}
			for _, a := range r.Consumer.Arguments.Artifacts {
				in := r.Consumer.Callee.Target.Inputs.Artifact(a.Name.Text())
				if a.Node.Get("from") != r.Node || in == nil || isTrue(in.Node.Get("optional")) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span: r.Span(), Message: fmt.Sprintf("output %q of %s is optional, and input %q is not", name, r.Producer.Describe(), a.Name.Text()),
					Help: "mark the input as optional, or the output as needed",
					Related: []diag.Related{
						{Span: entryPlace(out.Node, "optional"), Message: "the output may be missing"},
						{Span: in.Name.Place(), Message: "the input that needs it"},
					},
				})
			}
		}
	},
}
