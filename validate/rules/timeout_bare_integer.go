package rules

import (
	"fmt"
	"strconv"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var timeoutBareInteger = validate.Rule{
	Name: "timeout-bare-integer", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a timeout is a number without a unit",
	Why:     `A timeout is a duration such as 90s, 5m or 1h30m; a bare number is refused. Add the unit.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    timeout: "300"
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    timeout: 300s
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			n := u.Template.Node.Get("timeout")
			text := u.Text(n)
			if _, err := strconv.Atoi(text); err != nil {
				continue
			}
			d := diag.Diagnostic{
				Span:    n.Place(),
				Message: fmt.Sprintf("timeout %q has no unit", text),
				Help:    fmt.Sprintf("write %ss for seconds", text),
			}
			if text == n.Text() {
				d.Fixes = []diag.Fix{replaceText(n, text+"s", true)}
			} else {
				d.Help = "let the value carry its unit, such as 90s, 5m or 1h30m"
				d.Related = valueFrom(u)
			}
			p.Report(d)
		}
	},
}

// valueFrom points at the call whose arguments a value of the template came from.
func valueFrom(u *trace.Use) []diag.Related {
	if u.Args == nil {
		return nil
	}
	return []diag.Related{{Span: u.Place, Message: "with the arguments given here"}}
}
