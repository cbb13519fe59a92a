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
				case *syntax.Word:
					reportOddCharacters(p, s, n)
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

// reportOddCharacters reports the first odd character of a word. The fix is
// about all of them, and there is none when quotes would stay open.
func reportOddCharacters(p *validate.Pass, s *shellScript, word *syntax.Word) {
	var odd []rune
	var edits []diag.Edit
	quotes := map[string]int{}
	for at, part := range word.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		for i, r := range lit.Value {
			plain, ok := plainFor[r]
			// A dash is odd only where an option begins.
			if !ok || strings.ContainsRune("–—−", r) && at+i > 0 {
				continue
			}
			start := int(lit.Pos().Offset()) + i
			odd = append(odd, r)
			edits = append(edits, diag.Edit{Span: s.text.Source(start, start+utf8.RuneLen(r)), New: plain})
			quotes[plain]++
		}
	}
	if len(odd) == 0 {
		return
	}
	d := diag.Diagnostic{
		Span: edits[0].Span, Message: fmt.Sprintf("the shell takes %q for a letter", odd[0]), Help: fmt.Sprintf("write %q", edits[0].New),
	}
	if quotes[`"`]%2 == 0 && quotes["'"]%2 == 0 {
		title := d.Help
		if len(quotes) > 1 {
			title = "write the plain characters"
		}
		d.Fixes = []diag.Fix{{Title: title, Edits: edits}}
	}
	p.Report(d)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
