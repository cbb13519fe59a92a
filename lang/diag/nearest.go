package diag

import (
	"iter"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest is the candidate that word is most likely a slip of: the same letters
// in another case, else the one with the fewest changes, if few enough for the
// length of the word. Of equals the first wins, so candidates come in a fixed
// order. An empty word is a slip of nothing.
func Nearest(word string, candidates iter.Seq[string]) (string, bool) {
	if word == "" {
		return "", false
	}
	best, bestDistance := "", max(1, min(len(word), 12)/3)+1
	for c := range candidates {
		if c == word || c == "" {
			continue
		}
		if strings.EqualFold(c, word) {
			return c, true
		}
		if abs(len(c)-len(word)) >= bestDistance {
			continue
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(c)); d < bestDistance && d < len(word) {
			best, bestDistance = c, d
		}
	}
	return best, best != ""
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// DidYouMean is the help text for a name that has a near candidate, else "".
func DidYouMean(word string, candidates iter.Seq[string]) string {
	if c, ok := Nearest(word, candidates); ok {
		return `did you mean "` + c + `"?`
	}
	return ""
}
