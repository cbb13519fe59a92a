package rules

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerSetEmpty = validate.Rule{
	Name: "container-set-empty", Group: validate.Pods, Severity: diag.Error, Argo: diag.Error,
	Summary: "a container set has no containers",
	Why:     `A container set is one Pod with the containers that it lists; with none there is nothing to run.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    containerSet:
      containers:
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    containerSet:
      containers:
      - {name: main, image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Bodies {
			if t := u.Template; t.Type() == ir.ContainerSet && len(t.Body().Get("containers").List()) == 0 {
				p.Report(diag.Diagnostic{Span: bodyPlace(t), Message: t.Describe() + " has no containers", Help: "add containers"})
			}
		}
	},
}
