package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactFromConflict = validate.Rule{
	Name: "artifact-from-conflict", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "an argument artifact has both from and fromExpression",
	Why:     `Each of the two says where the artifact comes from. Keep one.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: compile, template: compile}
    - - name: check
        template: check
        arguments:
          artifacts:
          - {name: app, from: "{{steps.compile.outputs.artifacts.app}}", fromExpression: steps.compile.outputs.artifacts.app}
  - name: compile
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts: [{name: app, path: /app}]
  - name: check
    inputs:
      artifacts: [{name: app, path: /app}]
    container:
      image: alpine:3.23
      command: [/app, --version]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: compile, template: compile}
    - - name: check
        template: check
        arguments:
          artifacts:
          - {name: app, from: "{{steps.compile.outputs.artifacts.app}}"}
  - name: compile
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts: [{name: app, path: /app}]
  - name: check
    inputs:
      artifacts: [{name: app, path: /app}]
    container:
      image: alpine:3.23
      command: [/app, --version]
`,
	Check: func(p *validate.Pass) {
		for l := range argumentLists(p) {
			for _, a := range l.valued(p.Exact).Artifacts {
				if l.text(a.From) == "" || l.text(a.FromExpression) == "" {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(a.Node, "fromExpression"),
					Message: fmt.Sprintf("argument artifact %q has both from and fromExpression", l.text(a.Name)),
					Help:    "keep one of the two",
					Related: []diag.Related{{Span: keyPlace(a.Node, "from"), Message: "its other source"}},
				})
			}
		}
	},
}
