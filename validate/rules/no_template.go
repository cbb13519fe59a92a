package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var noTemplate = validate.Rule{
	Name: "no-template", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a step or task does not say what it runs",
	Why:     `A step or task runs a template: one of the same object (template), of another (templateRef), or its own (inline).`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - name: build
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - name: build
        template: build
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			if l.Fault != trace.NoTemplate || l.Call == nil {
				continue
			}
			help := "add template, templateRef or inline"
			if name := l.Call.Name.Text(); l.Base.Spec.Template(name) != nil {
				help = fmt.Sprintf("add template: %s", name)
			}
			p.Report(diag.Diagnostic{Span: l.Node.Place(), Message: l.Call.Describe() + " does not say which template it runs", Help: help})
		}
	},
}
