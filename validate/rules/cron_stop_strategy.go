package rules

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var cronStopStrategy = validate.Rule{
	Name: "cron-stop-strategy", Group: validate.Cron, Severity: diag.Warning,
	Summary: "a stop strategy compares a counter with one exact value",
	Why: `Several runs may end between two looks at the counter, so it can pass the value without ever being seen at it. Write >= in
place of ==.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: backup}
spec:
  schedules: ["0 3 * * *"]
  stopStrategy: {expression: cronworkflow.failed == 3}
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
  stopStrategy: {expression: cronworkflow.failed >= 3}
  workflowSpec:
    entrypoint: main
    templates:
    - name: main
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for o := range cronWorkflows(p) {
			n := o.Cron.At("stopStrategy", "expression")
			text := n.Text()
			for _, counter := range []string{"cronworkflow.failed", "cronworkflow.succeeded"} {
				i := strings.Index(text, counter)
				if i < 0 {
					continue
				}
				rest := text[i+len(counter):]
				after := strings.TrimLeft(rest, " ")
				value := strings.TrimLeft(strings.TrimPrefix(after, "=="), " ")
				if !strings.HasPrefix(after, "==") || value == "" || value[0] < '1' || value[0] > '9' {
					continue
				}
				at := i + len(counter) + len(rest) - len(after)
				p.Report(diag.Diagnostic{
					Span: n.Source(at, at+2), Message: "the counter may pass this value between two looks", Help: "write >=",
					Fixes: []diag.Fix{{Title: "write >=", Edits: []diag.Edit{{Span: n.Source(at, at+2), New: ">="}}}},
				})
			}
		}
	},
}
