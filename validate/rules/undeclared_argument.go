package rules

import (
	"fmt"
	"iter"
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

// checkPassed reports the arguments of io that t does not declare, but for those
// that a finding about a missing input names already.
func checkPassed(p *validate.Pass, t *ir.Template, io ir.Arguments) {
	if t == nil {
		return
	}
	for _, kind := range []string{parameter, artifact} {
		passed, declared := namedIn(io, kind), namedIn(t.Inputs, kind)
		for _, a := range passed {
			name := a.name.Text()
			if name == "" || isDynamic(a.name) || holdsName(declared, name) || isSlip(p, a.name) {
				continue
			}
			help, fixes := nearest(a.name, name, notYet(declared, passed))
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

func holdsName(list []named, name string) bool {
	return slices.ContainsFunc(list, func(n named) bool { return n.name.Text() == name })
}

// notYet yields the names of declared that are not passed.
func notYet(declared, passed []named) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range declared {
			if name := n.name.Text(); !holdsName(passed, name) && !yield(name) {
				return
			}
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
