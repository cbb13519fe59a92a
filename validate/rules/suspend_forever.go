package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var suspendForever = validate.Rule{
	Name: "suspend-forever", Group: validate.Control, Severity: diag.Info,
	Summary: "a cron workflow waits for a person without a limit",
	Why: `A suspend template without duration waits until somebody resumes it. In a workflow that starts by itself nobody may be
there, and runs pile up, or keep the next one from starting. Set a duration.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: release}
spec:
  schedules: ["0 3 * * *"]
  workflowSpec:
    entrypoint: approve
    templates:
    - name: approve
      suspend: {}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: release}
spec:
  schedules: ["0 3 * * *"]
  workflowSpec:
    entrypoint: approve
    templates:
    - name: approve
      suspend: {duration: 8h}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			if o.Spec.Node.Has("activeDeadlineSeconds") {
				continue
			}
			for t := range o.AllTemplates() {
				if t.Type() == ir.Suspend && !t.Body().Has("duration") {
					p.Report(diag.Diagnostic{
						Span: bodyPlace(t), Message: fmt.Sprintf("%s waits for ever in a workflow that starts by itself", t.Describe()),
						Help: "set a duration, or activeDeadlineSeconds on the workflow",
					})
				}
			}
		}
	},
}
