package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var retryBackoffNoDuration = validate.Rule{
	Name: "retry-backoff-no-duration", Group: validate.Control, Severity: diag.Error,
	Summary: "a backoff does not say how long to wait",
	Why: `A backoff without duration ends the step in an error when it would be retried for the first time. factor only
multiplies the duration. Add one.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 3, backoff: {factor: 2}}
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
    retryStrategy: {limit: 3, backoff: {duration: 10s, factor: 2}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			backoff := s.node.Get("backoff")
			if backoff == nil || backoff.Kind != tree.Map {
				continue
			}
			if text, known := s.text(backoff.Get("duration")); backoff.Has("duration") && (!known || text != "") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    keyPlace(s.node, "backoff"),
				Message: "the backoff has no duration, and the first retry ends in an error",
				Help:    "add how long to wait at first, such as duration: 10s",
			})
		}
	},
}
