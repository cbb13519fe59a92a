package diag

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Nearest is the candidate that word is most likely a slip of: the same letters
// but for case, hyphens and underscores, else the one with the fewest changes (a letter added, left
// out, replaced, or swapped with its neighbour), if few enough for the length
// of the word. Of equals the first wins, so candidates come in a fixed order.
// An empty word is a slip of nothing.
func Nearest(word string, candidates iter.Seq[string]) (string, bool) {
	best, limit := "", min(max(1, min(len(word), 12)/3), len(word)-1)
	low, bare := strings.ToLower(word), letters(word)
	for c := range candidates {
		if c == word || c == "" {
			continue
		}
		if hasLetters(c, bare) {
			return c, true
		}
		if gap := len(low) - len(c); gap > limit || -gap > limit {
			continue
		}
		if d := distance(low, strings.ToLower(c), limit); d <= limit {
			best, limit = c, d-1
		}
	}
	return best, best != ""
}

// letters is what one remembers of a name.
func letters(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""))
}

// hasLetters reports whether letters(name) is bare.
func hasLetters(name, bare string) bool {
	if bare != "" && endsOtherwise(name, bare[len(bare)-1]) {
		return false
	}
	at := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			return letters(name) == bare
		case c == '-' || c == '_':
			continue
		case at == len(bare):
			return false
		default:
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != bare[at] {
				return false
			}
			at++
		}
	}
	return at == len(bare)
}

// endsOtherwise reports whether the last letter of name is surely not c: names
// that begin alike are told apart without reading them.
func endsOtherwise(name string, c byte) bool {
	last := name[len(name)-1]
	if 'A' <= last && last <= 'Z' {
		last += 'a' - 'A'
	}
	return last != c && last != '-' && last != '_' && last < utf8.RuneSelf && c < utf8.RuneSelf
}

// distance counts the changes that lead from a to b, in bytes; above limit it
// is only known to be above.
func distance(a, b string, limit int) int {
	if gap := len(a) - len(b); gap > limit || -gap > limit {
		return limit + 1
	}
	a, b = apart(a, b)
	if min(len(a), len(b)) == 0 {
		return max(len(a), len(b))
	}
	// Names are short as a rule: their rows cost no allocation.
	var short [3][24]int
	before, last, row := short[0][:], short[1][:], short[2][:]
	if len(b) >= len(row) {
		before, last, row = make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	}
	for j := range len(b) + 1 {
		last[j] = j
	}
	least := 0 // of the row before
	for i := 1; i <= len(a); i++ {
		row[0] = i
		above := least
		least = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			d := min(last[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > limit && above >= limit { // a swap skips one row
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// apart is a and b without what they have in common at the start and at the end.
func apart(a, b string) (string, string) {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// DidYouMean is the help text for a name that has a near candidate, else "".
func DidYouMean(word string, candidates iter.Seq[string]) string {
	if c, ok := Nearest(word, candidates); ok {
		return Meant(c)
	}
	return ""
}

// Meant is the help text that proposes name.
func Meant(name string) string { return `did you mean "` + name + `"?` }
