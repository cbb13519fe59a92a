package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var cronZoneTwice = validate.Rule{
	Name: "cron-zone-twice", Group: validate.Cron, Severity: diag.Error,
	Summary: "a schedule and its cron workflow both give a time zone",
	Why: `The controller puts timezone in front of each schedule. One that begins with TZ= or CRON_TZ= then has two, cannot be read,
and starts nothing. Keep timezone.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["TZ=Europe/Berlin 0 3 * * *"]
  timezone: Europe/Berlin
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
  timezone: Europe/Berlin
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			zone := o.Cron.Get("timezone")
			if zone.Text() == "" {
				continue
			}
			for _, n := range o.Cron.Get("schedules").List() {
				s, fault := expr.ParseSchedule(n.Text())
				if fault != nil || s.Zone == "" {
					continue
				}
				d := diag.Diagnostic{
					Span: n.Source(s.ZoneStart, s.ZoneEnd), Message: "this schedule has a time zone of its own and that of the cron workflow, and cannot be read with both", Help: "remove it here",
					Related: []diag.Related{{Span: zone.Place(), Message: "the other one"}},
				}
				if n.Alias.IsZero() && len(s.Fields) > 0 {
					d.Fixes = []diag.Fix{{Title: "remove the time zone", Edits: []diag.Edit{{Span: n.Source(s.ZoneStart, s.Fields[0].Start)}}}}
				}
				p.Report(d)
			}
		}
	},
}
