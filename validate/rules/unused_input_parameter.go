package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

var unusedInputParameter = validate.Rule{
	Name: "unused-input-parameter", Group: validate.DeadWeight, Severity: diag.Info,
	Summary: "a template never uses one of its input parameters",
	Why:     `What callers pass for it has no effect. Often the name is misspelt where it should be used. Use it or remove it.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: hello}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			for t := range o.AllTemplates() {
				if len(t.Inputs.Parameters) == 0 || !usesInputsByName(t) || hasUnresolved(p, t) {
					continue
				}
				used := mentionsIn("inputs.parameters", t.Node, o.Spec.Node.Get("templateDefaults"), o.Spec.Node.Get("podSpecPatch"), o.Spec.Node.Get("podMetadata"))
				for _, q := range t.Inputs.Parameters {
					if name := q.Name.Text(); name != "" && !isDynamic(q.Name) && !used.has(name) {
						p.Report(diag.Diagnostic{Span: q.Name.Place(), Message: fmt.Sprintf("%s never uses its input parameter %q", t.Describe(), name), Help: "use it, or remove it here and where it is passed"})
					}
				}
			}
		}
	},
}

// hasUnresolved reports whether a reference in t leads nowhere: it may be meant
// for any of the inputs.
func hasUnresolved(p *validate.Pass, t *ir.Template) bool {
	return slices.ContainsFunc(p.Trace.Unresolved, func(u trace.Unresolved) bool {
		return t.Node != nil && t.Node.Span.Contains(u.Span)
	})
}

// usesInputsByName reports whether t can use an input only through a tag. A
// suspended step shows its inputs to people, and a plugin gets the template.
func usesInputsByName(t *ir.Template) bool {
	switch t.Type() {
	case ir.NoType, ir.Suspend, ir.Plugin:
		return false
	}
	return true
}
