package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var artifactTwoSources = validate.Rule{
	Name: "artifact-two-sources", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an artifact has more than one source",
	Why:     `Only one of the sources counts, and the others are silently ignored. Keep the one that is meant.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: data, path: /tmp/data, raw: {data: hello}, s3: {key: hello.txt}}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    inputs:
      artifacts:
      - {name: data, path: /tmp/data, raw: {data: hello}}
    container: {image: "alpine:3.23", command: [ls, /tmp/data]}
`,
	Check: func(p *validate.Pass) {
		for a := range artifacts(p) {
			sources := locations(a.Node)
			for _, key := range []string{"from", "fromExpression"} {
				if a.Node.Get(key).Text() != "" {
					sources = append([]string{key}, sources...)
				}
			}
			slices.SortFunc(sources, func(x, y string) int {
				return cmp.Compare(keyPlace(a.Node, x).Start, keyPlace(a.Node, y).Start)
			})
			if len(sources) > 1 {
				p.Report(diag.Diagnostic{
					Span: keyPlace(a.Node, sources[1]), Message: fmt.Sprintf("artifact %q has %s as well as %s", a.text(a.Name), sources[1], sources[0]),
					Help: "keep one of them", Related: []diag.Related{{Span: keyPlace(a.Node, sources[0]), Message: "the other source"}},
				})
			}
		}
		for _, u := range p.Trace.Bodies {
			for _, a := range u.Template.Outputs.Artifacts {
				if a.FromExpression != nil && u.Template.Type().IsLeaf() {
					p.Report(diag.Diagnostic{
						Span: keyPlace(a.Node, "fromExpression"), Message: "fromExpression is ignored here", Help: "only steps and dag templates choose between artifacts",
					})
				}
			}
		}
	},
}
