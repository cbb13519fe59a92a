package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateNameDuplicate = validate.Rule{
	Name: "template-name-duplicate", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "two templates of a workflow have the same name",
	Why:     `A step or task that calls the name could mean either. The workflow is refused. Rename or remove one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
  - name: build
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
  - name: test
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, t := range r.Object.Spec.Templates {
				first := r.Object.Spec.Template(t.Name.Text())
				if first == nil || first == t {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    t.Name.Place(),
					Message: fmt.Sprintf("there is already a template named %q", t.Name.Text()),
					Help:    "rename or remove one of them",
					Related: []diag.Related{{Span: first.Name.Place(), Message: "first declared here"}},
				})
			}
		}
	},
}
