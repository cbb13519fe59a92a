package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var inputArtifactFrom = validate.Rule{
	Name: "input-artifact-from", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an input artifact says itself where it comes from",
	Why: `A template does not see the steps around it, so it is the caller who says with "from" which artifact is passed.
Move "from" into the arguments of the calling step or task.`,
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
    - - {name: check, template: check}
  - name: compile
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts: [{name: app, path: /app}]
  - name: check
    inputs:
      artifacts:
      - name: app
        path: /app
        from: "{{steps.compile.outputs.artifacts.app}}"
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
          artifacts: [{name: app, from: "{{steps.compile.outputs.artifacts.app}}"}]
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
		for l := range inputLists(p) {
			for _, a := range l.Artifacts {
				if l.text(a.From) != "" {
					p.Report(diag.Diagnostic{
						Span:    keyPlace(a.Node, "from"),
						Message: fmt.Sprintf("input artifact %q cannot have \"from\"", a.Name.Text()),
						Help:    "the caller says where it comes from: move this line into its arguments.artifacts",
					})
				}
			}
		}
	},
}
