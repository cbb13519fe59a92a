package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var inlineNameCollision = validate.Rule{
	Name: "inline-name-collision", Group: validate.Names, Severity: diag.Warning,
	Summary: "two inline templates of a library belong to steps of the same name",
	Why: `When a WorkflowTemplate is called through templateRef, Argo keeps inline templates by the name of their step: both steps run
the body of the first. Rename one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: one
    steps:
    - - {name: run, inline: {container: {image: "alpine:3.23", command: [date]}}}
  - name: two
    steps:
    - - {name: run, inline: {container: {image: "alpine:3.23", command: [hostname]}}}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: build}
spec:
  templates:
  - name: one
    steps:
    - - {name: run, inline: {container: {image: "alpine:3.23", command: [date]}}}
  - name: two
    steps:
    - - {name: run-two, inline: {container: {image: "alpine:3.23", command: [hostname]}}}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Kind != ir.WorkflowTemplate && o.Kind != ir.ClusterWorkflowTemplate {
				continue
			}
			first := map[string]*ir.Call{}
			for c := range o.AllCalls() {
				name := c.Name.Text()
				if c.Callee.Inline == nil || name == "" {
					continue
				}
				if f := first[name]; f == nil {
					first[name] = c
				} else if f.Parent != c.Parent {
					p.Report(diag.Diagnostic{
						Span: callPlace(c), Message: fmt.Sprintf("called through templateRef, %s runs the inline template of another one of the same name", c.Describe()),
						Help: "rename it", Related: []diag.Related{{Span: callPlace(f), Message: "the other one"}},
					})
				}
			}
		}
	},
}
