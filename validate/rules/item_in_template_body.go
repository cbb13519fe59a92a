package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var itemInTemplateBody = validate.Rule{
	Name: "item-in-template-body", Group: validate.References, Severity: diag.Warning,
	Summary: "a template uses the {{item}} of the loop that calls it",
	Why: `Templates see nothing of the loop around their call: the braces reach the container as they are. Pass the item as an
argument and declare an input for it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, withItems: [a, b]}
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{item}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, withItems: [a, b], arguments: {parameters: [{name: text, value: "{{item}}"}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		loops := map[*ir.Template]*ir.Call{}
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if t := c.Callee.Target; t != nil && c.Looped() && t.Call == nil && loops[t] == nil {
					loops[t] = c
				}
			}
		}
		for _, o := range p.Project.Objects {
			for t := range o.AllTemplates() {
				c := loops[t]
				if c == nil || t.Type().IsGroup() {
					continue
				}
				for tag := range ownTags(p, t) {
					if isItem(tag.Key) {
						p.Report(diag.Diagnostic{
							Span: tag.span(), Message: fmt.Sprintf("%s sees nothing of the loop that calls it, so {{%s}} stays as it is", t.Describe(), tag.Key),
							Help: "pass it as an argument, and declare an input for it", Related: []diag.Related{{Span: callPlace(c), Message: "the loop"}},
						})
					}
				}
			}
		}
	},
}
