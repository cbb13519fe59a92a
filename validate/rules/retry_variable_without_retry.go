package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var retryVariableWithoutRetry = validate.Rule{
	Name: "retry-variable-without-retry", Group: validate.References, Severity: diag.Warning,
	Summary: "a template that is not retried uses {{retries}} or {{lastRetry}}",
	Why:     `They have a value only in a template with a retryStrategy; elsewhere the braces stay in the text. Add the strategy.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{retries}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    retryStrategy: {limit: 2}
    container: {image: "alpine:3.23", command: [echo, "{{retries}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			retried := u.Template.Node.Has("retryStrategy") || setFor(u, "retryStrategy") || u.Template.Call != nil
			for t := range ownTags(p, u.Template) {
				field, isLast := strings.CutPrefix(t.Key, "lastRetry.")
				known := types.LastRetry(p.ForWeft(t.span().File))
				switch {
				case isLast && !slices.Contains(known, field):
					p.Report(diag.Diagnostic{
						Span: t.span(), Message: fmt.Sprintf("lastRetry has no %q", field), Help: cmp.Or(diag.DidYouMean(field, slices.Values(known)), "it has "+strings.Join(known, ", ")),
					})
				case (isLast || t.Key == "retries") && !retried:
					p.Report(diag.Diagnostic{
						Span: t.span(), Message: fmt.Sprintf("%s is not retried, so {{%s}} stays as it is", u.Template.Describe(), t.Key), Help: "add a retryStrategy",
					})
				}
			}
		}
	},
}
