package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var concurrencyPolicyInvalid = validate.Rule{
	Name: "concurrency-policy-invalid", Group: validate.Cron, Severity: diag.Error, Argo: diag.Error,
	Summary: "the concurrencyPolicy of a cron workflow is unknown",
	Why:     `The policies say what happens when a run is due while the last one still goes on: Allow (the default), Forbid or Replace.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  concurrencyPolicy: forbid
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
  concurrencyPolicy: Forbid
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			n := o.Cron.Get("concurrencyPolicy")
			policies := []string{"Allow", "Forbid", "Replace"}
			if n.Text() == "" || slices.Contains(policies, n.Text()) {
				continue
			}
			d := diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%q is not a concurrency policy", n.Text())}
			if d.Help, d.Fixes = nearest(n, n.Text(), slices.Values(policies)); d.Help == "" {
				d.Help = "use one of " + strings.Join(policies, ", ")
			}
			p.Report(d)
		}
	},
}
