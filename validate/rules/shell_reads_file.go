package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellReadsFile = validate.Rule{
	Name: "shell-reads-file", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a command is given to a shell without -c, which takes it for the name of a file",
	Why:     `Without -c the first argument of a shell is a file to run, and a file with that name is hardly there. Add -c to the command.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [sh], args: [echo hello]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [sh, -c], args: [echo hello]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			line := c.commandLine()
			if c.part == "script" || len(line) < 2 || !isShell(base(line[0].Text())) {
				continue
			}
			first := withoutTags(line[1].Text())
			if strings.HasPrefix(first, "-") || strings.HasPrefix(first, "+") || !strings.ContainsAny(strings.TrimSpace(first), " \n") {
				continue
			}
			p.Report(diag.Diagnostic{
				Span: line[1].Place(), Message: fmt.Sprintf("without -c, %s looks for a file of this name", base(line[0].Text())),
				Help: "add -c to the command",
			})
		}
	},
}
