package rules

import (
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerSetMainRequired = validate.Rule{
	Name: "container-set-main-required", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "a container set with outputs or input artifacts has no container named main",
	Why:     `Artifacts are loaded for, and outputs are read from, the container named "main". Call the container that reads or writes them so.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
    containerSet:
      containers:
      - {name: print, image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    outputs:
      parameters:
      - name: day
        valueFrom: {path: /tmp/day}
    containerSet:
      containers:
      - {name: main, image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			t := u.Template
			if t.Type() != ir.ContainerSet || len(u.Graph.Names) == 0 || slices.Contains(u.Graph.Names, "main") {
				continue
			}
			needs := keyPlace(t.Node, "outputs")
			switch {
			case len(t.Outputs.Parameters)+len(t.Outputs.Artifacts) > 0:
			case len(t.Inputs.Artifacts) > 0:
				needs = keyPlace(t.Inputs.Node, "artifacts")
			default:
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    keyPlace(t.Body(), "containers"),
				Message: "none of these containers is named \"main\"",
				Help:    "call the container that works with the inputs and outputs \"main\"",
				Related: []diag.Related{{Span: needs, Message: "needed for these"}},
			})
		}
	},
}
