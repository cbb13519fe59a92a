package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var loopMultiple = validate.Rule{
	Name: "loop-multiple", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "a step or task has more than one kind of loop",
	Why:     `A step or task runs once per item of one list. Nest loops by calling a template that loops itself.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: greet
        template: greet
        arguments:
          parameters: [{name: who, value: "{{item}}"}]
        withItems: [ada, alan]
        withSequence: {count: 2}
  - name: greet
    inputs:
      parameters: [{name: who}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.who}}"]}
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
    - - name: greet
        template: greet
        arguments:
          parameters: [{name: who, value: "{{item}}"}]
        withItems: [ada, alan]
  - name: greet
    inputs:
      parameters: [{name: who}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.who}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			for _, c := range bodyCalls(u) {
				if loops := loopKeys(u, c); len(loops) > 1 {
					p.Report(diag.Diagnostic{
						Span:    keyPlace(c.Node, loops[1]),
						Message: fmt.Sprintf("%s has both %s and %s", c.Describe(), loops[0], loops[1]),
						Help:    "keep one of them",
						Related: []diag.Related{{Span: keyPlace(c.Node, loops[0]), Message: "the other loop"}},
					})
				}
			}
		}
	},
}

// loopKeys are the fields that make c a loop.
func loopKeys(u *trace.Use, c *ir.Call) []string {
	var keys []string
	if len(c.WithItems.List()) > 0 {
		keys = append(keys, "withItems")
	}
	if u.Text(c.WithParam) != "" {
		keys = append(keys, "withParam")
	}
	if c.WithSequence != nil {
		keys = append(keys, "withSequence")
	}
	return keys
}
