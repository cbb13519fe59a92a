package rules

import (
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var dynamicTemplateRefUnverifiable = validate.Rule{
	Name: "dynamic-template-ref-unverifiable", Group: validate.References, Severity: diag.Info, Profile: validate.Strict,
	Summary: "which template a call means is known only when the workflow runs",
	Why: `Nothing about such a call can be checked beforehand: whether the template exists, and which inputs it needs. Give the
parameter an enum, or loop over a list that stands in the file: then every value is looked up.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: which}]}
  templates:
  - name: main
    steps:
    - - {name: run, templateRef: {name: "{{workflow.parameters.which}}", template: main}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: which, value: a, enum: [a]}]}
  templates:
  - name: main
    steps:
    - - {name: run, templateRef: {name: "{{workflow.parameters.which}}", template: main}}
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
		for _, u := range p.Trace.Bodies {
			for _, c := range u.Template.Calls() {
				nodes := []*tree.Node{c.Callee.Name}
				if ref := c.Callee.Ref; ref != nil {
					nodes = []*tree.Node{ref.Name, ref.Template}
				}
				i := slices.IndexFunc(nodes, isDynamic)
				if i < 0 {
					continue
				}
				if _, known := u.Choices(c, nodes...); !known {
					p.Reportf(nodes[i].Place(), "which template %s runs cannot be checked before the run", c.Describe())
				}
			}
		}
	},
}
