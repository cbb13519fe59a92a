package rules

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellSyntax = validate.Rule{
	Name: "shell-syntax", Group: validate.Scripts, Severity: diag.Error,
	Summary: "a shell script, or the text of sh -c, is not one that a shell can read",
	Why: `The step fails with exit code 2 once it has been scheduled, pulled and started. Tags stand for a word each: whatever
their values are, the text around them has to be whole.`,
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
        if [ -d /work ]; then
          ls /work
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
        if [ -d /work ]; then
          ls /work
        fi
`,
	Check: func(p *validate.Pass) {
		for _, s := range shellScripts(p) {
			var fault syntax.ParseError
			if !errors.As(s.err, &fault) || !failsAlways(s) {
				continue
			}
			start := int(fault.Pos.Offset())
			end := wordEnd(s.text.Text(), start)
			p.Report(diag.Diagnostic{
				Span:    s.text.Source(start, end),
				Message: fmt.Sprintf("%s cannot read this script: %s", s.runner, strings.ReplaceAll(fault.Text, "`", `"`)),
			})
		}
	},
}

// failsAlways reports whether the script is at fault whatever its tags stand
// for and whichever shell reads it, and whether the shell comes that far.
func failsAlways(s *shellScript) bool {
	text := s.text.Text()
	if earlyExit().MatchString(text) || strings.Contains(s.err.Error(), "here-document") { // shells end one at the end
		return false
	}
	for _, by := range []byte{'x', ' ', ';', '\n', '"', '\''} {
		filled := tagsAs(text, by)
		for _, dialect := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn} {
			if _, err := parseShell(filled, dialect); err == nil {
				return false
			}
		}
		if filled == text {
			break // there are no tags
		}
	}
	return true
}

// A shell runs line by line: what stands behind an exit may be anything.
var earlyExit = pattern(`(?m)^(exit|exec)\b`)

// wordEnd is the end of the word at start.
func wordEnd(text string, start int) int {
	if start >= len(text) {
		return len(text)
	}
	if i := strings.IndexAny(text[start:], " \t\n;"); i >= 0 {
		return start + max(i, 1)
	}
	return len(text)
}
