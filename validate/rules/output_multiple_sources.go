package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var outputMultipleSources = validate.Rule{
	Name: "output-multiple-sources", Group: validate.DataFlow, Severity: diag.Error, Argo: diag.Error,
	Summary: "an output parameter has more than one source",
	Why: `The value comes from one place: path, jsonPath, jqFilter, parameter, expression or supplied. Keep the one that is meant.
To choose between several, use an expression.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: job-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource: {action: get, manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}"}
    outputs:
      parameters:
      - name: created
        valueFrom:
          jsonPath: '{.metadata.creationTimestamp}'
          jqFilter: .metadata.creationTimestamp
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: job-}
spec:
  entrypoint: main
  templates:
  - name: main
    resource: {action: get, manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}"}
    outputs:
      parameters:
      - name: created
        valueFrom:
          jsonPath: '{.metadata.creationTimestamp}'
`,
	Check: func(p *validate.Pass) {
		for l := range outputLists(p) {
			for _, out := range l.Parameters {
				found := sourcesOf(out, l.text)
				if len(found) < 2 {
					continue
				}
				d := diag.Diagnostic{
					Span:    keyPlace(out.ValueFrom, found[1]),
					Message: fmt.Sprintf("output parameter %q has a second source, %s", out.Name.Text(), found[1]),
					Help:    "keep the one that is meant",
				}
				d.Related = []diag.Related{{Span: keyPlace(out.ValueFrom, found[0]), Message: "the first one"}}
				p.Report(d)
			}
		}
	},
}
