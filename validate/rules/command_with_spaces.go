package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var commandWithSpaces = validate.Rule{
	Name: "command-with-spaces", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "the program of a command holds blanks: it is a whole command line in one string",
	Why: `Kubernetes looks for a program of that name, blanks included, and the container does not start. Write each word as an
item of its own, or run the line by [sh, -c].`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: ["echo hello"]}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: "alpine:3.23", command: [echo, hello]}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			first, _ := c.program()
			text := strings.TrimSpace(withoutTags(first.Text()))
			if first == nil || !strings.ContainsAny(text, " \t\n") {
				continue
			}
			d := diag.Diagnostic{
				Span: first.Place(), Message: fmt.Sprintf("there is no program called %q", shortened(first.Text())),
				Help: "write each word as an item of its own, or run the line by [sh, -c]",
			}
			if words := strings.Fields(first.Text()); !strings.ContainsAny(first.Text(), "\"'\\$&|;<>*{}\n,#:[]") && first.Alias.IsZero() && isInFlow(c) {
				d.Fixes = []diag.Fix{{Title: "split it into words", Edits: []diag.Edit{{Span: first.Span, New: strings.Join(words, ", ")}}}}
			}
			p.Report(d)
		}
	},
}

// isInFlow reports whether the command is a list in brackets.
func isInFlow(c podContainer) bool { return c.node.Get("command").Flow }
