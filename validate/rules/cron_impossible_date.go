package rules

import (
	"iter"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var cronImpossibleDate = validate.Rule{
	Name: "cron-impossible-date", Group: validate.Cron, Severity: diag.Error,
	Summary: "a schedule names a day that no calendar has",
	Why:     `The 30th of February or the 31st of April never comes, so the schedule never starts anything. Correct the day or the month.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 0 30 2 *"]
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
  schedules: ["0 0 28 2 *"]
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for n, s := range schedules(p) {
			if s.Never() && len(s.Fields) == 5 {
				p.Report(diag.Diagnostic{
					Span: n.Source(s.Fields[2].Start, s.Fields[3].End), Message: "there is no such day, so this schedule never starts anything",
				})
			}
		}
	},
}

// schedules yields the schedules of cron workflows that can be read.
func schedules(p *validate.Pass) iter.Seq2[*tree.Node, *expr.Schedule] {
	return func(yield func(*tree.Node, *expr.Schedule) bool) {
		for o := range cronWorkflows(p) {
			for _, n := range o.Cron.Get("schedules").List() {
				if s, fault := expr.ParseSchedule(n.Text()); fault == nil && !yield(n, s) {
					return
				}
			}
		}
	}
}
