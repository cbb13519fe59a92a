package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var wrongNodeNameVariable = validate.Rule{
	Name: "wrong-node-name-variable", Group: validate.References, Severity: diag.Warning,
	Summary: "a template asks for the name of the step or task that calls it, and has no such caller",
	Why: `{{steps.name}} is the name of the calling step and {{tasks.name}} that of the calling task. Called the other way, or as the
entrypoint, a template has no such name. {{node.name}} is there always.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{tasks.name}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: print
  templates:
  - name: print
    container: {image: "alpine:3.23", command: [echo, "{{node.name}}"]}
`,
	Check: func(p *validate.Pass) {
		callers := map[*ir.Template]map[string]bool{}
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if t := c.Callee.Target; t != nil {
					if callers[t] == nil {
						callers[t] = map[string]bool{}
					}
					callers[t][c.Scope()] = true
				}
			}
		}
		late := map[*ir.Object]bool{}
		for _, o := range p.Project.Objects {
			late[o] = namesTemplatesLate(o)
		}
		for _, u := range p.Trace.Bodies {
			t := u.Template
			library := t.Owner.Kind != ir.Workflow && t.Owner.Kind != ir.CronWorkflow
			if library && len(callers[t]) == 0 || late[t.Owner] || t.Call != nil {
				continue
			}
			for tag := range ownTags(p, t) {
				root, rest, _ := strings.Cut(tag.Key, ".")
				if rest == "name" && (root == "steps" || root == "tasks") && !callers[t][root] {
					p.Report(diag.Diagnostic{
						Span: tag.span(), Message: fmt.Sprintf("no %s calls %s, so {{%s}} has no value", strings.TrimSuffix(root, "s"), t.Describe(), tag.Key), Help: "use {{node.name}}",
					})
				}
			}
		}
	},
}
