package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var templateRefCycle = validate.Rule{
	Name: "template-ref-cycle", Group: validate.References, Severity: diag.Warning,
	Summary: "workflow templates are taken from each other in a circle",
	Why: `A workflowTemplateRef takes everything from another resource. Where that leads back to where it began there is
nothing to take. Let one of them hold the templates.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  workflowTemplateRef: {name: build}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil || o.Spec.Ref == nil || o.Spec.Ref.Target == nil {
				continue
			}
			at := o
			for range p.Project.Objects {
				if at.Spec.Ref == nil || at.Spec.Ref.Target == nil {
					break
				}
				if at = at.Spec.Ref.Target; at == o {
					p.Reportf(o.Spec.Ref.Name.Place(), "%s is taken from itself in the end", o.Describe())
					break
				}
			}
		}
	},
}
