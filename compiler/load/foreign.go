package load

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

func isOurs(d *tree.Document) bool { return isKind(d.Root.Get("kind").Text()) }

// isKind reports whether name is a kind of document that weft reads.
func isKind(name string) bool {
	_, ok := ir.ParseKind(name)
	return ok
}

// mentionsWorkflow reports whether text holds the word "workflow" in whatever
// case. Every document of ours does; of the files of other people few do, and
// the rest need not be parsed.
func mentionsWorkflow(text string) bool {
	const word = "workflow"
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// looksOurs says whether text that no front end could read was meant for us: it
// names our API group, or a line of it gives one of our kinds.
func looksOurs(text string) bool {
	if strings.Contains(text, "argoproj.io") {
		return true
	}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if !ok || strings.Trim(key, " \t\"'{") != "kind" {
			continue
		}
		value, _, _ = strings.Cut(value, "#")
		if isKind(strings.Trim(value, " \t\r\n\"',}")) {
			return true
		}
	}
	return false
}

// ownFindings keeps the findings on documents of ours, and on broken ones that
// look like ours.
func ownFindings(all []diag.Diagnostic, docs []*tree.Document) []diag.Diagnostic {
	return slices.DeleteFunc(all, func(f diag.Diagnostic) bool {
		for _, d := range docs {
			if !d.Span.Contains(f.Span) {
				continue
			}
			if d.Root.Get("kind").IsNull() {
				return !looksOurs(d.Span.Text())
			}
			return !isOurs(d)
		}
		return f.Span.File != nil && !looksOurs(f.Span.File.Text)
	})
}
