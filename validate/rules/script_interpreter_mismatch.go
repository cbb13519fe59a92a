package rules

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var scriptInterpreterMismatch = validate.Rule{
	Name: "script-interpreter-mismatch", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a script is read by another program than the one its first line names",
	Why:     `command decides; the #! line is then only a comment. A bash script read by sh fails at the first thing that sh does not know.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    script:
      image: bash:5.3
      command: [sh]
      source: |
        #!/usr/bin/env bash
        [[ -d /work ]] && ls /work
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
      image: bash:5.3
      command: [bash]
      source: |
        #!/usr/bin/env bash
        [[ -d /work ]] && ls /work
`,
	Check: func(p *validate.Pass) {
		for s := range scripts(p) {
			named := shebang(s.text.Text())
			first, program := s.program()
			if first == nil || s.part != "script" || named == "" || program == "" || program == "env" || readsToo(program, named) {
				continue
			}
			end := len(s.text.Text())
			if i := strings.IndexByte(s.text.Text(), '\n'); i > 0 {
				end = i
			}
			d := diag.Diagnostic{
				Span: first.Place(), Message: fmt.Sprintf("the script is for %s and is read by %s", named, program),
				Help:    fmt.Sprintf("write command: [%s]", named),
				Related: []diag.Related{{Span: s.text.Source(0, end), Message: "the script says so here"}},
			}
			if first.Text() == program {
				d.Fixes = []diag.Fix{replaceText(first, named, false)}
			}
			p.Report(d)
		}
	},
}

var version = pattern(`[0-9.]+$`)

// readsToo reports whether program reads scripts for named: another version of
// it, or a shell that knows more.
func readsToo(program, named string) bool {
	bare := version().ReplaceAllString(program, "")
	switch {
	case bare == version().ReplaceAllString(named, ""):
		return true
	case named == "sh" || named == "dash" || named == "ash":
		return isShell(program)
	}
	// Only of known programs is it known that they do not read each other's scripts.
	return !isShell(bare) && !isInterpreter(bare) || !isShell(named) && !isInterpreter(version().ReplaceAllString(named, ""))
}

func isInterpreter(program string) bool {
	switch program {
	case "python", "node", "ruby", "perl", "php", "Rscript":
		return true
	}
	return false
}
