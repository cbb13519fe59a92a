package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var hookTemplateUndefined = validate.Rule{
	Name: "hook-template-undefined", Group: validate.References, Severity: diag.Error,
	Summary: "a hook calls a template that does not exist",
	Why: `Argo's linter does not look at the hooks and exit handlers of steps and tasks. The hook ends in an error when it runs, and
the step with it. Check the spelling.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    exit: {template: notfiy}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  hooks:
    exit: {template: notify}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for h := range o.AllHooks() {
				if h.Callee.Target == nil && h.Callee.Inline == nil {
					checkHookTarget(p, o, h.Callee)
				}
			}
			for c := range o.AllCalls() {
				if c.OnExit.Text() != "" && o.Spec.Template(c.OnExit.Text()) == nil {
					checkHookTarget(p, o, ir.Callee{Name: c.OnExit})
				}
			}
		}
	},
}

// checkHookTarget reports why a callee of o leads nowhere.
func checkHookTarget(p *validate.Pass, o *ir.Object, c ir.Callee) {
	at, base := c.Name, o
	if c.Ref != nil {
		at, base = c.Ref.Template, p.Project.Resource(o.Namespace.Text(), c.Ref.Name.Text(), c.Ref.Cluster)
		if isDynamic(c.Ref.Name) || base == nil {
			return // which resources are out of sight is not for this rule to say
		}
	}
	if at.Text() == "" || isDynamic(at) || c.Ref == nil && o.Spec.Ref != nil {
		return
	}
	help, fixes := nearest(at, at.Text(), templateNames(base))
	if help == "" {
		help = "define it under templates, or name one that is there" + listed(templateNames(base))
	}
	p.Report(diag.Diagnostic{Span: at.Place(), Message: fmt.Sprintf("there is no template %q", at.Text()), Help: help, Fixes: fixes})
}
