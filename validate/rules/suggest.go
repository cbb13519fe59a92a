package rules

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// nearest proposes the candidate that word, the text of n, is most likely a
// slip of: as help and, where n holds just that text, as a fix.
func nearest(n *tree.Node, word string, candidates iter.Seq[string]) (help string, fixes []diag.Fix) {
	near, ok := diag.Nearest(word, candidates)
	if !ok {
		return "", nil
	}
	if n.Text() == word && n.Alias.IsZero() {
		fixes = []diag.Fix{replaceText(n, near, false)}
	}
	return diag.Meant(near), fixes
}

// replaceText is the fix that gives scalar n another text. Quotes stay.
func replaceText(n *tree.Node, text string, safe bool) diag.Fix {
	return diag.Fix{
		Title: `write "` + text + `"`, Safe: safe,
		Edits: []diag.Edit{{Span: n.Source(0, len(n.Value)), New: text}},
	}
}

// listed puts a few names into brackets behind a help text, each once; many would
// not help.
func listed(names iter.Seq[string]) string {
	const few = 6
	var quoted []string
	for name := range names {
		if q := strconv.Quote(name); name != "" && !slices.Contains(quoted, q) {
			quoted = append(quoted, q)
		}
		if len(quoted) > few {
			return ""
		}
	}
	if quoted == nil {
		return ""
	}
	return " (" + strings.Join(quoted, ", ") + ")"
}
