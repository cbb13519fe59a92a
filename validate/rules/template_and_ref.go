package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var templateAndRef = validate.Rule{
	Name: "template-and-ref", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a step or task has both template and templateRef",
	Why: `template names one of the same object, templateRef one of another: only one of them can be meant. The name of the
template within the referenced resource belongs into templateRef.`,
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
    - - name: build
        template: build
        templateRef: {name: golang, template: build}
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
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: build
        templateRef: {name: golang, template: build}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault != trace.TemplateAndRef || l.Call == nil {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    l.Node.Place(),
				Message: l.Call.Describe() + " has both a template and a templateRef",
				Help:    "keep one of them",
				Related: []diag.Related{{Span: l.Call.Callee.Ref.Node.Place(), Message: "the templateRef stands here"}},
			})
		}
	},
}
