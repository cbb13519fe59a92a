package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var sequenceCountAndEnd = validate.Rule{
	Name: "sequence-count-and-end", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "withSequence has both count and end",
	Why:     `count says how many numbers there are, end which one is the last; only one of them can hold.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withSequence: {start: 1, count: 5, end: 5}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withSequence: {start: 1, end: 5}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, c := range bodyCalls(u) {
				if s := c.WithSequence; s.Has("count") && s.Has("end") {
					p.Report(diag.Diagnostic{
						Span:    keyPlace(s, "end"),
						Message: "count and end cannot both be given",
						Help:    "count is how many numbers there are, end the last of them; keep one",
						Related: []diag.Related{{Span: keyPlace(s, "count"), Message: "count stands here"}},
					})
				}
			}
		}
	},
}
