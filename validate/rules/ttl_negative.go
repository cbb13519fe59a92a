package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var ttlNegative = validate.Rule{
	Name: "ttl-negative", Group: validate.Pods, Severity: diag.Warning,
	Summary: "a time to live is negative",
	Why: `ttlStrategy says how many seconds a finished workflow is kept. A negative number deletes it at once, before anybody can look.
Write 0 if that is meant.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  ttlStrategy: {secondsAfterFailure: -1}
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
  ttlStrategy: {secondsAfterFailure: 86400}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			ttl := r.Object.Spec.Node.Get("ttlStrategy")
			for _, key := range []string{"secondsAfterCompletion", "secondsAfterSuccess", "secondsAfterFailure"} {
				if n := ttl.Get(key); isNegative(n) {
					p.Report(diag.Diagnostic{Span: n.Place(), Message: fmt.Sprintf("%s cannot be negative", key), Help: "write how many seconds to keep the finished workflow"})
				}
			}
		}
	},
}
