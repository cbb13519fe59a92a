package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var unusedInputArtifact = validate.Rule{
	Name: "unused-input-artifact", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a steps or dag template passes one of its input artifacts to nobody",
	Why:     `A template that calls others can only hand an artifact on. One that it does not mention is not loaded anywhere.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: main
    inputs: {artifacts: [{name: source}]}
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: main
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for t := range o.AllTemplates() {
				if !t.Type().IsGroup() || len(t.Inputs.Artifacts) == 0 {
					continue
				}
				used := mentionsIn("inputs.artifacts", t.Node)
				for _, a := range t.Inputs.Artifacts {
					if name := a.Name.Text(); name != "" && !isDynamic(a.Name) && !used.has(name) {
						p.Reportf(a.Name.Place(), "%s never passes on its input artifact %q", t.Describe(), name)
					}
				}
			}
		}
	},
}
