package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var containerWithoutCommand = validate.Rule{
	Name: "container-without-command", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "a container has no command",
	Why: `Argo runs the command through a program of its own, and has to ask the registry what the image's command is: for private
images that fails unless the controller has the credentials. Write the command down.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23"}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [date]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			if c.isDefault() || c.part != "container" && c.part != "containerSet" || len(c.commandLine()) > len(c.node.Get("args").List()) {
				continue
			}
			p.Report(diag.Diagnostic{Span: c.place(), Message: fmt.Sprintf("%s has no command", c.describe()), Help: "write down what the image would run"})
		}
	},
}
