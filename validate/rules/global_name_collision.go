package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var globalNameCollision = validate.Rule{
	Name: "global-name-collision", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "several runs export the same global output",
	Why: `A looped step runs its template once for each item, and each run overwrites the global output of the last. Give the output a name of its own
for each item, or aggregate the outputs of the loop: steps.NAME.outputs.parameters.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: fetch, template: fetch, withItems: [a, b]}
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters: [{name: day, globalName: today, valueFrom: {path: /tmp/day}}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: fetch, template: fetch}
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters: [{name: day, globalName: today, valueFrom: {path: /tmp/day}}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, w := range overwritten(p, globalExports) {
			if w.together || !isRead(w.use, w.key) {
				p.Report(diag.Diagnostic{
					Span: w.second.node.Place(), Message: fmt.Sprintf("%s and %s both make the global output %q, and the last one wins", w.first.call.Describe(), w.second.call.Describe(), w.second.node.Text()),
					Help: "give each a globalName of its own", Related: w.related(),
				})
			}
		}
		for _, u := range groupBodies(p) {
			for _, c := range u.Template.Calls() {
				t := c.Callee.Target
				if t == nil || !c.Looped() || len(c.WithItems.List()) == 1 {
					continue
				}
				for _, out := range t.Outputs.Parameters {
					reportOverwritten(p, c, out.GlobalName)
				}
				for _, out := range t.Outputs.Artifacts {
					reportOverwritten(p, c, out.GlobalName)
				}
			}
		}
	},
}

func reportOverwritten(p *validate.Pass, c *ir.Call, name *tree.Node) {
	if name.Text() == "" || strings.Contains(name.Text(), "{{") {
		return
	}
	p.Report(diag.Diagnostic{
		Span: name.Place(), Message: fmt.Sprintf("each run of %s overwrites the global output %q", c.Describe(), name.Text()),
		Related: []diag.Related{{Span: callPlace(c), Message: "it runs once for each item"}},
	})
}
