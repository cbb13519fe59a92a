package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var artifactParameterMixup = validate.Rule{
	Name: "artifact-parameter-mixup", Group: validate.DataFlow, Severity: diag.Warning,
	Summary: "an artifact stands where text is wanted, or a parameter where an artifact is",
	Why: `A parameter is text, an artifact is a file. Text cannot hold a file, and from cannot take text: neither is ever filled
in. Pass a file in arguments.artifacts with from, and text in arguments.parameters with value.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: make, template: make}
    - - {name: print, template: print, arguments: {parameters: [{name: text, value: "{{steps.make.outputs.artifacts.day}}"}]}}
  - name: make
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs: {artifacts: [{name: day, path: /tmp/day}]}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: make, template: make}
    - - {name: print, template: print, arguments: {artifacts: [{name: text, from: "{{steps.make.outputs.artifacts.day}}"}]}}
  - name: make
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs: {artifacts: [{name: day, path: /tmp/day}]}
  - name: print
    inputs: {artifacts: [{name: text, path: /tmp/text}]}
    container: {image: "alpine:3.23", command: [cat, /tmp/text]}
`,
	Check: func(p *validate.Pass) {
		files := map[*tree.Node]bool{}
		for _, u := range groupBodies(p) {
			filesIn(u.Template, files)
		}
		for _, r := range siblingReferences(p) {
			kind, _ := r.Output()
			switch {
			case r.InExpr || kind == "" || len(r.Path) > 5:
			case kind == "artifacts" && !files[r.Node]:
				p.Report(diag.Diagnostic{Span: r.Span(), Message: fmt.Sprintf("an artifact of %s is a file, not text", r.Producer.Describe()), Help: "pass it in artifacts, with from"})
			case kind != "artifacts" && files[r.Node]:
				p.Report(diag.Diagnostic{Span: r.Span(), Message: fmt.Sprintf("this output of %s is text, not an artifact", r.Producer.Describe()), Help: "pass it in parameters, with value"})
			}
		}
	},
}

// filesIn collects the scalars in a body that name an artifact.
func filesIn(t *ir.Template, into map[*tree.Node]bool) {
	add := func(list []*ir.Artifact) {
		for _, a := range list {
			into[a.From], into[a.FromExpression] = true, true
		}
	}
	add(t.Outputs.Artifacts)
	for _, c := range t.Calls() {
		add(c.Arguments.Artifacts)
		for _, h := range c.Hooks {
			add(h.Arguments.Artifacts)
		}
	}
}
