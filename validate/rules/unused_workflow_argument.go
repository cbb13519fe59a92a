package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unusedWorkflowArgument = validate.Rule{
	Name: "unused-workflow-argument", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a workflow never uses one of its arguments",
	Why: `Neither a tag nor an input of the entrypoint takes it, so its value has no effect. Often the name is misspelt where it
should be used. Use it or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  arguments: {parameters: [{name: text, value: hello}]}
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{workflow.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil || o.Spec.Ref != nil || len(o.Spec.Arguments.Parameters) == 0 || len(o.Spec.Templates) == 0 {
				continue
			}
			seen, known := reachable(o)
			if !known && o.Spec.Entrypoint != nil {
				continue // a template that was not read may use it
			}
			nodes := []*tree.Node{o.Root}
			for t := range seen {
				if t.Owner != o {
					nodes = append(nodes, t.Owner.Root)
				}
			}
			used := mentionsIn("workflow.parameters", nodes...)
			for _, q := range o.Spec.Arguments.Parameters {
				if name := q.Name.Text(); name != "" && !used.has(name) && !anyInput(o, name) {
					p.Report(diag.Diagnostic{Span: q.Name.Place(), Message: fmt.Sprintf("nothing uses the argument %q", name), Help: fmt.Sprintf("use it as {{workflow.parameters.%s}}, or remove it", name)})
				}
			}
		}
	},
}

// anyInput reports whether a template that may start o has an input of that name.
func anyInput(o *ir.Object, name string) bool {
	for _, t := range o.Spec.Templates {
		if t.Inputs.Parameter(name) == nil {
			continue
		}
		library := o.Kind == ir.WorkflowTemplate || o.Kind == ir.ClusterWorkflowTemplate
		if own := t.Name.Text(); library || own == o.Spec.Entrypoint.Text() || own == o.Spec.OnExit.Text() {
			return true
		}
	}
	return false
}
