package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var retryLimitNotInt = validate.Rule{
	Name: "retry-limit-not-int", Group: validate.Control, Severity: diag.Error,
	Summary: "the limit of a retry strategy is no whole number",
	Why: `The limit is how often a step is run again. It is read as a number only when the step ends, and the step then ends in
an error if it is none. Write a whole number, 0 or more.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: fetch-}
spec:
  entrypoint: fetch
  templates:
  - name: fetch
    retryStrategy: {limit: three}
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
    retryStrategy: {limit: 3}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for s := range settings(p, "retryStrategy") {
			n := s.node.Get("limit")
			text, known := s.text(n)
			if !known {
				continue
			}
			switch limit, err := strconv.ParseInt(text, 10, 32); {
			case err != nil:
				p.Report(valueFinding(s.use, n, text, &expr.Error{
					End: len(text), Message: fmt.Sprintf("retry limit %q is not a whole number", text), Help: "write how often to run again, such as 3",
				}))
			case limit < 0:
				p.Report(valueFinding(s.use, n, text, &expr.Error{
					End: len(text), Message: fmt.Sprintf("retry limit %s is negative, so the step fails without a retry", text), Help: "write 0 or more",
				}))
			}
		}
	},
}
