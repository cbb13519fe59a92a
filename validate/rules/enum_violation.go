package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var enumViolation = validate.Rule{
	Name: "enum-violation", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "a step passes a value that is not in the enum of the input",
	Why: `An enum lists the values that the input may have. The reference does not hold steps to it, so the template gets a value that it
was not written for. Pass one of them, or add the value to the list.`,
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
        template: pick
        arguments:
          parameters: [{name: size, value: larg}]
  - name: pick
    inputs:
      parameters: [{name: size, enum: [small, large]}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.size}}"]}
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
    - - name: print
        template: pick
        arguments:
          parameters: [{name: size, value: large}]
  - name: pick
    inputs:
      parameters: [{name: size, enum: [small, large]}]
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.size}}"]}
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
		for _, c := range p.Trace.Calls {
			if c.Target == nil {
				continue
			}
			for _, a := range c.Call.Arguments.Parameters {
				in := c.Target.Inputs.Parameter(c.Body.Text(a.Name))
				if in == nil || len(in.Enum.List()) == 0 {
					continue
				}
				if value, known := knownText(c.Body, a.Value); known {
					reportOutsideEnum(p, a.Value, value, in.Enum)
				}
			}
		}
		for t := range usedTemplates(p) {
			for _, in := range t.Inputs.Parameters {
				for _, own := range []*tree.Node{in.Value, in.Default} {
					if value, known := knownText(nil, own); known {
						reportOutsideEnum(p, own, value, in.Enum)
					}
				}
			}
		}
	},
}

func reportOutsideEnum(p *validate.Pass, at *tree.Node, value string, enum *tree.Node) {
	var allowed []string
	for _, n := range enum.List() {
		if strings.Contains(n.Text(), "{{") {
			return
		}
		allowed = append(allowed, n.Text())
	}
	if len(allowed) == 0 || slices.Contains(allowed, value) {
		return
	}
	d := diag.Diagnostic{
		Span: at.Place(), Message: fmt.Sprintf("%q is none of the values that the input allows", value),
		Related: []diag.Related{{Span: enum.Place(), Message: "the allowed values"}},
	}
	if d.Help, d.Fixes = nearest(at, value, slices.Values(allowed)); d.Help == "" {
		d.Help = "use one of them" + listed(slices.Values(allowed))
	}
	p.Report(d)
}
