package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var suspendSuppliedWithoutDefault = validate.Rule{
	Name: "suspend-supplied-without-default", Group: validate.DataFlow, Severity: diag.Error,
	Summary: "a suspend template that resumes by itself needs an output that nobody supplies",
	Why: `When the duration is over the template goes on without anybody having supplied the value, and ends in an error. Give the output a
valueFrom.default.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    suspend: {duration: 1h}
    outputs:
      parameters:
      - {name: answer, valueFrom: {supplied: {}}}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    suspend: {duration: 1h}
    outputs:
      parameters:
      - {name: answer, valueFrom: {supplied: {}, default: "no"}}
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			t := u.Template
			if t.Type() != ir.Suspend || t.Body().Get("duration").Text() == "" {
				continue
			}
			for _, out := range t.Outputs.Parameters {
				in := t.Inputs.Parameter(out.Name.Text())
				if !out.ValueFrom.Has("supplied") || out.ValueFrom.Has("default") || in != nil && (in.Default != nil || in.Value != nil) {
					continue
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(out.ValueFrom, "supplied"),
					Message: "nobody supplies this value when the step resumes by itself", Help: "add a default beside it",
					Related: []diag.Related{{Span: t.Body().Get("duration").Place(), Message: "it resumes after this time"}},
				})
			}
		}
	},
}
