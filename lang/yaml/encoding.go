package yaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/source"
)

// encodingFault finds the first byte of text[start:] that no YAML text may
// hold: what is not UTF-8, and control characters. In JSON the latter can only
// stand where they are allowed.
func encodingFault(text string, start int, json bool) *fault {
	for i := start; i < len(text); {
		c := text[i]
		if c >= ' ' && c < 0x7F || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		f := &fault{rule: RuleEncoding, span: span{i, i + size}}
		switch {
		case r == utf8.RuneError && size == 1:
			f.message = fmt.Sprintf("byte 0x%02X is not UTF-8", c)
			f.help = "save the file as UTF-8"
			return f
		case json:
		case r < ' ', r >= 0x7F && r < 0xA0 && r != 0x85, r == 0xFFFE, r == 0xFFFF:
			f.message = fmt.Sprintf("control character %U is not allowed", r)
			f.help = fmt.Sprintf(`remove it, or write it as "\u%04X" in double quotes`, r)
			return f
		}
		i += size
	}
	return nil
}

// isUTF16 reports whether the file starts with a UTF-16 byte order mark.
func isUTF16(f *source.File) bool {
	return strings.HasPrefix(f.Text, "\xff\xfe") || strings.HasPrefix(f.Text, "\xfe\xff")
}
