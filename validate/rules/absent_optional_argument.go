package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var absentOptionalArgument = validate.Rule{
	Name: "absent-optional-argument", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an argument is the mark for an output that does not exist",
	Why: `The reference passes this text on when a step was skipped and its output has no default. Written out as an argument it means
that there is no value, so an input without a default cannot be filled. Pass a real value.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: greet
        template: print
        arguments:
          parameters:
          - {name: message, value: __argo-internal.absent-optional-output__}
  - name: print
    inputs:
      parameters: [{name: message}]
    container:
      image: alpine:3.23
      command: [echo, "{{inputs.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: greet
        template: print
        arguments:
          parameters:
          - {name: message, value: hello}
  - name: print
    inputs:
      parameters: [{name: message}]
    container:
      image: alpine:3.23
      command: [echo, "{{inputs.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			for _, in := range u.Template.Inputs.Parameters {
				value, _ := u.Argument(in.Name.Text())
				if value != absentOutput || in.Value != nil || in.Default != nil {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    argumentPlace(u, in.Name.Text()),
					Message: fmt.Sprintf("input parameter %q is passed the mark of an absent output", in.Name.Text()),
					Help:    "pass a value, or give the input a default",
					Related: []diag.Related{{Span: firstPlace(in.Name, in.Node), Message: "declared here"}},
				})
			}
		}
	},
}

// absentOutput is what the reference passes on for an output that a skipped
// step did not produce.
const absentOutput = "__argo-internal.absent-optional-output__"

// argumentPlace is where a use passes the argument: its value, if that stands
// in the source.
func argumentPlace(u *trace.Use, name string) source.Span {
	passed := u.Run.Arguments
	if u.Call != nil {
		passed = u.Call.Arguments.Parameters
	}
	for _, a := range passed {
		if a.Name.Text() == name && a.Value != nil {
			return a.Value.Place()
		}
	}
	return u.Place
}
