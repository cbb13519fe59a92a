package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var retryUnlimited = validate.Rule{
	Name: "retry-unlimited", Group: validate.Control, Severity: diag.Warning,
	Summary: "a retry strategy sets no limit",
	Why: `Without a limit a step that always fails is run again for ever, and its workflow never ends. Set a limit, a
backoff.maxDuration, or an expression that ends the retries.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {retryPolicy: Always}
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {retryPolicy: Always, limit: 3}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			if s.node.Has("limit") || s.node.Has("expression") || s.node.At("backoff").Has("maxDuration") || s.run.Object.Spec.Node.Has("activeDeadlineSeconds") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    keyPlace(s.holder, s.key),
				Message: "retries have no limit: what always fails is run again for ever",
				Help:    "add limit: 3, or bound the retries with backoff.maxDuration",
			})
		}
	},
}
