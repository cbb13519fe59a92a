package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var missingName = validate.Rule{
	Name: "missing-name", Group: validate.Documents, Severity: diag.Warning,
	Summary: "an object has neither a name nor a generateName",
	Why:     `The API server refuses objects without a name. generateName lets it make a new one for every run.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {labels: {app: build}}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-, labels: {app: build}}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Name.Text() != "" || o.GenerateName.Text() != "" {
				continue
			}
			help := "add metadata: {name: ...}"
			if o.Kind == ir.Workflow {
				help = "add metadata: {generateName: ...}"
			}
			p.Report(diag.Diagnostic{Span: keyPlace(o.Root, "kind"), Message: fmt.Sprintf("this %s has no name", o.Kind), Help: help})
		}
	},
}
