package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var templateNotInResource = validate.Rule{
	Name: "template-not-in-resource", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a reference names a template that the referenced resource does not define",
	Why: `The resource was found, but has no template of that name. This also holds for the entrypoint and exit handler of a
workflow with a workflowTemplateRef: both are templates of the referenced resource. Check the spelling.`,
	Bad: `
-- library.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: golang}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: test, templateRef: {name: golang, template: test}}
`,
	Good: `
-- library.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: golang}
spec:
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
  - name: test
    container: {image: "golang:1.26", command: [go, test, ./...]}
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: test, templateRef: {name: golang, template: test}}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault != trace.TemplateNotFound && !(l.Fault == trace.Undefined && throughWorkflowRef(l)) {
				continue
			}
			d := diag.Diagnostic{
				Span:    l.Node.Place(),
				Message: fmt.Sprintf("%s has no template %q", l.Base.Describe(), l.Name),
				Related: []diag.Related{{Span: objectPlace(l.Base), Message: "the templates are looked for here"}},
			}
			if d.Help, d.Fixes = nearest(l.Node, l.Name, templateNames(l.Base)); d.Help == "" {
				d.Help = "define it there, or name one that is" + listed(templateNames(l.Base))
			}
			p.Report(d)
		}
	},
}
