package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var activeDeadlineInvalid = validate.Rule{
	Name: "active-deadline-invalid", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "activeDeadlineSeconds is not a number of seconds",
	Why:     `The deadline of a template is a whole number of seconds that is not negative, or one tag that stands for such a number. Units are not understood.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    activeDeadlineSeconds: 5m
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
    activeDeadlineSeconds: 300
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			n := u.Template.Node.Get("activeDeadlineSeconds")
			if n.IsNull() || u.Template.Type().IsGroup() || goodDeadline(u.Text(n)) {
				continue
			}
			d := diag.Diagnostic{
				Span:    n.Place(),
				Message: fmt.Sprintf("%q is not a whole number of seconds, 0 or more", n.Text()),
				Help:    "write a number, or a single tag",
			}
			if length, err := time.ParseDuration(n.Text()); err == nil && length >= time.Second {
				d.Help = fmt.Sprintf("write %d", int(length.Seconds()))
			}
			p.Report(d)
		}
	},
}

func goodDeadline(text string) bool {
	if strings.HasPrefix(text, trace.Placeholder) || strings.HasPrefix(text, "{{") && strings.HasSuffix(text, "}}") {
		return true
	}
	seconds, err := strconv.Atoi(text)
	return err == nil && seconds >= 0
}
