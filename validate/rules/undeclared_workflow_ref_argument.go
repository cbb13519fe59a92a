package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var undeclaredWorkflowRefArgument = validate.Rule{
	Name: "undeclared-workflow-ref-argument", Group: validate.Arguments, Severity: diag.Warning,
	Summary: "a workflow passes an argument that its workflow template does not use",
	Why: `The arguments of a workflow with workflowTemplateRef replace those of the template. One that the template neither declares
nor uses has no effect. Correct the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  workflowTemplateRef: {name: build}
  arguments: {parameters: [{name: targte, value: linux}]}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  arguments: {parameters: [{name: target, value: all}]}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.target}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  workflowTemplateRef: {name: build}
  arguments: {parameters: [{name: target, value: linux}]}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  entrypoint: build
  arguments: {parameters: [{name: target, value: all}]}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.target}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, r := range p.Trace.Runs {
			if r.Ref == nil || len(r.Object.Spec.Arguments.Parameters) == 0 {
				continue
			}
			declared := declaredNames(r.Ref.Spec.Arguments, parameter)
			used := mentionsIn("workflow.parameters", r.Ref.Root, r.Object.Root)
			for _, q := range r.Object.Spec.Arguments.Parameters {
				name := q.Name.Text()
				if name == "" || declared[name] || used.has(name) || anyInput(r.Ref, name) {
					continue
				}
				help, fixes := nearest(q.Name, name, slices.Values(slices.Sorted(maps.Keys(declared))))
				p.Report(diag.Diagnostic{Span: q.Name.Place(), Message: fmt.Sprintf("%s has no argument %q, so it has no effect", r.Ref.Describe(), name), Help: help, Fixes: fixes})
			}
		}
	},
}
