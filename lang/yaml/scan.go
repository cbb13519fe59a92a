package yaml

import (
	"slices"

	"github.com/weft-lang/weft/lang/tree"
)

// The scanner turns the bytes of one document into tokens.
//
// It accepts what the YAML 1.1 library behind Kubernetes accepts, no more and
// no less, and so follows the same method: block structure comes from an
// indentation stack, and a "simple key" (a key without "?") is found
// afterwards, when its ":" turns up. Where a token might turn out to be a key
// its index is remembered; the ":" then inserts the key mark, and if need be
// the start of a map, in front of it.
//
// Unlike that library it scans a whole document before parsing starts. A fault
// becomes the last token, so that the parser meets it, or does not, exactly
// where a lazy scanner would.

// maxDepth bounds the nesting of collections.
const maxDepth = 128

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokFault
	tokDocumentStart
	tokDocumentEnd
	tokBlockList
	tokBlockMap
	tokBlockEnd
	tokListOpen
	tokListClose
	tokMapOpen
	tokMapClose
	tokComma
	tokDash
	tokKey
	tokValue
	tokAlias
	tokAnchor
	tokTag
	tokUnknownTag
	tokScalar
)

type token struct {
	kind       tokenKind
	style      tree.Style
	start, end int32 // offsets in the file
	text       int32 // of a scalar, its place in texts
}

// A scalarText is a decoded scalar.
type scalarText struct {
	value   string
	offsets tree.OffsetMap
}

type scanner struct {
	text      string // of the file, up to the end of the document
	pos       int
	lineStart int

	tokens   []token
	texts    []scalarText
	comments []span
	build    textBuilder

	indent     int
	indents    []int
	keys       []simpleKey // one per flow level, the block level first
	keyAllowed bool

	fetchedFrom span      // start of the line and pos before the last token
	fetchedKey  simpleKey // the innermost possible key then: a token that fails may replace it
	fault       *fault
}

// A span is a byte range of the file at hand.
type span struct{ start, end int }

func newScanner(text string, start int) *scanner {
	s := &scanner{text: text, pos: start, lineStart: start, indent: -1, keyAllowed: true}
	s.build.src = text
	return s
}

// scan reads to the end of the text. What it found is in the scanner's fields.
func (s *scanner) scan() {
	s.keys = append(s.keys, simpleKey{})
	size := len(s.text) - s.pos
	s.tokens = slices.Grow(s.tokens, size/6+8)
	s.texts = slices.Grow(s.texts, size/12+4)
	for s.next() {
	}
	if s.fault != nil {
		s.emit(tokFault, s.pos, s.pos)
	}
}

// at is the byte at offset i, 0 behind the end.
func (s *scanner) at(i int) byte {
	if uint(i) < uint(len(s.text)) {
		return s.text[i]
	}
	return 0
}

// breakLen is the length of the line break at offset i, 0 if there is none.
func (s *scanner) breakLen(i int) int {
	switch s.at(i) {
	case '\n':
		return 1
	case '\r':
		if s.at(i+1) == '\n' {
			return 2
		}
		return 1
	case 0xC2: // next line
		if s.at(i+1) == 0x85 {
			return 2
		}
	case 0xE2: // line and paragraph separator
		if s.at(i+1) == 0x80 && (s.at(i+2) == 0xA8 || s.at(i+2) == 0xA9) {
			return 3
		}
	}
	return 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// endsWord reports whether a blank, a line break or the end is at offset i.
func (s *scanner) endsWord(i int) bool {
	switch c := s.at(i); c {
	case ' ', '\t', '\n', '\r', 0:
		return true
	case 0xC2, 0xE2:
		return s.breakLen(i) > 0
	}
	return false
}

// endsLine reports whether a line break or the end is at offset i.
func (s *scanner) endsLine(i int) bool { return i >= len(s.text) || s.breakLen(i) > 0 }

// lineEnd is the offset of the first line break at or behind i.
func (s *scanner) lineEnd(i int) int {
	for i < len(s.text) {
		switch s.text[i] {
		case '\n', '\r':
			return i
		case 0xC2, 0xE2:
			if s.breakLen(i) > 0 {
				return i
			}
		}
		i++
	}
	return i
}

func (s *scanner) newLine(n int) {
	s.pos += n
	s.lineStart = s.pos
}

func (s *scanner) column() int { return s.pos - s.lineStart }

func (s *scanner) emit(kind tokenKind, start, end int) {
	s.tokens = append(s.tokens, token{kind: kind, start: int32(start), end: int32(end)})
}

// insert puts a zero-width token in front of token i.
func (s *scanner) insert(i int, kind tokenKind, pos int) {
	s.tokens = append(s.tokens, token{})
	copy(s.tokens[i+1:], s.tokens[i:])
	s.tokens[i] = token{kind: kind, start: int32(pos), end: int32(pos)}
}

// next scans one token and reports whether to go on.
func (s *scanner) next() bool {
	s.fetchedFrom, s.fetchedKey = span{s.lineStart, s.pos}, s.keys[len(s.keys)-1]
	s.skipBlanks()
	s.unroll(s.column())
	if s.pos >= len(s.text) {
		s.unroll(-1)
		if s.dropKey() {
			s.emit(tokEnd, s.pos, s.pos)
		}
		return false
	}
	s.token(s.text[s.pos])
	return s.fault == nil
}

func (s *scanner) token(c byte) {
	flow := s.inFlow()
	if s.column() == 0 {
		switch {
		case c == '%':
			s.fail(s.directiveFault())
			return
		case s.isMarker('-'):
			s.marker(tokDocumentStart)
			return
		case s.isMarker('.'):
			s.marker(tokDocumentEnd)
			return
		}
	}
	switch c {
	case '[':
		s.open(tokListOpen)
		return
	case '{':
		s.open(tokMapOpen)
		return
	case ']':
		s.close(tokListClose)
		return
	case '}':
		s.close(tokMapClose)
		return
	case ',':
		if s.dropKey() {
			s.keyAllowed = true
			s.single(tokComma)
		}
		return
	case '-':
		if s.endsWord(s.pos + 1) {
			s.dash()
			return
		}
	case '?':
		if flow || s.endsWord(s.pos+1) {
			s.explicitKey()
			return
		}
	case ':':
		if flow || s.endsWord(s.pos+1) {
			s.colon()
			return
		}
	case '*':
		s.name(tokAlias)
		return
	case '&':
		s.name(tokAnchor)
		return
	case '!':
		s.tag()
		return
	case '|', '>':
		if !flow {
			s.block(c == '|')
			return
		}
		s.fail(s.strayFault())
		return
	case '\'', '"':
		s.quoted(c)
		return
	case '%', '@', '`', '\t', '#':
		s.fail(s.strayFault())
		return
	}
	s.plain()
}

// skipBlanks moves to the next token over blanks, line breaks and comments. A
// tab may stand between tokens, but not where it would indent a key.
func (s *scanner) skipBlanks() {
	for {
		for s.at(s.pos) == ' ' || s.at(s.pos) == '\t' && (s.inFlow() || !s.keyAllowed) {
			s.pos++
		}
		if s.at(s.pos) == '#' {
			s.comment()
		}
		n := s.breakLen(s.pos)
		if n == 0 {
			return
		}
		s.newLine(n)
		if !s.inFlow() {
			s.keyAllowed = true
		}
	}
}

func (s *scanner) comment() {
	end := s.lineEnd(s.pos)
	s.comments = append(s.comments, span{s.pos, end})
	s.pos = end
}

func (s *scanner) inFlow() bool { return len(s.keys) > 1 }

// isMarker reports whether a line "---" or "..." starts here.
func (s *scanner) isMarker(c byte) bool {
	return s.at(s.pos) == c && s.at(s.pos+1) == c && s.at(s.pos+2) == c && s.endsWord(s.pos+3)
}

func (s *scanner) marker(kind tokenKind) {
	s.unroll(-1)
	if s.dropKey() {
		s.keyAllowed = false
		s.emit(kind, s.pos, s.pos+3)
		s.pos += 3
	}
}

func (s *scanner) single(kind tokenKind) {
	s.emit(kind, s.pos, s.pos+1)
	s.pos++
}

func (s *scanner) open(kind tokenKind) {
	if !s.saveKey() {
		return
	}
	if !s.deeper() {
		return
	}
	s.keys = append(s.keys, simpleKey{})
	s.keyAllowed = true
	s.single(kind)
}

func (s *scanner) close(kind tokenKind) {
	if !s.dropKey() {
		return
	}
	if s.inFlow() {
		s.keys = s.keys[:len(s.keys)-1]
	}
	s.keyAllowed = false
	s.single(kind)
}

func (s *scanner) dash() {
	if !s.inFlow() {
		if !s.keyAllowed {
			s.fail(s.dashFault())
			return
		}
		if !s.roll(s.column(), len(s.tokens), tokBlockList, s.pos) {
			return
		}
	}
	if s.dropKey() {
		s.keyAllowed = true
		s.single(tokDash)
	}
}

func (s *scanner) explicitKey() {
	if !s.inFlow() {
		if !s.keyAllowed {
			s.fail(s.strayFault())
			return
		}
		if !s.roll(s.column(), len(s.tokens), tokBlockMap, s.pos) {
			return
		}
	}
	if s.dropKey() {
		s.keyAllowed = !s.inFlow()
		s.single(tokKey)
	}
}

func (s *scanner) colon() {
	key := &s.keys[len(s.keys)-1]
	switch {
	case key.possible && s.isFresh(*key, span{s.lineStart, s.pos}):
		s.insert(key.token, tokKey, key.pos)
		if !s.roll(key.pos-s.lineStart, key.token, tokBlockMap, key.pos) {
			return
		}
		key.possible = false
		s.keyAllowed = false
	case key.possible && key.required:
		s.fail(s.keyFault(*key))
		return
	default:
		key.possible = false
		if !s.inFlow() {
			if !s.keyAllowed {
				s.fail(s.colonFault())
				return
			}
			if !s.roll(s.column(), len(s.tokens), tokBlockMap, s.pos) {
				return
			}
		}
		s.keyAllowed = !s.inFlow()
	}
	s.single(tokValue)
}

func isNameByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

// name scans an anchor or an alias.
func (s *scanner) name(kind tokenKind) {
	if !s.saveKey() {
		return
	}
	s.keyAllowed = false
	end := s.pos + 1
	for isNameByte(s.at(end)) {
		end++
	}
	ok := end > s.pos+1
	if ok && !s.endsWord(end) {
		switch s.at(end) {
		case '?', ':', ',', ']', '}', '%', '@', '`':
		default:
			ok = false
		}
	}
	if !ok {
		s.fail(s.nameFault(kind))
		return
	}
	s.emit(kind, s.pos, end)
	s.pos = end
}
