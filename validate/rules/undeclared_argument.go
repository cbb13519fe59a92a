package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var undeclaredArgument = validate.Rule{
	Name: "undeclared-argument", Group: validate.Arguments, Severity: diag.Warning,
	Summary: "a call passes an argument that the template does not declare",
	Why:     `The template never sees it: the value is dropped without a word. Declare the input, or correct the name.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: print-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: hello}, {name: colour, value: red}]}}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
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
			for c := range o.AllCalls() {
				checkPassed(p, c.Callee.Target, c.Arguments)
			}
			for h := range o.AllHooks() {
				checkPassed(p, h.Callee.Target, h.Arguments)
			}
		}
	},
}

// checkPassed reports the arguments of io that t does not declare.
func checkPassed(p *validate.Pass, t *ir.Template, io ir.Arguments) {
	if t == nil {
		return
	}
	for _, kind := range []string{parameter, artifact} {
		declared, free := declaredNames(t.Inputs, kind), map[string]bool{}
		for name := range declared {
			free[name] = true
		}
		passed := namedIn(io, kind)
		for _, a := range passed {
			delete(free, a.name.Text())
		}
		for _, a := range passed {
			name := a.name.Text()
			if name == "" || declared[name] || isDynamic(a.name) {
				continue
			}
			help, fixes := nearest(a.name, name, slices.Values(slices.Sorted(maps.Keys(free))))
			if help == "" {
				help = "declare it under inputs of the template, or remove it"
			}
			p.Report(diag.Diagnostic{
				Span: a.name.Place(), Message: fmt.Sprintf("%s has no input %s %q, so the value is dropped", t.Describe(), kind, name), Help: help, Fixes: fixes,
				Related: []diag.Related{{Span: templatePlace(t), Message: "the template"}},
			})
		}
	}
}

func declaredNames(io ir.IO, kind string) map[string]bool {
	names := map[string]bool{}
	for _, n := range namedIn(io, kind) {
		names[n.name.Text()] = true
	}
	return names
}
