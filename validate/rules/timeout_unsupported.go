package rules

import (
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var timeoutUnsupported = validate.Rule{
	Name: "timeout-unsupported", Group: validate.Control, Severity: diag.Error, Argo: diag.Error,
	Summary: "timeout or pendingTimeout stands on a steps, dag or suspend template",
	Why: `Only templates that do work themselves can time out. Put the timeout on the templates that the steps or tasks call,
bound the whole workflow with activeDeadlineSeconds, or give suspend a duration.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: build-}
spec:
  entrypoint: main
  templates:
  - name: main
    timeout: 30m
    steps:
    - - {name: build, template: build}
  - name: build
    container: {image: "golang:1.26", command: [go, build, ./...]}
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
    - - {name: build, template: build}
  - name: build
    timeout: 30m
    container: {image: "golang:1.26", command: [go, build, ./...]}
`,
	Check: func(p *validate.Pass) {
		for _, u := range p.Trace.Uses {
			typ := u.Template.Type()
			if typ != ir.Suspend && !typ.IsGroup() {
				continue
			}
			for _, key := range []string{"timeout", "pendingTimeout"} {
				if u.Text(u.Template.Node.Get(key)) == "" {
					continue
				}
				help := "put it on the templates that are called, or set activeDeadlineSeconds for the whole workflow"
				if typ == ir.Suspend {
					help = "suspend ends by itself after its duration"
				}
				p.Report(diag.Diagnostic{
					Span:    keyPlace(u.Template.Node, key),
					Message: fmt.Sprintf("%s templates cannot have a %s", typ.Key(), key),
					Help:    help,
				})
			}
		}
	},
}
