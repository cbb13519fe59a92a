package rules

import (
	"cmp"
	"fmt"
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var cronDstGap = validate.Rule{
	Name: "cron-dst-gap", Group: validate.Cron, Severity: diag.Info,
	Summary: "a schedule fires in the hour that daylight saving skips or repeats",
	Why: `When clocks change, times between 01:00 and 03:00 do not exist once a year and come twice once a year: the run is left out or
done twice. Choose another hour, or UTC.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["30 2 * * *"]
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
  schedules: ["30 3 * * *"]
  timezone: Europe/Berlin
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			for _, n := range o.Cron.Get("schedules").List() {
				s, fault := expr.ParseSchedule(n.Text())
				if fault != nil || len(s.Fields) != 5 || s.Fields[1].Text != "1" && s.Fields[1].Text != "2" {
					continue
				}
				name := cmp.Or(s.Zone, o.Cron.Get("timezone").Text())
				if name == "" || name == "Local" || !savesDaylight(name) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span: n.Source(s.Fields[1].Start, s.Fields[1].End), Message: fmt.Sprintf("in %s this hour may be skipped or come twice when clocks change", name), Help: "choose another hour, or UTC",
				})
			}
		}
	},
}

// savesDaylight reports whether clocks of a zone change between winter and summer.
func savesDaylight(zone string) bool {
	loc, fault := expr.LoadZone(zone)
	if fault != nil {
		return false
	}
	const year = 2026 // any year of today's rules
	_, january := time.Date(year, time.January, 1, 0, 0, 0, 0, loc).Zone()
	_, july := time.Date(year, time.July, 1, 0, 0, 0, 0, loc).Zone()
	return january != july
}
