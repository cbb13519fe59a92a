package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var withItemsHeterogeneous = validate.Rule{
	Name: "with-items-heterogeneous", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "an item of a loop lacks a key that the step uses",
	Why: `Every tag of a looped step must resolve for every item, or the step ends in an error. Add the key to all items, with an empty text
where there is nothing to say.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: print
        template: print
        withItems: [{name: a}, {nam: b}]
        arguments:
          parameters: [{name: text, value: "{{item.name}}"}]
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
    - - name: print
        template: print
        withItems: [{name: a}, {name: b}]
        arguments:
          parameters: [{name: text, value: "{{item.name}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, c := range loops(p) {
			for _, use := range itemUses(c) {
				if lacking, ok := lackingItem(c, use.key); ok {
					d := diag.Diagnostic{
						Span: use.span, Message: fmt.Sprintf("not every item has the key %q", use.key),
						Related: []diag.Related{{Span: headPlace(lacking), Message: "this one has not"}},
					}
					if lacking.Kind != tree.Map {
						d.Message = fmt.Sprintf("not every item is a map, which the key %q needs", use.key)
					}
					p.Report(d)
				}
			}
		}
	},
}

// lackingItem is the first item without key, if another one has it.
func lackingItem(c *ir.Call, key string) (lacking *tree.Node, ok bool) {
	for _, it := range c.WithItems.List() {
		if it.Kind == tree.List {
			return nil, false
		}
		if it.Entry(key) != nil {
			ok = true
		} else if lacking == nil {
			lacking = it
		}
	}
	return lacking, ok && lacking != nil
}
