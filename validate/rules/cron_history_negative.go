package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var cronHistoryNegative = validate.Rule{
	Name: "cron-history-negative", Group: validate.Cron, Severity: diag.Warning,
	Summary: "a history limit of a cron workflow is negative",
	Why: `The limits say how many finished workflows are kept. A negative one keeps nothing that can be relied on; write 0 to keep
none.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  successfulJobsHistoryLimit: -1
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
  successfulJobsHistoryLimit: 3
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			for _, key := range []string{"successfulJobsHistoryLimit", "failedJobsHistoryLimit"} {
				if n := o.Cron.Get(key); isNegative(n) {
					p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%s cannot be negative", key), Help: "write 0 to keep none"})
				}
			}
		}
	},
}

// isNegative reports whether n is a number below 0.
func isNegative(n *tree.Node) bool {
	return n != nil && n.Kind == tree.Int && strings.HasPrefix(n.Value, "-")
}
