package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var nameTooLong = validate.Rule{
	Name: "name-too-long", Group: validate.Names, Severity: diag.Error, Argo: diag.Error,
	Summary: "the name of a workflow or template resource is longer than Kubernetes can carry",
	Why: `The name becomes a label value on every Pod, and label values end at 63 characters. The workflows of a
CronWorkflow carry a time stamp behind its name, which leaves 52. Shorten the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly-report-for-the-whole-of-the-sales-department-in-europe}
spec:
  schedules: ["0 3 * * *"]
  workflowSpec:
    entrypoint: report
    templates:
    - name: report
      container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly-sales-report-europe}
spec:
  schedules: ["0 3 * * *"]
  workflowSpec:
    entrypoint: report
    templates:
    - name: report
      container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			o := r.Object
			limit := 63
			if o.Kind == ir.CronWorkflow {
				limit = 52
			}
			if n := len(o.Name.Text()); n > limit {
				p.Report(diag.Diagnostic{
					Span:    o.Name.Place(),
					Message: fmt.Sprintf("the name of this %s has %d characters, at most %d are allowed", o.Kind, n, limit),
					Help:    fmt.Sprintf("drop %d of them", n-limit),
				})
			}
		}
	},
}
