package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var argumentValueRequired = validate.Rule{
	Name: "argument-value-required", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "an argument has neither a value nor a valueFrom",
	Why: `A step or task that names an argument must give it a value; a default does not count there, and the default of the
template's input is not used either. A CronWorkflow starts without anybody to supply values, so its arguments need them, too.`,
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
          - {name: message}
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
		for l := range argumentLists(p) {
			for _, a := range l.Parameters {
				if l.later || a.Value != nil || a.ValueFrom != nil {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    firstPlace(a.Name, a.Node),
					Message: fmt.Sprintf("argument %q has no value", l.text(a.Name)),
					Help:    noValueHelp(l, a),
				})
			}
		}
	},
}

func noValueHelp(l ioList, a *ir.Parameter) string {
	switch {
	case a.Default != nil:
		return "a default does not count here: write value: in its place"
	case l.passed:
		return "add value:, or leave the argument out so that the template's own default is used"
	}
	return "add value:, for nobody can supply one when a CronWorkflow starts"
}
