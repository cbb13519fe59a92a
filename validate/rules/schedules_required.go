package rules

import (
	"iter"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var schedulesRequired = validate.Rule{
	Name: "schedules-required", Group: validate.Cron, Severity: diag.Error, Argo: diag.Error,
	Summary: "a cron workflow has no schedule",
	Why:     `Without a schedule a cron workflow never runs. List at least one; several are allowed.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: []
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			if len(o.Cron.Get("schedules").List()) > 0 {
				continue
			}
			at := keyPlace(o.Root, "kind")
			switch {
			case o.Cron.Entry("schedules") != nil:
				at = keyPlace(o.Cron, "schedules")
			case o.Cron != nil:
				at = keyPlace(o.Root, "spec")
			}
			p.Report(diag.Diagnostic{
				Span: at, Message: o.Describe() + " has no schedule", Help: `add schedules: ["0 3 * * *"]`,
			})
		}
	},
}

// cronWorkflows yields the cron workflows under validation.
func cronWorkflows(p *validate.Pass) iter.Seq[*ir.Object] {
	return func(yield func(*ir.Object) bool) {
		for _, r := range p.Trace.Runs {
			if r.Object.Kind == ir.CronWorkflow && !yield(r.Object) {
				return
			}
		}
	}
}
