package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var hookTemplateAndRef = validate.Rule{
	Name: "hook-template-and-ref", Group: validate.References, Severity: diag.Error,
	Summary: "a hook names no template, or two",
	Why: `A hook calls either a template of the same object (template) or one of another (templateRef). Argo's linter does not look,
and the hook ends in an error when it runs.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    running: {expression: workflow.status == "Running"}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    running: {expression: workflow.status == "Running", template: notify}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for h := range o.AllHooks() {
				switch {
				case h.Node == nil || h.Node.Kind != tree.Map:
				case h.Callee.Name.Text() == "" && h.Callee.Ref == nil:
					p.Report(diag.Diagnostic{Span: h.Event.Span, Message: fmt.Sprintf("hook %q names no template to run", h.Event.Value), Help: "add template or templateRef"})
				case h.Callee.Name.Text() != "" && h.Callee.Ref != nil:
					p.Report(diag.Diagnostic{Span: keyPlace(h.Node, "templateRef"), Message: fmt.Sprintf("hook %q names two templates", h.Event.Value), Help: "remove template or templateRef"})
				}
			}
		}
	},
}
