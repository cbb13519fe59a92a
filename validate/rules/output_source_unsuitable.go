package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputSourceUnsuitable = validate.Rule{
	Name: "output-source-unsuitable", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an output parameter comes from a source that this type of template does not have",
	Why: `Containers and scripts give values through files (path), resource templates through the fields of the object (jsonPath,
jqFilter), steps and dag templates hand on those of their steps and tasks (parameter, expression).`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: find, template: find}
    outputs:
      parameters:
      - name: version
        valueFrom: {path: /tmp/version}
  - name: find
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        valueFrom: {path: /tmp/version}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: version-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: find, template: find}
    outputs:
      parameters:
      - name: version
        valueFrom: {parameter: "{{steps.find.outputs.parameters.version}}"}
  - name: find
    container:
      image: alpine:3.23
      command: [sh, -c, "cat /etc/alpine-release > /tmp/version"]
    outputs:
      parameters:
      - name: version
        valueFrom: {path: /tmp/version}
`,
	Check: func(p *validate.Pass) {
		for l := range outputLists(p) {
			typ := l.use.Template.Type()
			wanted, limited := suitable[typ]
			for _, out := range l.Parameters {
				found := sourcesOf(out, l.text)
				if !limited || out.Value != nil || len(found) != 1 || slices.Contains(wanted, found[0]) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(out.ValueFrom, found[0]),
					Message: fmt.Sprintf("a %s template gives values through %s, not %s", typ.Key(), strings.Join(wanted, " or "), found[0]),
					Help:    sourceHelp(typ),
				})
			}
		}
	},
}
