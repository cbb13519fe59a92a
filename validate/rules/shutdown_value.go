package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shutdownValue = validate.Rule{
	Name: "shutdown-value", Group: validate.Control, Severity: diag.Warning,
	Summary: "shutdown is neither Stop nor Terminate",
	Why: `shutdown ends a workflow as it starts: Stop still runs its exit handlers, Terminate does not. Other values do
nothing. Leave the field out of workflows that are to run.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  shutdown: stop
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
  shutdown: Stop
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			checkOneOf(p, r.Object.Spec.Node.Get("shutdown"), "way to shut down", []string{"Stop", "Terminate"})
		}
	},
}
