package rules

import (
	"fmt"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var shellMissing = validate.Rule{
	Name: "shell-missing", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a command uses what only a shell understands, and there is no shell",
	Why: `command and args are handed to the program as they are: && and | are arguments like any other, $NAME stays $NAME, and
exit or cd are no programs. Run the line by [sh, -c], or write $(NAME), which Kubernetes replaces itself.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [echo]
      args: [$NAME, "&&", date]
      env:
      - {name: NAME, value: world}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [sh, -c]
      args: [echo $NAME && date]
      env:
      - {name: NAME, value: world}
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			line := c.commandLine()
			if c.part == "script" || len(line) == 0 || slices.ContainsFunc(line, func(n *tree.Node) bool { return isShell(base(n.Text())) }) {
				continue
			}
			first, program := c.program()
			if slices.Contains(shellWords, program) {
				p.Report(diag.Diagnostic{
					Span: first.Place(), Message: fmt.Sprintf("%q is a word of the shell, not a program", program), Help: "run it by [sh, -c]",
				})
			}
			if first != nil {
				reportShellArguments(p, c)
			}
		}
	},
}

var (
	// shellWords have no program of the same name in usual images.
	shellWords     = []string{"exit", "cd", "export", "source", "set", "unset", "exec", "eval", "if", "for", "while", "trap", "shift", "return"}
	shellOperators = []string{"&&", "||", "|", ">", ">>", "2>&1", "<", "&"}
	shellVariable  = pattern(`\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))`)
)

func reportShellArguments(p *validate.Pass, c podContainer) {
	var env []string
	for _, e := range c.node.Get("env").List() {
		env = append(env, e.Get("name").Text())
	}
	words := append(slices.Clone(c.node.Get("command").List()), c.node.Get("args").List()...)
	for _, n := range words {
		if slices.Contains(shellOperators, n.Text()) {
			p.Report(diag.Diagnostic{
				Span: n.Place(), Message: fmt.Sprintf("%q is handed to %s as an argument: there is no shell", n.Text(), base(words[0].Text())),
				Help: "run the line by [sh, -c]",
			})
			return
		}
		m := shellVariable().FindStringSubmatchIndex(n.Text())
		if m == nil {
			continue
		}
		name := n.Text()[max(m[2], m[4]):max(m[3], m[5])]
		if slices.Contains(env, name) {
			place := n.Source(m[0], m[1])
			p.Report(diag.Diagnostic{
				Span: place, Message: fmt.Sprintf("nothing replaces %s here: there is no shell", n.Text()[m[0]:m[1]]),
				Help:  fmt.Sprintf("write $(%s), which Kubernetes replaces", name),
				Fixes: []diag.Fix{{Title: fmt.Sprintf("write $(%s)", name), Edits: []diag.Edit{{Span: place, New: "$(" + name + ")"}}}},
			})
		}
	}
}
