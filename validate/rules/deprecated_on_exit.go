package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var deprecatedOnExit = validate.Rule{
	Name: "deprecated-on-exit", Group: validate.Migration, Severity: diag.Info, Profile: validate.Strict,
	Summary: "a step or task has an onExit",
	Why:     `hooks.exit does the same, takes arguments of its own, and may call a template of another resource.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build, onExit: clean}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: clean
    container: {image: "alpine:3.23", command: [date]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: build, template: build, hooks: {exit: {template: clean}}}
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: clean
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for c := range o.AllCalls() {
				if c.OnExit.Text() == "" {
					continue
				}
				d := diag.Diagnostic{Span: keyPlace(c.Node, "onExit"), Message: "onExit is the older form of hooks.exit", Help: fmt.Sprintf("write hooks: {exit: {template: %s}}", c.OnExit.Text())}
				if !c.Node.Has("hooks") && c.OnExit.Alias.IsZero() && !c.Node.Entry("onExit").Merged {
					d.Fixes = []diag.Fix{{Title: "write it as a hook", Edits: []diag.Edit{
						{Span: d.Span, New: "hooks"}, {Span: c.OnExit.Span, New: "{exit: {template: " + c.OnExit.Span.Text() + "}}"},
					}}}
				}
				p.Report(d)
			}
		}
	},
}
