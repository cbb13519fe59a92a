package rules

import (
	"fmt"

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
				if !p.Exact && suppliedLater(u, in.Name.Text()) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    u.Place,
					Message: fmt.Sprintf("%s needs a value for its input parameter %q", u.Template.Describe(), in.Name.Text()),
					Help:    passHelp(u, in.Name.Text()),
					Related: []diag.Related{{Span: in.Node.Place(), Message: "declared here, without a value or default"}},
				})
			}
		}
	},
}

// suppliedLater reports whether a workflow argument without a value may still
// bring one: it is given when the workflow is submitted.
func suppliedLater(u *trace.Use, name string) bool {
	if u.Role == trace.AsCallee || !u.Run.AllowEmpty {
		return false
	}
	for _, a := range u.Run.Arguments {
		if a.Name.Text() == name {
			return true
		}
	}
	return false
}

func passHelp(u *trace.Use, name string) string {
	if u.Role == trace.AsCallee && u.Call != nil {
		for _, a := range u.Call.Arguments.Parameters {
			if u.Template.Inputs.Parameter(a.Name.Text()) == nil {
				if n, ok := diag.Nearest(a.Name.Text(), func(yield func(string) bool) { yield(name) }); ok {
					return fmt.Sprintf("the argument is called %q there; did you mean %q?", a.Name.Text(), n)
				}
			}
		}
	}
	return "pass it in the arguments, or give the input a default"
}
