package weft

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/tree"
)

var (
	jsonNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	quantityText = pattern.New(`^-?([0-9]+(\.[0-9]+)?[A-Za-z]+)+$`)
)

// number lexes everything that begins like a number. What is neither a JSON
// number nor a number with a unit is reported and goes on as if it were quoted.
func (s *scanner) number(start int) {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		c := s.text[s.pos]
		exponent := (c == '+' || c == '-') && s.text[s.pos-1]|0x20 == 'e'
		if !isIdentPart(c) && c != '.' && c != '%' && !exponent {
			break
		}
	}
	text := s.text[start:s.pos]
	switch {
	case jsonNumber.MatchString(text):
		s.emit(tokNumber, start)
	case quantityText().MatchString(text):
		s.emit(tokQuantity, start)
	default:
		s.emit(tokQuantity, start)
		s.report(start, s.pos, s.quoteFix(start, s.pos), "put it in double quotes if it is text",
			"%q is neither a number nor a number with a unit", text)
	}
}

func (s *scanner) quoteFix(start, end int) *diag.Fix {
	return &diag.Fix{Title: "put it in quotes", Safe: true, Edits: []diag.Edit{{
		Span: s.file.At(start, end), New: quote(s.text[start:end]),
	}}}
}

// quoted lexes a string on one line. Single quotes are a habit from YAML:
// they are reported and then read as the same text.
func (s *scanner) quoted(start int, mark byte) {
	for s.pos++; s.pos < len(s.text) && s.text[s.pos] != '\n'; s.pos++ {
		switch {
		case s.text[s.pos] == '\\' && mark == '"' && s.pos+1 < len(s.text) && s.text[s.pos+1] != '\n':
			s.pos++
		case s.text[s.pos] == mark:
			s.pos++
			s.emit(tokString, start)
			if mark == '\'' {
				text := s.text[start+1 : s.pos-1]
				s.report(start, s.pos, &diag.Fix{Title: "use double quotes", Safe: true, Edits: []diag.Edit{{
					Span: s.file.At(start, s.pos), New: quote(text),
				}}}, "use double quotes", "text is written in double quotes, not in single ones")
				return
			}
			s.checkEscapes(start)
			return
		}
	}
	for s.text[s.pos-1] == '\r' {
		s.pos--
	}
	s.emit(tokString, start)
	s.report(start, s.pos, nil, "text of several lines goes between ` and `, or in a heredoc: <<EOF", "the string does not end on this line")
}

// tripled lexes a text between triple quotes, a habit from Python.
func (s *scanner) tripled(start int) {
	mark := s.text[start : start+3]
	end := strings.Index(s.text[start+3:], mark)
	s.report(start, start+3, nil, "text of several lines goes between ` and `, or in a heredoc: <<EOF", "there are no triple quotes")
	if end < 0 {
		s.abandon(start)
		return
	}
	s.pos = start + end + 6
	s.emit(tokRaw, start)
	s.damage = append(s.damage, s.file.At(start, s.pos))
}

// checkEscapes reports escapes that JSON does not know.
func (s *scanner) checkEscapes(start int) {
	for i := start + 1; i < s.pos-1; i++ {
		if s.text[i] != '\\' {
			continue
		}
		if n := escapeLen(s.text[i : s.pos-1]); n > 0 {
			i += n - 1
			continue
		}
		_, size := utf8.DecodeRuneInString(s.text[i+1:])
		s.report(i, i+1+size, &diag.Fix{Title: "double the backslash", Safe: true, Edits: []diag.Edit{{Span: s.file.At(i, i+1), New: `\\`}}},
			"write \\\\ for a backslash, or use a raw string between ` and `", "%q is not an escape", s.text[i:i+1+size])
		i += size
	}
}

func (s *scanner) raw(start int) {
	end := strings.IndexByte(s.text[start+1:], '`')
	if end < 0 {
		s.report(start, start+1, nil, "put a ` at its end", "the raw string is never closed")
		s.abandon(start)
		return
	}
	s.pos = start + end + 2
	s.emit(tokRaw, start)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimRight(line, "\r")
}

// meantHeredoc reports whether a < starts a heredoc: a tag ends the line, and
// stands on a line of its own below.
func (s *scanner) meantHeredoc(start int) bool {
	tag := strings.TrimSpace(firstLine(s.text[start+1:]))
	if !isIdent(tag) {
		return false
	}
	for line := range strings.Lines(s.text[start+1+len(tag):]) {
		if strings.TrimSpace(line) == tag {
			return true
		}
	}
	return false
}

// heredoc lexes <<TAG, the lines below it, and the closing tag. What opens it is
// so many bytes long.
func (s *scanner) heredoc(start, opener int) {
	s.pos += opener
	if s.pos < len(s.text) && s.text[s.pos] == '-' {
		s.pos++
	}
	tag, _ := cutIdent(s.text[s.pos:])
	s.pos += len(tag)
	if tag == "" {
		s.report(start, s.pos, nil, "write a word behind it that ends the text, such as <<EOF", "a heredoc needs a tag")
		s.abandon(start)
		return
	}
	body := s.pos
	for line := nextLine(s.text, body); line < len(s.text); line = nextLine(s.text, line) {
		trimmed := strings.TrimLeft(s.text[line:], " \t")
		rest, found := strings.CutPrefix(trimmed, tag)
		if !found || rest != "" && isIdentPart(rest[0]) {
			continue
		}
		if len(trimmed) < len(s.text)-line && s.swallows(body, line) {
			break
		}
		s.pos = len(s.text) - len(rest)
		s.checkIndent(body, line, s.text[line:len(s.text)-len(trimmed)])
		s.emit(tokHeredoc, start)
		s.behindMarker(start, body)
		return
	}
	s.report(start, body, nil, "put "+tag+" on a line of its own behind the text", "the heredoc is never closed")
	s.abandon(start)
}

// behindMarker reports text on the line that opens a heredoc, where shells have
// it. The brackets that it closes are closed.
func (s *scanner) behindMarker(start, body int) {
	rest := strings.TrimSpace(firstLine(s.text[body:]))
	if rest == "" {
		return
	}
	at := body + strings.Index(s.text[body:], rest)
	s.report(at, at+len(rest), &diag.Fix{Title: "move it behind the closing tag", Edits: []diag.Edit{
		{Span: s.file.At(body, at+len(rest))}, {Span: s.file.At(s.pos, s.pos), New: s.text[body : at+len(rest)]},
	}}, "move it behind the closing tag: the text of a heredoc starts on the next line", "unexpected text behind %q", s.text[start:body])
	for _, c := range []byte(rest) {
		if n := len(s.stack); n > 0 && closerOf[s.innermost()] == c {
			s.balance(n - 1)
		}
	}
}

// swallows reports whether a template starts in the first column of the text
// between body and end, which an indented closing tag forbids: then that tag
// belongs to another heredoc.
func (s *scanner) swallows(body, end int) bool {
	for line := nextLine(s.text, body); line < end; line = nextLine(s.text, line) {
		if declares(s.text[line:]) {
			return true
		}
	}
	return false
}

// abandon gives up a text of which nobody knows where it ends: the file goes on
// with the next template that starts in the first column.
func (s *scanner) abandon(start int) {
	s.pos = nextLine(s.text, start)
	for s.pos < len(s.text) && !declares(s.text[s.pos:]) {
		s.pos = nextLine(s.text, s.pos)
	}
	s.damage = append(s.damage, s.file.At(start, s.pos))
	end := s.pos
	s.pos = start + len(firstLine(s.text[start:]))
	s.emit(tokBad, start)
	s.balance(0)
	s.pos, s.sepAt, s.newline = end, end-1, true
}

func nextLine(text string, at int) int {
	i := strings.IndexByte(text[at:], '\n')
	if i < 0 {
		return len(text)
	}
	return at + i + 1
}

// checkIndent reports the first line that is indented less than the closing tag.
func (s *scanner) checkIndent(body, end int, indent string) {
	for line := nextLine(s.text, body); line < end; line = nextLine(s.text, line) {
		text := firstLine(s.text[line:])
		if strings.HasPrefix(text, indent) || strings.TrimLeft(text, " \t") == "" {
			continue
		}
		s.report(line, line+len(text), nil, "move the closing tag to the left: its indentation is removed from every line",
			"the line is indented less than the closing tag")
		return
	}
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escapeLen is the length of the escape at the start of text, 0 if it is none.
// A surrogate pair is one escape.
func escapeLen(text string) int {
	if len(text) < 2 {
		return 0
	}
	if _, ok := escapes[text[1]]; ok {
		return 2
	}
	r, ok := hexEscape(text)
	if !ok {
		return 0
	}
	if utf16.IsSurrogate(r) {
		if low, ok := hexEscape(text[6:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
			return 12
		}
	}
	return 6
}

func hexEscape(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}

// textBuilder collects decoded text together with the way back to the source.
type textBuilder struct {
	strings.Builder
	segments tree.OffsetMap
}

// verbatim appends text that stands at offset src of the source as it is.
func (b *textBuilder) verbatim(text string, src int) {
	if text == "" {
		return
	}
	if n := len(b.segments); n > 0 {
		if last := b.segments[n-1]; last.Verbatim && last.Source+b.Len()-last.Decoded == src {
			b.WriteString(text)
			return
		}
	}
	b.segments = append(b.segments, tree.Segment{Decoded: b.Len(), Source: src, Verbatim: true})
	b.WriteString(text)
}

// replaced appends text that comes from source bytes that look different.
func (b *textBuilder) replaced(text string, src int) {
	b.segments = append(b.segments, tree.Segment{Decoded: b.Len(), Source: src})
	b.WriteString(text)
}

// offsets ends the map at source offset end.
func (b *textBuilder) offsets(end int) tree.OffsetMap {
	return append(b.segments, tree.Segment{Decoded: b.Len(), Source: end})
}

// unquote decodes any literal of text (string, raw string, heredoc) that
// stands at offset at. Only double-quoted text has escapes.
func unquote(lit string, at int) *textBuilder {
	b := &textBuilder{}
	switch {
	case strings.HasPrefix(lit, "<<"):
		unquoteHeredoc(b, lit, at)
	case strings.HasPrefix(lit, "`"):
		unquoteRaw(b, strings.TrimSuffix(lit[1:], "`"), at+1)
	case strings.HasPrefix(lit, "'"):
		b.verbatim(strings.Trim(lit, "'"), at+1)
	case strings.HasPrefix(lit, `"`):
		unquoteString(b, lit, at)
	default:
		b.verbatim(lit, at)
	}
	return b
}

func unquoteString(b *textBuilder, lit string, at int) {
	body := lit[1:]
	for i := 0; i < len(body); {
		n := strings.IndexAny(body[i:], `\"`)
		if n < 0 {
			n = len(body) - i
		}
		b.verbatim(body[i:i+n], at+1+i)
		i += n
		if i >= len(body) || body[i] == '"' {
			return
		}
		n = escapeLen(body[i:])
		switch n {
		case 0:
			b.verbatim(`\`, at+1+i)
			n = 1
		case 2:
			b.replaced(string(rune(escapes[body[i+1]])), at+1+i)
		case 6:
			r, _ := hexEscape(body[i:])
			b.replaced(string(r), at+1+i)
		case 12:
			r, _ := hexEscape(body[i:])
			low, _ := hexEscape(body[i+6:])
			b.replaced(string(utf16.DecodeRune(r, low)), at+1+i)
		}
		i += n
	}
}

// unquoteRaw copies text; line breaks are LF whatever the file uses. Carriage
// returns in front of one all go: printing the text again must not change it.
func unquoteRaw(b *textBuilder, text string, at int) {
	for {
		n := strings.IndexByte(text, '\n')
		if n < 0 {
			b.verbatim(text, at)
			return
		}
		kept := len(strings.TrimRight(text[:n], "\r"))
		b.verbatim(text[:kept], at)
		b.verbatim("\n", at+n)
		text, at = text[n+1:], at+n+1
	}
}

func unquoteHeredoc(b *textBuilder, lit string, at int) {
	chomp := strings.HasPrefix(lit, "<<-")
	last := strings.LastIndexByte(lit, '\n') + 1
	indent := lit[last : last+len(lit[last:])-len(strings.TrimLeft(lit[last:], " \t"))]
	first := nextLine(lit, 0)
	for line := first; line < last; line = nextLine(lit, line) {
		text := firstLine(lit[line:])
		cut, ok := strings.CutPrefix(text, indent)
		if !ok {
			cut = strings.TrimLeft(text, " \t")
		}
		b.verbatim(cut, at+line+len(text)-len(cut))
		if !chomp || nextLine(lit, line) < last {
			b.verbatim("\n", at+nextLine(lit, line)-1)
		}
	}
}

// quote writes text as a double-quoted literal that decodes to it, ${ included.
func quote(text string) string {
	return `"` + escape(strings.ReplaceAll(text, "${", "$${")) + `"`
}

// escape writes text for use between double quotes, leaving $ alone.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
