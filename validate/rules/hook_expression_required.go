package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var hookExpressionRequired = validate.Rule{
	Name: "hook-expression-required", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a lifecycle hook other than exit does not say when it runs",
	Why: `Only the hook named exit runs by itself, at the end. Every other one runs when its expression becomes true; without
one the workflow is refused, or for a task the hook ends in an error when the task starts. Add an expression.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    running:
      template: notify
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
  - name: notify
    container: {image: "alpine:3.23", command: [echo, the build is running]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    running:
      expression: workflow.status == "Running"
      template: notify
  templates:
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
  - name: notify
    container: {image: "alpine:3.23", command: [echo, the build is running]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			for _, h := range r.Object.Spec.Hooks {
				reportHook(p, h, h.Expression.Text())
			}
		}
		for _, u := range p.Trace.Bodies {
			if p.Exact && u.Template.Type() == ir.DAG {
				continue // the reference finds out when the task starts
			}
			for _, c := range u.Template.Calls() {
				for _, h := range c.Hooks {
					reportHook(p, h, u.Text(h.Expression))
				}
			}
		}
	},
}

func reportHook(p *validate.Pass, h *ir.Hook, expression string) {
	if h.Event.Value == "exit" || expression != "" {
		return
	}
	status := "workflow.status"
	if h.Call != nil {
		status = fmt.Sprintf("%s[%q].status", h.Call.Scope(), h.Call.Name.Text())
	}
	d := diag.Diagnostic{
		Span:    h.Event.Span,
		Message: fmt.Sprintf("hook %q has no expression that says when it runs", h.Event.Value),
		Help:    fmt.Sprintf(`add one, such as expression: %s == "Running"; only the hook named "exit" goes without`, status),
	}
	p.Report(d)
}
