package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/types"
)

var doubleQuotedBracketResult = validate.Rule{
	Name: "double-quoted-bracket-result", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "a result is read through double-quoted brackets, which the reference overlooks",
	Why: `The output of a step is captured only when some text of the template reads it as steps.NAME.outputs.result or steps['NAME'].outputs.result. With
double quotes it is overlooked, and the result stays empty. Use single quotes.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print-day, template: day}
    - - name: print
        template: print
        arguments:
          parameters:
          - name: text
            value: '{{=steps["print-day"].outputs.result}}'
  - name: day
    container: {image: "alpine:3.23", command: [date]}
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
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
    - - {name: print-day, template: day}
    - - name: print
        template: print
        arguments:
          parameters:
          - name: text
            value: "{{=steps['print-day'].outputs.result}}"
  - name: day
    container: {image: "alpine:3.23", command: [date]}
  - name: fetch
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
  - name: print
    inputs:
      parameters: [{name: text}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		seen := map[*ir.Call]bool{}
		for _, r := range siblingReferences(p) {
			if kind, _ := r.Output(); kind == "result" && !doubleQuoted(r) {
				seen[r.Producer] = true
			}
		}
		for _, r := range siblingReferences(p) {
			if kind, _ := r.Output(); kind != "result" || !doubleQuoted(r) || seen[r.Producer] {
				continue
			}
			s := r.Path[1]
			at := r.Node.Source(r.Start-r.Path[0].Start+s.Start-1, r.Start-r.Path[0].Start+s.End+1)
			d := diag.Diagnostic{Span: at, Message: "with double quotes this result is never captured", Help: "write ['" + s.Name + "']"}
			if r.Node.Style != tree.SingleQuoted && r.Node.Alias.IsZero() {
				d.Fixes = []diag.Fix{{Title: "use single quotes", Safe: true, Edits: []diag.Edit{{Span: at, New: "'" + s.Name + "'"}}}}
			}
			p.Report(d)
		}
	},
}

func doubleQuoted(r *types.Reference) bool {
	s := r.Path[1]
	at := r.Start - r.Path[0].Start + s.Start - 1
	return s.Quoted && at >= 0 && r.Node.Value[at] == '"'
}
