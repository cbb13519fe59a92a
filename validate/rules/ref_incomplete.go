package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var refIncomplete = validate.Rule{
	Name: "ref-incomplete", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a templateRef lacks the name of the resource or of the template in it",
	Why:     `A templateRef needs both: name is the WorkflowTemplate, template the template within it. Add the missing one.`,
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
    - - {name: build, templateRef: {name: golang}}
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
    - - {name: build, templateRef: {name: golang, template: build}}
`,
	Check: func(p *validate.Pass) {
		for _, l := range p.Trace.Lookups {
			key, what := "name", "the resource"
			switch l.Fault {
			case trace.RefWithoutName:
			case trace.RefWithoutTemplate:
				key, what = "template", "the template in it"
			default:
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    valuePlace(l.Node, key),
				Message: "this templateRef does not name " + what,
				Help:    fmt.Sprintf("add %s:", key),
			})
		}
	},
}
