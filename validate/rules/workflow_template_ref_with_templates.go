package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var workflowTemplateRefWithTemplates = validate.Rule{
	Name: "workflow-template-ref-with-templates", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a workflow has both a workflowTemplateRef and templates of its own",
	Why: `With workflowTemplateRef the whole workflow comes from the referenced resource, and templates of its own are
refused. Either drop the templates, or call those of the resource one by one through templateRef.`,
	Bad: `
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- run.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  workflowTemplateRef: {name: build}
  templates:
  - name: test
    container: {image: "golang:1.26", command: [go, test, ./...]}
`,
	Good: `
-- build.yaml --
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
-- run.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  workflowTemplateRef: {name: build}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			s := r.Object.Spec
			if s.Ref == nil || len(s.Templates) == 0 {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    keyPlace(s.Node, "templates"),
				Message: "templates are not allowed beside a workflowTemplateRef",
				Help:    "drop them, or call single templates of the resource through templateRef",
				Related: []diag.Related{{Span: keyPlace(s.Node, "workflowTemplateRef"), Message: "the templates come from here"}},
			})
		}
	},
}
