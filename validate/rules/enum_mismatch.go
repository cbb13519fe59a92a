package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var enumMismatch = validate.Rule{
	Name: "enum-mismatch", Group: validate.Arguments, Severity: diag.Error, Argo: diag.Error,
	Summary: "the value of an argument is not in its enum",
	Why:     `An enum lists the values that the argument may have. Use one of them, or add the value to the list.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, value: helo, enum: [hello, bye]}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters:
    - {name: message, value: hello, enum: [hello, bye]}
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo, "{{workflow.parameters.message}}"]
`,
	Check: func(p *validate.Pass) {
		for l := range argumentLists(p) {
			for _, a := range l.valued(p.Exact).Parameters {
				value := l.text(a.Value)
				allowed := make([]string, len(a.Enum.List()))
				for i, n := range a.Enum.List() {
					allowed[i] = l.text(n)
				}
				if a.Value == nil || len(allowed) == 0 || slices.Contains(allowed, value) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    a.Value.Place(),
					Message: fmt.Sprintf("%q is none of the allowed values", shown(a.Value, value)),
					Help:    cmp.Or(diag.DidYouMean(value, slices.Values(allowed)), "use one of them, or add it to the enum"),
					Related: []diag.Related{{Span: a.Enum.Place(), Message: "the allowed values"}},
				})
			}
		}
	},
}
