package render

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/source"
)

// originMark opens the comment that "helm template" puts at the head of every
// document: the file of the chart that it was rendered from.
const originMark = "# Source: "

// origin says where a place in rendered text comes from: the file that a Source
// comment at the head of the document names, and the line of what was rendered
// from it. The name is "" for every other place.
func origin(s source.Span) (name string, line int) {
	if s.IsZero() || !strings.Contains(s.File.Text, originMark) {
		return "", 0
	}
	at := s.File.Position(s.Start).Line
	for line := at; line >= 1; line-- {
		text := s.File.Line(line)
		head := line == 1 || strings.HasPrefix(s.File.Line(line-1), "---")
		if name, ok := strings.CutPrefix(text, originMark); ok && head {
			return strings.TrimSpace(name), max(at-line, 1)
		}
		if strings.HasPrefix(text, "---") {
			break
		}
	}
	return "", 0
}

// originNote tells a person the origin in brackets, after a blank.
func originNote(s source.Span) string {
	name, line := origin(s)
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (line %d of %s as rendered)", line, clean(name))
}
