package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellArgumentsSplit = validate.Rule{
	Name: "shell-arguments-split", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "sh -c is given several arguments, and all but the first do nothing",
	Why: `sh -c runs its first argument; those that follow become $0, $1 and so on, which this one does not look at. Write the
whole command as one argument.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [sh, -c], args: [echo, hello]}
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
			i := shellText(line)
			if c.part == "script" || i < 0 || i+1 >= len(line) || positional().MatchString(line[i].Text()) {
				continue
			}
			p.Report(diag.Diagnostic{
				Span:    line[i+1].Place(),
				Message: fmt.Sprintf("%s -c runs only its first argument, and %q does not use this one", base(line[0].Text()), shortened(line[i].Text())),
				Help:    "write the whole command as one argument",
			})
		}
	},
}

// positional finds uses of $0, $1 ..., and tags, whose values may hold some.
var positional = pattern(`\$\{?[0-9@*#]|\bshift\b|\bgetopts\b|\{\{`)

// shortened keeps a long text from filling the screen.
func shortened(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
