package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactPathOnNonLeaf = validate.Rule{
	Name: "artifact-path-on-non-leaf", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an artifact of a steps, dag or suspend template has a path",
	Why: `A path is a place in a container, and these templates have none: they only hand artifacts on.
An output of theirs says with "from" which step or task it comes from.`,
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
    outputs:
      artifacts: [{name: app, path: /app}]
  - name: compile
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts: [{name: app, path: /app}]
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
    outputs:
      artifacts: [{name: app, from: "{{steps.compile.outputs.artifacts.app}}"}]
  - name: compile
    container:
      image: golang:1.26
      command: [go, build, -o, /app, ./...]
    outputs:
      artifacts: [{name: app, path: /app}]
`,
	Check: func(p *validate.Pass) {
		for kind, l := range artifactLists(p) {
			typ := l.use.Template.Type()
			if typ.IsLeaf() || typ == ir.NoType {
				continue
			}
			for _, a := range l.Artifacts {
				if l.text(a.Path) == "" {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(a.Node, "path"),
					Message: fmt.Sprintf("%s artifact %q cannot have a path: a %s template has no files of its own", kind, a.Name.Text(), typ.Key()),
					Help:    noPathHelp(kind, typ),
				})
			}
		}
	},
}

func noPathHelp(kind string, typ ir.Type) string {
	switch {
	case kind == "output" && typ == ir.Steps:
		return `say which step it comes from: from: "{{steps.NAME.outputs.artifacts.NAME}}"`
	case kind == "output" && typ == ir.DAG:
		return `say which task it comes from: from: "{{tasks.NAME.outputs.artifacts.NAME}}"`
	}
	return "leave the path out here; the template that works with the file names it"
}
