package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var itemOutsideLoop = validate.Rule{
	Name: "item-outside-loop", Group: validate.References, Severity: diag.Error,
	Summary: "a step or task without a loop uses {{item}}",
	Why: `Only withItems, withParam and withSequence give {{item}} a value. Without one the braces reach the container as they are.
Add the loop.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: "{{item}}"}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
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
    - - {name: print, template: print, withItems: [hello], arguments: {parameters: [{name: text, value: "{{item}}"}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if c.WithItems != nil || c.WithParam != nil || c.WithSequence != nil || insideLoop(c.Parent) {
					continue
				}
				skip := func(n *tree.Node) bool {
					return c.Callee.Inline != nil && n == c.Callee.Inline.Node || n == c.Node.Get("hooks")
				}
				for t := range simpleTags(c.Node, skip) {
					if isItem(t.Key) {
						p.Report(diag.Diagnostic{
							Span: t.span(), Message: fmt.Sprintf("%s has no loop that gives {{%s}} a value", c.Describe(), t.Key), Help: "add withItems, withParam or withSequence",
						})
					}
				}
			}
		}
	},
}

func isItem(key string) bool { return key == "item" || strings.HasPrefix(key, "item.") }

// insideLoop reports whether t is an inline template somewhere below a loop,
// which fills its tags as well.
func insideLoop(t *ir.Template) bool {
	for t != nil && t.Call != nil {
		if t.Call.Looped() {
			return true
		}
		t = t.Call.Parent
	}
	return false
}
