package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var unreachableTemplate = validate.Rule{
	Name: "unreachable-template", Group: validate.DeadWeight, Severity: diag.Warning,
	Summary: "nothing calls a template",
	Why: `Neither the entrypoint nor a hook leads to it, and templates of a workflow cannot be called from outside. Often a call
names another one by mistake. Call it or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: test
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Kind != ir.Workflow && o.Kind != ir.CronWorkflow || o.Spec.Ref != nil || o.Spec.Template(o.Spec.Entrypoint.Text()) == nil {
				continue
			}
			seen, _ := reachable(o)
			handler := ir.Callee{Name: o.Spec.OnExit, Target: o.Spec.Template(o.Spec.OnExit.Text())}
			if misnamed(handler) || hasLooseSteps(seen) || anyCallee(o, func(c ir.Callee) bool { return isDynamic(c.Name) || misnamed(c) }) {
				continue
			}
			for _, t := range o.Spec.Templates {
				if !seen[t] && t.Name.Text() != "" && o.Spec.Template(t.Name.Text()) == t {
					p.Report(diag.Diagnostic{Span: t.Name.Place(), Message: fmt.Sprintf("nothing calls template %q", t.Name.Text()), Help: "call it, or remove it"})
				}
			}
		}
	},
}

// namesTemplatesLate reports whether some call of o names its template at run time.
func namesTemplatesLate(o *ir.Object) bool {
	return anyCallee(o, func(c ir.Callee) bool { return isDynamic(c.Name) })
}

// misnamed reports whether c names a template that does not exist. Which one was
// meant, and is called after all, is not known.
func misnamed(c ir.Callee) bool { return c.Name.Text() != "" && c.Ref == nil && c.Target == nil }

// hasLooseSteps reports whether one of the templates has no steps or tasks at
// all, or something among the groups of its steps that is no group: what was
// meant there is not known.
func hasLooseSteps(templates map[*ir.Template]bool) bool {
	for t := range templates {
		if t.Type().IsGroup() && len(t.Calls()) == 0 {
			return true
		}
		for _, group := range t.Node.Get("steps").List() {
			if group.Kind != tree.List && !group.IsNull() {
				return true
			}
		}
	}
	return false
}

// anyCallee reports whether is holds for a call or hook of o.
func anyCallee(o *ir.Object, is func(ir.Callee) bool) bool {
	for c := range o.AllCalls() {
		if is(c.Callee) {
			return true
		}
	}
	for h := range o.AllHooks() {
		if is(h.Callee) {
			return true
		}
	}
	return false
}
