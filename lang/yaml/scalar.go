package yaml

import (
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/tree"
)

// A textBuilder decodes one scalar and keeps account of where its bytes come
// from. A scalar that stands in the source as it is costs no copy.
type textBuilder struct {
	src  string
	from int // while pure: where the text starts in src
	pure bool
	n    int // bytes so far
	buf  []byte
	segs tree.OffsetMap
	slab []tree.Segment
}

func (b *textBuilder) reset() { b.n, b.pure, b.buf, b.segs = 0, true, b.buf[:0], b.segs[:0] }

// verbatim adds src[start:end].
func (b *textBuilder) verbatim(start, end int) {
	if start >= end {
		return
	}
	switch {
	case b.n == 0:
		b.from = start
		b.segs = append(b.segs, tree.Segment{Source: start, Verbatim: true})
	default:
		last := b.segs[len(b.segs)-1]
		if !last.Verbatim || last.Source+b.n-last.Decoded != start {
			b.copyOut()
			b.segs = append(b.segs, tree.Segment{Decoded: b.n, Source: start, Verbatim: true})
		}
	}
	if !b.pure {
		b.buf = append(b.buf, b.src[start:end]...)
	}
	b.n += end - start
}

// replace adds text that stands for the source bytes from start on.
func (b *textBuilder) replace(text string, start int) {
	if text == "" {
		return
	}
	b.copyOut()
	b.segs = append(b.segs, tree.Segment{Decoded: b.n, Source: start})
	b.buf = append(b.buf, text...)
	b.n += len(text)
}

func (b *textBuilder) copyOut() {
	if b.pure {
		b.pure = false
		b.buf = append(b.buf, b.src[b.from:b.from+b.n]...)
	}
}

// finish returns the text; end is where its source ends.
func (b *textBuilder) finish(end int) scalarText {
	b.segs = append(b.segs, tree.Segment{Decoded: b.n, Source: end})
	n := len(b.segs)
	if len(b.slab) < n {
		b.slab = make([]tree.Segment, max(n, 256))
	}
	t := scalarText{offsets: b.slab[:n:n]}
	b.slab = b.slab[n:]
	copy(t.offsets, b.segs)
	switch {
	case !b.pure:
		t.value = string(b.buf)
	case b.n > 0:
		t.value = b.src[b.from : b.from+b.n]
	}
	return t
}

func (s *scanner) scalar(style tree.Style, start, end, textEnd int) {
	s.tokens = append(s.tokens, token{
		kind: tokScalar, style: style, start: int32(start), end: int32(end), text: int32(len(s.texts)),
	})
	s.texts = append(s.texts, s.build.finish(textEnd))
}

// breakText is what a line break of n bytes at offset i decodes to.
func (s *scanner) breakText(i, n int) string {
	if n == 3 {
		return s.text[i : i+n]
	}
	return "\n"
}

// A gap is the white space between two runs of text in a flow scalar.
type gap struct {
	start   int // of the white space
	breaks  int // line breaks in it
	first   string
	further strings.Builder
}

// space scans white space between runs of text. ok is false at a tab that
// pretends to be indentation.
func (s *scanner) space(g *gap, indent int) (ok bool) {
	for {
		c := s.at(s.pos)
		if isBlank(c) {
			if c == '\t' && g.breaks > 0 && s.column() < indent {
				return false
			}
			s.pos++
			continue
		}
		n := s.breakLen(s.pos)
		if n == 0 {
			return true
		}
		if g.breaks == 0 {
			g.first = s.breakText(s.pos, n)
		} else {
			g.further.WriteString(s.breakText(s.pos, n))
		}
		g.breaks++
		s.newLine(n)
	}
}

// join adds what the gap that ends at end decodes to: one line break folds
// into a space, more of them into one less.
func (b *textBuilder) join(g *gap, end int) {
	switch {
	case g.breaks == 0:
		b.verbatim(g.start, end)
	case g.first == "\n" && g.further.Len() == 0:
		b.replace(" ", g.start)
	case g.first == "\n":
		b.replace(g.further.String(), g.start)
	default:
		b.replace(g.first+g.further.String(), g.start)
	}
}

// plain scans a scalar without quotes.
func (s *scanner) plain() {
	if !s.saveKey() {
		return
	}
	s.keyAllowed = false
	s.build.reset()
	start, end, indent := s.pos, s.pos, s.indent+1
	var pending gap
	for !(s.column() == 0 && (s.isMarker('-') || s.isMarker('.'))) && s.at(s.pos) != '#' {
		from := s.pos
		s.pos = s.plainRun()
		if s.pos > from {
			if end > start {
				s.build.join(&pending, from)
			}
			s.build.verbatim(from, s.pos)
			end = s.pos
			pending = gap{start: end}
		}
		if !isBlank(s.at(s.pos)) && s.breakLen(s.pos) == 0 {
			break
		}
		if !s.space(&pending, indent) {
			s.fail(s.tabFault(s.pos))
			return
		}
		if !s.inFlow() && s.column() < indent {
			break
		}
	}
	if pending.breaks > 0 {
		s.keyAllowed = true
	}
	s.scalar(tree.Plain, start, end, end)
}

// plainRun is the end of the run of plain text that starts at pos.
func (s *scanner) plainRun() int {
	flow := s.inFlow()
	i := s.pos
	for i < len(s.text) {
		switch s.text[i] {
		case ' ', '\t', '\n', '\r':
			return i
		case 0xC2, 0xE2:
			if s.breakLen(i) > 0 {
				return i
			}
		case ':':
			if s.endsWord(i + 1) {
				return i
			}
		case ',', '?', '[', ']', '{', '}':
			if flow {
				return i
			}
		}
		i++
	}
	return i
}

// quoted scans a single- or double-quoted scalar.
func (s *scanner) quoted(quote byte) {
	if !s.saveKey() {
		return
	}
	s.keyAllowed = false
	s.build.reset()
	start := s.pos
	s.pos++
	for {
		if s.column() == 0 && (s.isMarker('-') || s.isMarker('.')) || s.pos >= len(s.text) {
			s.fail(s.quoteFault(start))
			return
		}
		joined := s.quotedRun(quote)
		if s.fault != nil {
			return
		}
		if s.at(s.pos) == quote {
			break
		}
		g := gap{start: s.pos}
		if joined {
			// An escaped line break: the blanks and lines behind it are dropped.
			s.afterJoin()
			continue
		}
		s.space(&g, 0)
		s.build.join(&g, s.pos)
	}
	s.pos++
	style := tree.SingleQuoted
	if quote == '"' {
		style = tree.DoubleQuoted
	}
	s.scalar(style, start, s.pos, s.pos-1)
}

// afterJoin skips what follows an escaped line break. Line breaks that come
// right behind it are kept.
func (s *scanner) afterJoin() {
	g := gap{start: s.pos, breaks: 1}
	s.space(&g, 0)
	s.build.replace(g.further.String(), g.start)
}

// quotedRun adds text up to white space or the closing quote. It reports
// whether it ended behind an escaped line break.
func (s *scanner) quotedRun(quote byte) (joined bool) {
	from := s.pos
	for !s.endsWord(s.pos) {
		c := s.text[s.pos]
		switch {
		case c == quote && quote == '\'' && s.at(s.pos+1) == '\'':
			s.build.verbatim(from, s.pos)
			s.build.replace("'", s.pos)
			s.pos += 2
			from = s.pos
		case c == quote:
			s.build.verbatim(from, s.pos)
			return false
		case c == '\\' && quote == '"':
			s.build.verbatim(from, s.pos)
			if n := s.breakLen(s.pos + 1); n > 0 {
				s.newLine(1 + n)
				return true
			}
			if !s.escape() {
				return false
			}
			from = s.pos
		default:
			s.pos++
		}
	}
	s.build.verbatim(from, s.pos)
	return false
}

var escapes = [128]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r",
	'e': "\x1b", ' ': " ", '"': `"`, '\'': "'", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape decodes the escape sequence at pos.
func (s *scanner) escape() bool {
	c := s.at(s.pos + 1)
	if c < 128 && escapes[c] != "" {
		s.build.replace(escapes[c], s.pos)
		s.pos += 2
		return true
	}
	digits := [128]int{'x': 2, 'u': 4, 'U': 8}[c&0x7f]
	value := rune(0)
	for i := range digits {
		d := strings.IndexByte("0123456789abcdef", s.at(s.pos+2+i)|0x20)
		if d < 0 || value > utf8.MaxRune {
			digits = 0
			break
		}
		value = value<<4 + rune(d)
	}
	if digits == 0 || !utf8.ValidRune(value) {
		s.fail(s.escapeFault())
		return false
	}
	s.build.replace(string(value), s.pos)
	s.pos += 2 + digits
	return true
}
