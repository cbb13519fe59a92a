package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var whenUnquotedSubstitution = validate.Rule{
	Name: "when-unquoted-substitution", Group: validate.Expressions, Severity: diag.Warning,
	Summary: "a value that the workflow passes breaks an unquoted condition",
	Why: `Tags are replaced before a condition is read. A value with a space, a hyphen or a slash, or an empty one, then breaks it, and the
step ends in an error. Put quotes around the tag.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: zone, value: eu-west}]
  templates:
  - name: main
    steps:
    - - name: deploy
        template: deploy
        when: "{{workflow.parameters.zone}} == home"
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: zone, value: eu-west}]
  templates:
  - name: main
    steps:
    - - name: deploy
        template: deploy
        when: "'{{workflow.parameters.zone}}' == 'home'"
  - name: deploy
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			for _, c := range u.Template.Calls() {
				if c.When != nil && strings.Contains(c.When.Value, "{{") {
					reportBroken(p, u, c.When)
				}
			}
		}
	},
}

// reportBroken reports a condition that is well-formed as written and no
// longer so with the values of this use.
func reportBroken(p *validate.Pass, u *trace.Use, n *tree.Node) {
	f := u.Fill(n)
	if f.Text == n.Value || trace.IsPlaceholder(f.Text) {
		return
	}
	if _, errs := expr.ParseWhen(n.Value); len(errs) > 0 {
		return
	}
	_, errs := expr.ParseWhen(f.Text)
	for _, e := range errs {
		if e.Kind == expr.NeverEqual || e.Kind == expr.Unread {
			continue
		}
		for value, at := range f.Inserted() {
			p.Report(diag.Diagnostic{
				Span:    n.Source(at[0], at[1]),
				Message: fmt.Sprintf("with the value %q this condition cannot be evaluated: %s", value, e.Message),
				Help:    "put quotes around the tag and what it is compared with",
			})
			return
		}
	}
}
