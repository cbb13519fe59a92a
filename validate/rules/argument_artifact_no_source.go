package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var argumentArtifactNoSource = validate.Rule{
	Name: "argument-artifact-no-source", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "an artifact is passed without saying where it comes from",
	Why: `An argument artifact comes from another step or task (from), or from a store (s3, git, http, raw ...) whose key, repo or URL
it names. It cannot be left open, not even when it is optional.`,
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
          - {name: app, optional: true}
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
				if l.text(a.From) != "" || trace.HasLocation(a.Node) {
					continue
				}
				if !p.Exact && l.text(a.FromExpression) != "" {
					continue // works when it runs
				}
				p.Report(diag.Diagnostic{
					Span:    firstPlace(a.Name, a.Node),
					Message: fmt.Sprintf("argument artifact %q does not say where it comes from", l.text(a.Name)),
					Help:    noSourceHelp(l, a),
				})
			}
		}
	},
}

func noSourceHelp(l ioList, a *ir.Artifact) string {
	switch {
	case a.FromExpression != nil:
		return "the reference does not accept fromExpression here"
	case a.Node.Has("s3"), a.Node.Has("gcs"), a.Node.Has("oss"), a.Node.Has("plugin"):
		return "its location lacks a key"
	case a.Node.Has("azure"):
		return "its location lacks a blob"
	case a.Node.Has("git"):
		return "its location lacks a repo"
	case a.Node.Has("http"), a.Node.Has("artifactory"):
		return "its location lacks a URL with a path"
	case l.passed:
		return fmt.Sprintf(`add from: "{{%s.NAME.outputs.artifacts.NAME}}", or a location such as s3`, scopeOf(l))
	}
	return "add a location such as s3, git, http or raw"
}

// scopeOf is the root under which the calls of a body see each other.
func scopeOf(l ioList) string {
	if l.use.Template.Type() == ir.DAG {
		return "tasks"
	}
	return "steps"
}
