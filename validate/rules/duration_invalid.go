package rules

import (
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var durationInvalid = validate.Rule{
	Name: "duration-invalid", Group: validate.Control, Severity: diag.Error,
	Summary: "a duration cannot be read",
	Why: `Durations are written like 30s, 5m or 1h30m; the units are h, m, s, ms, us and ns, there is no day. They are read only
when the workflow runs: the step then ends in an error, or the setting is ignored.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend: {duration: 2 minutes}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: release-}
spec:
  entrypoint: approve
  templates:
  - name: approve
    suspend: {duration: 2m}
`,
	Check: func(p *validate.Pass) {
		for _, f := range durationFields {
			for s := range settings(p, f.path[0]) {
				n := s.holder.At(f.path...)
				text, known := s.text(n)
				if !known || text == "" {
					continue
				}
				if _, fault := f.parse(text); fault != nil {
					p.Report(valueFinding(s.use, n, text, fault))
				}
			}
		}
	},
}

// durationFields are the durations of workflows and templates, but for those of
// backoffs, which go under a rule of their own.
var durationFields = []struct {
	path  []string
	parse func(string) (time.Duration, *expr.Error)
}{
	{[]string{"timeout"}, expr.ParseDuration},
	{[]string{"pendingTimeout"}, expr.ParseDuration},
	{[]string{"suspend", "duration"}, expr.ParseDuration},
	{[]string{"podGC", "deleteDelayDuration"}, expr.ParseDuration},
	{[]string{"memoize", "maxAge"}, expr.ParseGoDuration},
	{[]string{"containerSet", "retryStrategy", "duration"}, expr.ParseGoDuration},
}
