package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellWithoutScript = validate.Rule{
	Name: "shell-without-script", Group: validate.Scripts, Severity: diag.Error,
	Summary: "a shell is called with -c and nothing behind it",
	Why:     `The shell complains that -c needs an argument, and the step fails. Give the text to run as the first of args.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [sh, -c]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [sh, -c], args: [date]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			line := c.commandLine()
			if c.isDefault() || c.part == "script" || shellText(line) != len(line) {
				continue
			}
			last := line[len(line)-1]
			p.Report(diag.Diagnostic{
				Span: last.Place(), Message: fmt.Sprintf("%s %s has nothing to run", base(line[0].Text()), last.Text()),
				Help: "give the text to run as the first of args",
			})
		}
	},
}
