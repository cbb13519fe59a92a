package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var withParamKeyUnknown = validate.Rule{
	Name: "with-param-key-unknown", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "an item of a loop over JSON lacks a key that the step uses",
	Why:     `Every tag of a looped step must resolve for every item, or the step ends in an error. Add the key to all items.`,
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
        withParam: '[{"name": "a"}, {"nam": "b"}]'
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
        withParam: '[{"name": "a"}, {"name": "b"}]'
        arguments:
          parameters: [{name: text, value: "{{item.name}}"}]
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for u, c := range loops(p) {
			text, known := knownText(u, c.WithParam)
			var list []any
			if !known || json.Unmarshal([]byte(text), &list) != nil {
				continue
			}
			for _, use := range itemUses(c) {
				for i, it := range list {
					m, isMap := it.(map[string]any)
					if _, ok := m[use.key]; ok || strings.HasPrefix(use.key, "[") {
						continue
					}
					d := diag.Diagnostic{
						Span: use.span, Message: fmt.Sprintf("item %d of the list has no key %q", i+1, use.key),
						Related: []diag.Related{{Span: c.WithParam.Place(), Message: "the list"}},
					}
					if d.Help = diag.DidYouMean(use.key, maps.Keys(m)); !isMap {
						d.Message, d.Help = fmt.Sprintf("item %d of the list is not an object, so it has no key %q", i+1, use.key), "write {{item}}"
					}
					p.Report(d)
					break
				}
			}
		}
	},
}
