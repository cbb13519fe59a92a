package rules

import (
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var startingDeadlineNegative = validate.Rule{
	Name: "starting-deadline-negative", Group: validate.Cron, Severity: diag.Error, Argo: diag.Error,
	Summary: "startingDeadlineSeconds is negative",
	Why:     `It is how many seconds late a run may still start, so it cannot be less than 0.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  startingDeadlineSeconds: -60
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
  startingDeadlineSeconds: 60
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			n := o.Cron.Get("startingDeadlineSeconds")
			if seconds, err := strconv.Atoi(n.Text()); err == nil && seconds < 0 {
				p.Report(diag.Diagnostic{
					Span: n.Place(), Message: "startingDeadlineSeconds cannot be negative", Help: "write how many seconds late a run may still start",
				})
			}
		}
	},
}
