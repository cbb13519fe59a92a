package weft

import (
	"slices"
	"strings"
)

// Recognize reports whether text begins like a .weft file and like no YAML: the
// first line of code is a header with a name, an import, or a manifest.
func Recognize(text string) bool {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") || strings.HasPrefix(words[0], "//") {
			continue
		}
		if len(words) < 2 || strings.HasPrefix(words[1], ":") || strings.Contains(words[0], ":") {
			return false
		}
		switch words[0] {
		case "import":
			return strings.HasPrefix(words[1], `"`) || slices.Contains(headerNames, words[1])
		case "manifest":
			return words[1] == "{"
		}
		return slices.Contains(headerNames, words[0]) && !strings.HasSuffix(words[1], ":")
	}
	return false
}
