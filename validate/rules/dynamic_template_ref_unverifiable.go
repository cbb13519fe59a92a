package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var dynamicTemplateRefUnverifiable = validate.Rule{
	Name: "dynamic-template-ref-unverifiable", Group: validate.References, Severity: diag.Info, Profile: validate.Strict,
	Summary: "which template a call means is known only when the workflow runs",
	Why:     `Nothing about such a call can be checked beforehand: whether the template exists, and which inputs it needs.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: run, templateRef: {name: "{{item}}", template: main}, withItems: [a, b]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: run, templateRef: {name: a, template: main}}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: a}
spec:
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				nodes := []*tree.Node{c.Callee.Name}
				if ref := c.Callee.Ref; ref != nil {
					nodes = append(nodes, ref.Name, ref.Template)
				}
				for _, n := range nodes {
					if isDynamic(n) {
						p.Reportf(n.Place(), "which template %s runs cannot be checked before the run", c.Describe())
						break
					}
				}
			}
		}
	},
}
