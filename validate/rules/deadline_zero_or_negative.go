package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var deadlineZeroOrNegative = validate.Rule{
	Name: "deadline-zero-or-negative", Group: validate.Control, Severity: diag.Error,
	Summary: "a deadline leaves no time at all",
	Why: `A workflow with a deadline of 0 ends as it starts, and no Pod with one is accepted. Leave the field out where there is
no deadline.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  activeDeadlineSeconds: 0
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  activeDeadlineSeconds: 3600
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, key := range []string{"activeDeadlineSeconds", "timeout", "pendingTimeout"} {
			for s := range settings(p, key) {
				d, ok := s.duration(s.node)
				if !ok || d > 0 || d == 0 && key != "activeDeadlineSeconds" {
					continue
				}
				if d < 0 && key == "activeDeadlineSeconds" && s.use != nil && s.use.Template.Type().IsLeaf() {
					continue // active-deadline-invalid says so
				}
				text, _ := s.text(s.node)
				p.Report(valueFinding(s.use, s.node, text, &expr.Error{
					End: len(text), Message: fmt.Sprintf("%s %s leaves no time to run", key, text), Help: "leave the field out where there is no limit",
				}))
			}
		}
	},
}
