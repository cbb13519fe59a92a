package yaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/tree"
)

// isPrintable reports whether r may stand in YAML text as itself, on one line.
func isPrintable(r rune) bool {
	switch {
	case r >= ' ' && r <= '~':
		return true
	case r < 0xA0, r == '\u2028', r == '\u2029', r == '\ufeff', r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r != utf8.RuneError
}

// plainOrQuoted spells text on one line without escapes: plain where every
// reader takes that for the same string, else in quotes.
func plainOrQuoted(text string) (string, bool) {
	if !utf8.ValidString(text) || strings.IndexFunc(text, func(r rune) bool { return !isPrintable(r) }) >= 0 {
		return "", false
	}
	switch {
	case text == "" || looksTyped(text):
		return doubleQuoted(text), true
	case isPlain(text):
		return text, true
	}
	return singleQuoted(text), true
}

func singleQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// isPlain reports whether printable text needs no quotes to be one scalar.
func isPlain(text string) bool {
	switch c := text[0]; {
	case strings.IndexByte(" ?:,[]{}#&*!|>'\"%@`=<", c) >= 0:
		return false
	case c == '-' && (len(text) == 1 || text[1] == ' '):
		return false
	case strings.HasPrefix(text, "---"), strings.HasPrefix(text, "..."):
		return false
	}
	return !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, ":") &&
		!strings.Contains(text, ": ") && !strings.Contains(text, " #")
}

// isOldNumber reports what some readers take for a number: base 60, and
// anything with the prefix of a base.
func isOldNumber(text string) bool {
	text = strings.TrimLeft(text, "+-")
	if len(text) > 1 && text[0] == '0' && strings.IndexByte("xXoObB", text[1]) >= 0 {
		return true
	}
	return strings.Contains(text, ":") && strings.Trim(text, "0123456789_:.") == ""
}

// looksTyped reports whether some reader takes the plain text for a number, a
// boolean, null or a date.
func looksTyped(text string) bool {
	if resolvePlain(text).kind != tree.String {
		return true
	}
	if c := text[0]; c >= '0' && c <= '9' || c == '+' || c == '-' {
		return isOldNumber(text) || startsWithDate(text)
	}
	return false
}

func startsWithDate(text string) bool {
	return len(text) >= 6 && text[4] == '-' && strings.Trim(text[:4], "0123456789") == ""
}

// doubleQuoted spells any text. Bytes that are not UTF-8 become U+FFFD, as in JSON.
func doubleQuoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			switch {
			case isPrintable(r):
				b.WriteRune(r)
			case r < 0x100:
				fmt.Fprintf(&b, `\x%02X`, r)
			case r <= 0xFFFF:
				fmt.Fprintf(&b, `\u%04X`, r)
			default:
				fmt.Fprintf(&b, `\U%08X`, r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
