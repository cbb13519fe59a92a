package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var unresolvedReference = validate.Rule{
	Name: "unresolved-reference", Group: validate.References, Severity: diag.Error, Argo: diag.Error,
	Summary: "a {{tag}} names something that is not in scope",
	Why: `Weft and the reference resolve tags that begin with inputs, outputs, steps, tasks, item, pod or workflow.
One that leads nowhere would reach the Pod as literal text, or keep the step waiting for ever.
Check the spelling, and pass values into a template through its inputs: a template does not see its caller's steps.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c]
      args:
      - |
        set -e
        echo "{{workflow.parameters.mesage}}"
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: main
  arguments:
    parameters: [{name: message, value: hello}]
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c]
      args:
      - |
        set -e
        echo "{{workflow.parameters.message}}"
`,
	Check: func(p *validate.Pass) {
		helped := map[*trace.Run]int{}
		for _, u := range p.Trace.Unresolved {
			d := diag.Diagnostic{Span: u.Span, Message: fmt.Sprintf("nothing named %q is in scope here", nameAsWritten(u))}
			if helped[u.Use.Run]++; helped[u.Use.Run] <= mostHelped {
				d.Help = unresolvedHelp(u)
			}
			p.Report(d)
		}
	},
}

// mostHelped is for how many names of a run help is looked for among all that is
// in scope, so that the time stays linear.
const mostHelped = 100

// nameAsWritten is the name as it stands in the source if values that only the
// run knows are a part of it.
func nameAsWritten(u trace.Unresolved) string {
	if !trace.IsPlaceholder(u.Name) {
		return u.Name
	}
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(u.Span.Text(), "{{"), "}}"))
}
