package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var inputArtifactNotSupplied = validate.Rule{
	Name: "input-artifact-not-supplied", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template is used without one of its input artifacts",
	Why: `An input artifact must be passed by every caller, unless it is optional or has a location of its own.
Pass it in arguments.artifacts.`,
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
		for _, u := range p.Trace.Uses {
			_, missing := u.Missing()
			for _, in := range missing {
				if in.Name.Text() == "" {
					continue
				}
				p.Report(notSupplied(u, named{artifact, in.Node, in.Name}, diag.Diagnostic{
					Span:    u.Place,
					Message: fmt.Sprintf("%s needs its input artifact %q", u.Template.Describe(), in.Name.Text()),
					Help:    "pass it in the arguments, or make the input optional",
					Related: []diag.Related{{Span: firstPlace(in.Name, in.Node), Message: "declared here"}},
				}))
			}
		}
	},
}
