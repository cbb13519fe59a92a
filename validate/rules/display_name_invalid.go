package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate"
)

var displayNameInvalid = validate.Rule{
	Name: "display-name-invalid", Group: validate.Names, Severity: diag.Error,
	Summary: "the display name of a template is none",
	Why: `workflows.argoproj.io/display-name takes up to 63 letters, digits, hyphens and dots, with a letter or digit at either end.
With another text the step ends in an error.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    annotations: {workflows.argoproj.io/display-name: "build all!"}
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    annotations: {workflows.argoproj.io/display-name: build-all}
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			n := u.Template.Node.At("annotations", displayName)
			text, known := knownText(u, n)
			if known && !isDisplayName(text) {
				p.Report(valueFinding(u, n, text, &expr.Error{
					End: len(text), Message: fmt.Sprintf("%q is no display name", text), Help: "use up to 63 letters, digits, hyphens and dots, with a letter or digit at either end",
				}))
			}
		}
	},
}

const displayName = "workflows.argoproj.io/display-name"

// isDisplayName reports whether nodes may be shown under text.
func isDisplayName(text string) bool {
	for i, r := range text {
		if !isAlphanumeric(r) && (r != '-' && r != '.' || i == 0 || i == len(text)-1) {
			return false
		}
	}
	return len(text) >= 2 && len(text) <= 63
}
