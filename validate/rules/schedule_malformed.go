package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var scheduleMalformed = validate.Rule{
	Name: "schedule-malformed", Group: validate.Cron, Severity: diag.Error, Argo: diag.Error,
	Summary: "a schedule of a cron workflow cannot be read",
	Why: `A schedule has five fields: minute, hour, day of month, month, day of week (0 is Sunday), or is one of @hourly, @daily, @weekly, @monthly, @yearly, @every DURATION.
TZ=ZONE may stand in front.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 24 * * *"]
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
  schedules: ["0 0 * * *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			for _, n := range o.Cron.Get("schedules").List() {
				if _, fault := expr.ParseSchedule(n.Text()); fault != nil {
					p.Report(diag.Diagnostic{
						Span: n.Source(fault.Start, fault.End), Message: fault.Message, Help: fault.Help,
					})
				}
			}
		}
	},
}
