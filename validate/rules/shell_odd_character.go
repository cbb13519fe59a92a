package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

var shellOddCharacter = validate.Rule{
	Name: "shell-odd-character", Group: validate.Scripts, Severity: diag.Warning,
	Summary: "a shell script holds a typographic quote or dash, or a non-breaking space, where the plain one is meant",
	Why:     `Word processors and web pages put them in. A shell takes them for letters: nothing is quoted, and no option is an option.`,
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
        rm –rf “/tmp/work”
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
        rm -rf "/tmp/work"
`,
	Check: func(p *validate.Pass) {
		for _, s := range shellScripts(p) {
			if s.file == nil || isASCII(s.text.Text()) {
				continue
			}
			syntax.Walk(s.file, func(n syntax.Node) bool {
				switch n := n.(type) {
				case *syntax.DblQuoted, *syntax.SglQuoted, *syntax.Redirect, *syntax.Comment:
					return false
				case *syntax.Lit:
					reportOddCharacter(p, s, n)
				}
				return true
			})
		}
	},
}

// plainFor gives odd characters the plain one that was meant.
var plainFor = map[rune]string{
	'“': `"`, '”': `"`, '„': `"`, '‘': "'", '’': "'", '\u00a0': " ", '\u200b': "", '–': "-", '—': "--", '−': "-",
}

func reportOddCharacter(p *validate.Pass, s *shellScript, lit *syntax.Lit) {
	for i, r := range lit.Value {
		plain, odd := plainFor[r]
		// A dash is odd only where an option begins.
		if !odd || strings.ContainsRune("–—−", r) && i > 0 {
			continue
		}
		start := int(lit.Pos().Offset()) + i
		span := s.text.Source(start, start+utf8.RuneLen(r))
		p.Report(diag.Diagnostic{
			Span: span, Message: fmt.Sprintf("the shell takes %q for a letter", r), Help: fmt.Sprintf("write %q", plain),
			Fixes: []diag.Fix{{Title: fmt.Sprintf("write %q", plain), Edits: []diag.Edit{{Span: span, New: plain}}}},
		})
		return
	}
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
