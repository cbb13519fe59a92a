package tree

import (
	"github.com/weft-lang/weft/lang/source"
)

// Damage is what of a document could not be read. A tree with damage is good
// for finding more mistakes, and for nothing else.
type Damage struct {
	Places []source.Span // what was given up
	Around []source.Span // the declarations that these are part of
	// Words are those in the places: names that may be declared or used there.
	Words map[string]bool
}

// NewDamage returns the damage at places, with its words; nil without places.
func NewDamage(places, around []source.Span) *Damage {
	if len(places) == 0 {
		return nil
	}
	d := &Damage{Places: places, Around: around, Words: map[string]bool{}}
	for _, p := range places {
		for _, w := range Words(p.Text()) {
			d.Words[w] = true
		}
	}
	return d
}

// Words are the pieces of text that can be names.
func Words(text string) (words []string) {
	start := -1
	for i := 0; i <= len(text); i++ {
		in := i < len(text) && isWordByte(text[i])
		switch {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			words = append(words, text[start:i])
			start = -1
		}
	}
	return words
}

func isWordByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '-' || c >= 0x80
}
