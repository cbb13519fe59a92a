package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var exitHookAndOnExit = validate.Rule{
	Name: "exit-hook-and-on-exit", Group: validate.Control, Severity: diag.Warning,
	Summary: "both an exit hook and onExit are set, and only onExit runs",
	Why:     `onExit is the older way to write hooks.exit, and wins over it without a word. Keep one of them.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: build
  onExit: clean
  hooks:
    exit: {template: notify}
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: clean
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
  onExit: clean
  templates:
  - name: build
    container: {image: "alpine:3.23", command: [date]}
  - name: clean
    container: {image: "alpine:3.23", command: [date]}
  - name: notify
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for _, o := range p.Project.Objects {
			for h := range o.AllHooks() {
				if h.Event.Value != "exit" {
					continue
				}
				onExit := o.Spec.OnExit
				if h.Call != nil {
					onExit = h.Call.OnExit
				}
				if onExit.Text() != "" {
					p.Report(diag.Diagnostic{
						Span: h.Event.Span, Message: "this hook never runs: onExit takes its place", Help: "keep one of the two",
						Related: []diag.Related{{Span: onExit.Place(), Message: "onExit"}},
					})
				}
			}
		}
	},
}
