package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var timezoneInvalid = validate.Rule{
	Name: "timezone-invalid", Group: validate.Cron, Severity: diag.Error, Argo: diag.Error,
	Summary: "the time zone of a cron workflow does not exist",
	Why:     `Time zones have the names of the IANA database, such as Europe/Berlin, Asia/Tokyo or UTC; case matters.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  timezone: europe/berlin
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
			n := o.Cron.Get("timezone")
			_, fault := expr.LoadZone(n.Text())
			if fault == nil {
				continue
			}
			d := diag.Diagnostic{Span: n.Place(), Message: fault.Message, Help: fault.Help}
			if zone := zoneNear(n.Text()); zone != "" {
				d.Help = fmt.Sprintf("did you mean %q?", zone)
				d.Fixes = []diag.Fix{replaceText(n, zone, false)}
			}
			p.Report(d)
		}
	},
}

// zoneNear is the zone that name means when it is only spelled differently:
// europe/berlin, America/New York, utc.
func zoneNear(name string) string {
	words := strings.ReplaceAll(strings.TrimSpace(strings.ToLower(name)), " ", "_")
	titled := []byte(words)
	for i, c := range titled {
		if (i == 0 || strings.IndexByte("/_-", titled[i-1]) >= 0) && 'a' <= c && c <= 'z' {
			titled[i] = c - 'a' + 'A'
		}
	}
	for _, zone := range []string{string(titled), strings.ToUpper(words)} {
		if _, fault := expr.LoadZone(zone); fault == nil && zone != "" && zone != "Local" {
			return zone
		}
	}
	return ""
}
