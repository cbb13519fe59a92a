package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var eventBindingIncomplete = validate.Rule{
	Name: "event-binding-incomplete", Group: validate.Documents, Severity: diag.Error,
	Summary: "an event binding does not say what it submits",
	Why: `A WorkflowEventBinding with submit names the WorkflowTemplate to run when an event comes. Without a name every event is
dropped, with a line in the log of the server only.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowEventBinding
metadata: {name: push}
spec:
  event: {selector: payload.branch == "main"}
  submit: {workflowTemplateRef: {clusterScope: false}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowEventBinding
metadata: {name: push}
spec:
  event: {selector: payload.branch == "main"}
  submit: {workflowTemplateRef: {name: build}}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Kind != ir.WorkflowEventBinding {
				continue
			}
			if submit := o.Binding.Get("submit"); submit != nil && submit.Kind == tree.Map && submit.At("workflowTemplateRef", "name").Text() == "" {
				p.Report(diag.Diagnostic{
					Span: valuePlaceIn(o.Binding, "submit", "workflowTemplateRef"), Message: "this event binding names no workflow template to submit", Help: "add workflowTemplateRef: {name: ...}",
				})
			}
			if event := o.Binding.Get("event"); o.Binding != nil && event.Get("selector").Text() == "" {
				p.Report(diag.Diagnostic{
					Span: valuePlaceIn(o.Binding, "event", "selector"), Message: "this event binding has no selector, so no event is for it", Help: "add an expression such as discriminator == \"push\"",
				})
			}
		}
	},
}

// valuePlaceIn is the place of the innermost node that stands on a path of
// keys below n.
func valuePlaceIn(n *tree.Node, path ...string) source.Span {
	at := headPlace(n)
	for _, key := range path {
		if n.Entry(key) == nil {
			break
		}
		at, n = keyPlace(n, key), n.Get(key)
	}
	return at
}
