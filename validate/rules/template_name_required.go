package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateNameRequired = validate.Rule{
	Name: "template-name-required", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template has no name",
	Why:     `Steps and tasks call templates by name, and the whole workflow is refused when one has none. Name it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: hello
  templates:
  - name: hello
    container: {image: "alpine:3.23", command: [echo, hello]}
  - container: {image: "alpine:3.23", command: [echo, goodbye]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: hello
  templates:
  - name: hello
    container: {image: "alpine:3.23", command: [echo, hello]}
  - name: goodbye
    container: {image: "alpine:3.23", command: [echo, goodbye]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, t := range r.Object.Spec.Templates {
				if t.Name.Text() == "" {
					p.Report(diag.Diagnostic{
						Span:    valuePlace(t.Node, "name"),
						Message: "this template has no name",
						Help:    "add name: so that steps and tasks can call it",
					})
				}
			}
		}
	},
}
