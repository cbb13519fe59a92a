package rules

import (
	"fmt"
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var retryBackoffFutile = validate.Rule{
	Name: "retry-backoff-futile", Group: validate.Control, Severity: diag.Warning,
	Summary: "a backoff is longer than what bounds it",
	Why: `The first wait already passes the bound, so no retry ever happens, or the cap takes effect from the start. Make the
wait shorter or the bound longer.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: 3, backoff: {duration: 10m, maxDuration: 5m}}
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
    retryStrategy: {limit: 3, backoff: {duration: 10m, maxDuration: 1h}}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			first, ok := s.duration(s.node.At("backoff", "duration"))
			if !ok || first <= 0 {
				continue
			}
			for _, b := range s.retryBounds() {
				limit, ok := s.duration(b.node)
				if !ok || limit <= 0 || limit >= first {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    s.node.At("backoff", "duration").Place(),
					Message: fmt.Sprintf("the first wait of %s is longer than %s of %s, %s", first, b.name, limit, b.effect),
					Help:    "shorten the wait, or allow more time",
					Related: []diag.Related{{Span: b.node.Place(), Message: "the bound"}},
				})
			}
		}
	},
}

// duration is the duration that n gives, if that is known.
func (s setting) duration(n *tree.Node) (time.Duration, bool) {
	text, known := s.text(n)
	if !known || text == "" {
		return 0, false
	}
	d, fault := expr.ParseDuration(text)
	return d, fault == nil
}

// A bound is a limit in time.
type bound struct {
	node   *tree.Node
	name   string
	effect string
}

// retryBounds are what may end the retries of s before they begin.
func (s setting) retryBounds() []bound {
	const never = "so there is no retry"
	bounds := []bound{
		{s.node.At("backoff", "maxDuration"), "the maxDuration", never},
		{s.node.At("backoff", "cap"), "the cap", "so the cap always applies"},
		{s.run.Object.Spec.Node.Get("activeDeadlineSeconds"), "the deadline of the workflow", never},
	}
	if s.use != nil {
		bounds = append(bounds, bound{s.holder.Get("timeout"), "the timeout", never})
	}
	return bounds
}
