package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
)

// isRun reports whether o runs by itself, with all that its Pods get.
func isRun(o *ir.Object) bool {
	return o.Spec != nil && o.Spec.Node != nil && o.Spec.Ref == nil && (o.Kind == ir.Workflow || o.Kind == ir.CronWorkflow)
}

// specKeyPlace is the key of the spec of a workflow.
func specKeyPlace(o *ir.Object) source.Span {
	if o.Cron != nil {
		return keyPlace(o.Cron, "workflowSpec")
	}
	return keyPlace(o.Root, "spec")
}
