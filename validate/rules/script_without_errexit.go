package rules

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var scriptWithoutErrexit = validate.Rule{
	Name: "script-without-errexit", Group: validate.Robustness, Severity: diag.Warning, Profile: validate.Strict,
	Summary: "a shell script of several commands goes on after one has failed",
	Why:     `Only the exit code of the last command counts: the step succeeds although most of it failed. Begin the script with set -e.`,
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
      command: [sh]
      source: |
        cp /missing /work
        echo done
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
      source: |
        set -e
        cp /missing /work
        echo done
`,
	Check: func(p *validate.Pass) {
		for _, s := range shellScripts(p) {
			if s.file == nil || len(s.file.Stmts) < 2 || stopsOnError(s) {
				continue
			}
			first := s.file.Stmts[0]
			p.Report(diag.Diagnostic{
				Span:    s.at(first.Pos(), first.End()),
				Message: fmt.Sprintf("this script of %d commands goes on after one has failed", len(s.file.Stmts)), Help: "begin it with set -e",
			})
		}
	},
}

// stopsOnError reports whether set -e is on, as an option of the shell, in the
// first line, or by a command of the script.
func stopsOnError(s *shellScript) bool {
	for _, n := range s.commandLine() {
		if option := n.Text(); n != s.text && (option == "errexit" || strings.HasPrefix(option, "-") && !strings.HasPrefix(option, "--") && strings.Contains(option, "e")) {
			return true
		}
	}
	line, _, _ := strings.Cut(s.text.Text(), "\n")
	if i := strings.LastIndex(line, " -"); strings.HasPrefix(line, "#!") && i > 0 && strings.Contains(line[i:], "e") {
		return true
	}
	for _, st := range s.file.Stmts {
		call, ok := st.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Args) < 2 || call.Args[0].Lit() != "set" {
			continue
		}
		for _, a := range call.Args[1:] {
			if option := a.Lit(); option == "errexit" || strings.HasPrefix(option, "-") && strings.Contains(option, "e") {
				return true
			}
		}
	}
	return false
}
