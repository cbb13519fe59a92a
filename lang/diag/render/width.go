package render

import (
	"strings"
	"unicode"
)

// tabWidth is how many columns a tab takes in a snippet. Tabs do not align to
// stops there: behind a gutter they would not be where the editor shows them.
const tabWidth = 4

// wide holds the runes that terminals show in two columns: East Asian wide and
// fullwidth characters, and emoji, by block.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x23e9, 0x23ec, 1}, {0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1}, {0x26a1, 0x26a1, 1}, {0x2705, 0x2705, 1}, {0x270a, 0x270b, 1},
		{0x2728, 0x2728, 1}, {0x274c, 0x274c, 1}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1},
		{0x2795, 0x2797, 1}, {0x2b50, 0x2b50, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0x33ff, 1},
		{0x3400, 0x4dbf, 1}, {0x4e00, 0x9fff, 1}, {0xa000, 0xa4cf, 1}, {0xa960, 0xa97f, 1},
		{0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18cff, 1}, {0x1b000, 0x1b2ff, 1}, {0x1f18e, 0x1f18e, 1}, {0x1f191, 0x1f19a, 1},
		{0x1f200, 0x1f320, 1}, {0x1f32d, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1faff, 1},
		{0x20000, 0x3fffd, 1},
	},
}

// bidi holds the controls that reorder the text after them, so that what is
// read is not what is written.
var bidi = &unicode.RangeTable{
	R16: []unicode.Range16{{0x061c, 0x061c, 1}, {0x200e, 0x200f, 1}, {0x202a, 0x202e, 1}, {0x2066, 0x2069, 1}},
}

// runeWidth is the number of columns that r takes once it went through visible.
func runeWidth(r rune) int {
	switch {
	case r == '\t':
		return tabWidth
	case r < 0x300:
		return 1
	case unicode.Is(wide, r):
		return 2
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	return 1
}

func textWidth(s string) int {
	w := plain(s)
	for _, r := range s[w:] {
		w += runeWidth(visible(r))
	}
	return w
}

// plain is how many bytes at the beginning of s take a column each. Lines of files
// that programs wrote may be long, and are measured for every finding.
func plain(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return i
		}
	}
	return len(s)
}

// visible replaces what a terminal would obey instead of showing: control
// characters become their pictures, bidirectional controls and broken UTF-8
// the replacement character. A tab stays.
func visible(r rune) rune {
	switch {
	case r == '\t', ' ' <= r && r <= '~': // nearly always
		return r
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r < 0xa0 && r >= 0x80, unicode.Is(bidi, r):
		return unicode.ReplacementChar
	}
	return r
}

// clean makes text safe to print on one line.
func clean(s string) string { return strings.Map(visible, s) }

// cleanLines is clean for a text that may run over several lines.
func cleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return visible(r)
	}, s)
}

// show is a part of a line as a snippet prints it.
func show(s string) string {
	return strings.ReplaceAll(clean(s), "\t", strings.Repeat(" ", tabWidth))
}
