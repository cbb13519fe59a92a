package report

import (
	"strings"

	"github.com/weft-lang/weft/lang/pattern"
)

// escapes finds what tells a terminal to change colours, to move or to take a
// title: sequences that begin with ESC, whole or cut off at the end of the text.
var escapes = pattern.New(`\x1b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*(?:[0-~]|$))`)

// plain is what is left on a terminal that has shown a text: without colours, and
// of a line that was written over again and again (a progress bar) the last one.
func plain(text string) string {
	if !strings.ContainsFunc(text, control) {
		return text
	}
	text = strings.ReplaceAll(escapes().ReplaceAllString(text, ""), "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		end := strings.TrimSuffix(line, "\n")
		end = strings.TrimRight(end, "\r")
		if i := strings.LastIndexByte(end, '\r'); i >= 0 {
			line = end[i+1:] + line[len(strings.TrimSuffix(line, "\n")):]
		}
		b.WriteString(strings.Map(func(r rune) rune {
			if control(r) {
				return -1
			}
			return r
		}, line))
	}
	return b.String()
}

// control reports whether a character is no text.
func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 }
