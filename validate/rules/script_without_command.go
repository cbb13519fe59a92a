package rules

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var scriptWithoutCommand = validate.Rule{
	Name: "script-without-command", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a script names no program that reads it",
	Why: `The image's own entrypoint gets the path of the script as an argument, and seldom knows what to do with it. Name the
program, as in command: [sh], or begin the script with #!/bin/sh.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: alpine:3.23
      source: echo hello
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: alpine:3.23
      command: [sh]
      source: echo hello
`,
	Check: func(p *validate.Pass) {
		for c := range podContainers(p) {
			source := c.node.Get("source").Text()
			if c.part != "script" || c.isDefault() || source == "" || len(c.commandLine()) > len(c.node.Get("args").List()) || shebang(source) != "" {
				continue
			}
			d := diag.Diagnostic{Span: c.place(), Message: "no program is named that reads " + c.describe(), Help: "add command: [sh]"}
			if name := imageName(c); name == "python" || name == "node" || name == "bash" || name == "ruby" {
				d.Help = fmt.Sprintf("add command: [%s]", name)
			}
			p.Report(d)
		}
	},
}
