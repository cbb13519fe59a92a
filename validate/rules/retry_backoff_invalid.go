package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var retryBackoffInvalid = validate.Rule{
	Name: "retry-backoff-invalid", Group: validate.Control, Severity: diag.Error,
	Summary: "a value of a backoff cannot be read",
	Why: `duration, maxDuration and cap are durations such as 30s, 5m or 1h30m (a bare number counts seconds), factor is a whole
number. They are read when the step is to be retried, which then ends in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 3, backoff: {duration: 1d}}
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
    retryStrategy: {limit: 3, backoff: {duration: 24h}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			backoff := s.node.Get("backoff")
			for _, key := range []string{"duration", "maxDuration", "cap"} {
				n := backoff.Get(key)
				if text, known := s.text(n); known && text != "" {
					if _, fault := expr.ParseDuration(text); fault != nil {
						p.Report(valueFinding(s.use, n, text, fault))
					}
				}
			}
			n := backoff.Get("factor")
			if text, known := s.text(n); known {
				if _, err := strconv.ParseInt(text, 10, 32); err != nil {
					p.Report(valueFinding(s.use, n, text, &expr.Error{
						End: len(text), Message: fmt.Sprintf("factor %q is not a whole number", text), Help: "write what each wait is multiplied by, such as 2",
					}))
				}
			}
		}
	},
}
