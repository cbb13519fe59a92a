package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputWithoutSource = validate.Rule{
	Name: "output-without-source", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an output parameter does not say where its value comes from",
	Why: `An output parameter takes its value from a file, an object, a step or whoever resumes the workflow, and valueFrom says which.
A default alone is no source: it is what remains when the source gives nothing.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        valueFrom: {default: unknown}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        valueFrom: {path: /tmp/version, default: unknown}
`,
	Check: func(p *validate.Pass) {
		for l := range outputLists(p) {
			for _, out := range l.Parameters {
				if out.Value != nil || len(sourcesOf(out, l.text)) > 0 {
					continue
				}
				d := diag.Diagnostic{
					Span:    firstPlace(out.ValueFrom, out.Name, out.Node),
					Message: fmt.Sprintf("output parameter %q does not say where its value comes from", out.Name.Text()),
					Help:    sourceHelp(l.use.Template.Type()),
				}
				for _, s := range []string{"event", "configMapKeyRef"} { // sources of arguments
					if out.ValueFrom.Has(s) {
						d.Span, d.Message = keyPlace(out.ValueFrom, s), "an output parameter cannot come from "+s
					}
				}
				p.Report(d)
			}
		}
	},
}
