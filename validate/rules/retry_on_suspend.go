package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var retryOnSuspend = validate.Rule{
	Name: "retry-on-suspend", Group: validate.Control, Severity: diag.Info,
	Summary: "a suspend template has a retry strategy",
	Why: `A suspend template waits for a person or a time; there is nothing to run again, and the strategy does nothing.
Remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend: {duration: 1h}
    retryStrategy: {limit: 3}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend: {duration: 1h}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			if s.ownType(ir.Suspend) {
				p.Reportf(keyPlace(s.holder, s.key), "%s only waits, so there is nothing to retry", s.describe())
			}
		}
	},
}
