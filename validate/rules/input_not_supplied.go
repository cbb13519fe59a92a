package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var inputNotSupplied = validate.Rule{
	Name: "input-not-supplied", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "a template is used without a value for one of its input parameters",
	Why: `An input parameter without a value or default must be passed by every caller; the workflow is refused otherwise.
Pass it, or give the input a default.`,
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
          parameters: [{name: mesage, value: hello}]
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
          parameters: [{name: message, value: hello}]
  - name: print
    inputs:
      parameters: [{name: message}]
    container:
      image: alpine:3.23
      command: [echo, "{{inputs.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			missing, _ := u.Missing()
			for _, in := range missing {
				name := in.Name.Text()
				if name == "" || passedEmpty(u, name) || !p.Exact && suppliedLater(u, name) {
					continue
				}
				p.Report(notSupplied(u, named{parameter, in.Node, in.Name}, diag.Diagnostic{
					Span:    u.Place,
					Message: fmt.Sprintf("%s needs a value for its input parameter %q", u.Template.Describe(), name),
					Help:    "pass it in the arguments, or give the input a default",
					Related: []diag.Related{{Span: firstPlace(in.Name, in.Node), Message: "declared here"}},
				}))
			}
		}
	},
}

// passedEmpty reports whether there is an argument for the input that ought to
// have a value: argument-value-required says so.
func passedEmpty(u *trace.Use, name string) bool {
	var a *ir.Parameter
	switch {
	case u.Role == trace.AsCallee:
		a = u.Call.Arguments.Parameter(name)
	case !u.Run.AllowEmpty:
		a = (&ir.IO{Parameters: u.Run.Arguments}).Parameter(name)
	}
	return a != nil && a.Value == nil && a.ValueFrom == nil
}

// suppliedLater reports whether a workflow argument without a value may still
// bring one: it is given when the workflow is submitted.
func suppliedLater(u *trace.Use, name string) bool {
	if u.Role == trace.AsCallee || !u.Run.AllowEmpty {
		return false
	}
	return (&ir.IO{Parameters: u.Run.Arguments}).Parameter(name) != nil
}
