package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var suspendPastDeadline = validate.Rule{
	Name: "suspend-past-deadline", Group: validate.Control, Severity: diag.Warning,
	Summary: "a suspend lasts longer than its workflow may",
	Why: `The deadline ends the workflow while the step still waits, so what follows never runs. Wait less, or raise the
deadline.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: main
  activeDeadlineSeconds: 3600
  templates:
  - name: main
    steps:
    - - {name: wait, template: wait}
    - - {name: release, template: release}
  - name: wait
    suspend: {duration: 2h}
  - name: release
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: main
  activeDeadlineSeconds: 3600
  templates:
  - name: main
    steps:
    - - {name: wait, template: wait}
    - - {name: release, template: release}
  - name: wait
    suspend: {duration: 30m}
  - name: release
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "suspend") {
			if s.use == nil {
				continue
			}
			deadline := s.run.Object.Spec.Node.Get("activeDeadlineSeconds")
			limit, ok := s.duration(deadline)
			wait, ok2 := s.duration(s.node.Get("duration"))
			if !ok || !ok2 || limit <= 0 || wait < limit {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    s.node.Get("duration").Place(),
				Message: fmt.Sprintf("a wait of %s does not end before the deadline of the workflow, %s", wait, limit),
				Related: []diag.Related{{Span: deadline.Place(), Message: "the deadline"}},
			})
		}
	},
}
