package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var timeoutBeyondDeadline = validate.Rule{
	Name: "timeout-beyond-deadline", Group: validate.Control, Severity: diag.Info,
	Summary: "a timeout is longer than the deadline of the workflow",
	Why:     `The deadline of the workflow ends the step first, so the longer timeout never takes effect. One of the two is a slip.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  activeDeadlineSeconds: 600
  templates:
  - name: build
    timeout: 1h
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  activeDeadlineSeconds: 600
  templates:
  - name: build
    timeout: 5m
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, key := range []string{"timeout", "activeDeadlineSeconds"} {
			for s := range settings(p, key) {
				deadline := s.run.Object.Spec.Node.Get("activeDeadlineSeconds")
				limit, ok := s.duration(deadline)
				inner, ok2 := s.duration(s.node)
				if s.holder == s.run.Object.Spec.Node || !ok || !ok2 || limit <= 0 || inner <= limit {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    s.node.Place(),
					Message: fmt.Sprintf("%s of %s never takes effect: the workflow ends after %s", key, inner, limit),
					Related: []diag.Related{{Span: deadline.Place(), Message: "the deadline of the workflow"}},
				})
			}
		}
	},
}
