package rules

import (
	"fmt"
	"iter"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactPathMissing = validate.Rule{
	Name: "artifact-path-missing", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an input or output artifact of a working template has no path",
	Why: `The path says where the container finds the file, or leaves it. Templates that do work need one for every artifact,
also for an optional one and for one with a location of its own.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, -o, /out/app, ./...]
    outputs:
      artifacts:
      - name: app
        archive: {none: {}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: golang:1.26
      command: [go, build, -o, /out/app, ./...]
    outputs:
      artifacts:
      - name: app
        path: /out/app
        archive: {none: {}}
`,
	Check: func(p *validate.Pass) {
		for kind, l := range artifactLists(p) {
			if !l.use.Template.Type().IsLeaf() {
				continue
			}
			for _, a := range l.Artifacts {
				if l.text(a.Path) == "" {
					p.Report(diag.Diagnostic{
						Span:    firstPlace(a.Path, a.Name, a.Node),
						Message: fmt.Sprintf("%s artifact %q has no path", kind, a.Name.Text()),
						Help:    pathHelp[kind],
					})
				}
			}
		}
	},
}

var pathHelp = map[string]string{
	"input":  "add path: where the container is to find the file",
	"output": "add path: where the container leaves the file",
}

// artifactLists are the inputs and the outputs of templates.
func artifactLists(p *validate.Pass) iter.Seq2[string, ioList] {
	return func(yield func(string, ioList) bool) {
		for l := range inputLists(p) {
			if !yield("input", l) {
				return
			}
		}
		for l := range outputLists(p) {
			if !yield("output", l) {
				return
			}
		}
	}
}
