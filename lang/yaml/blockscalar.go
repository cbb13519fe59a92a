package yaml

import (
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// Chomping: what happens to the line breaks at the end of a block scalar.
const (
	clip = iota
	strip
	keep
)

// block scans a literal or folded block scalar. Its span ends in front of the
// line break that ends its last line.
func (s *scanner) block(literal bool) {
	if !s.dropKey() {
		return
	}
	s.keyAllowed = true
	start := s.pos
	indent, chomp, headerEnd := s.blockHeader()
	if s.fault != nil {
		return
	}
	s.build.reset()
	b := blockReader{scanner: s, indent: indent, end: headerEnd}
	if n := s.breakLen(s.pos); n > 0 {
		s.newLine(n)
	}
	if b.breaks(); s.fault != nil {
		return
	}
	for s.column() == b.indent && s.pos < len(s.text) {
		b.line(literal)
		if b.breaks(); s.fault != nil {
			return
		}
	}
	style := tree.Folded
	if literal {
		style = tree.Literal
	}
	end := b.finish(chomp)
	s.scalar(style, start, end, end)
}

// blockHeader scans "|" or ">" and what may follow it on the line. indent is 0
// when the first line is to decide; end is where the header itself ends.
func (s *scanner) blockHeader() (indent, chomp, end int) {
	start := s.pos
	s.pos++
	for range 2 {
		c := s.at(s.pos)
		switch {
		case chomp == clip && c == '+':
			chomp = keep
		case chomp == clip && c == '-':
			chomp = strip
		case indent == 0 && c >= '1' && c <= '9':
			indent = max(s.indent, 0) + int(c-'0')
		case indent == 0 && c == '0':
			s.fail(s.headerFault(start))
			return 0, 0, 0
		default:
			continue
		}
		s.pos++
	}
	end = s.pos
	for isBlank(s.at(s.pos)) {
		s.pos++
	}
	if s.at(s.pos) == '#' {
		s.comment()
	}
	if !s.endsLine(s.pos) {
		s.fail(s.headerFault(start))
		return 0, 0, 0
	}
	return indent, chomp, end
}

// A lineBreak is a line break that is not decided yet: kept, folded or chomped.
type lineBreak struct {
	start int
	text  string
}

// A blockReader reads the lines of a block scalar.
type blockReader struct {
	*scanner
	indent   int
	end      int // of the last line with content
	leading  lineBreak
	more     []lineBreak // blank lines behind leading
	indented bool        // the last line started with a blank
}

// line reads one line with content. Before it come the line breaks that were
// pending: in a folded scalar a single one between two lines that do not start
// with blanks turns into a space.
func (b *blockReader) line(literal bool) {
	blank := isBlank(b.at(b.pos))
	if !literal && !b.indented && !blank && b.leading.text == "\n" {
		if len(b.more) == 0 {
			b.build.replace(" ", b.leading.start)
		}
	} else {
		b.addBreak(b.leading)
	}
	for _, br := range b.more {
		b.addBreak(br)
	}
	b.indented = blank
	start := b.pos
	b.pos = b.lineEnd(b.pos)
	b.build.verbatim(start, b.pos)
	b.end = b.pos
	b.leading, b.more = lineBreak{start: b.pos}, b.more[:0]
	if n := b.breakLen(b.pos); n > 0 {
		b.leading.text = b.breakText(b.pos, n)
		b.newLine(n)
	}
}

func (b *blockReader) addBreak(br lineBreak) {
	if strings.HasPrefix(b.text[br.start:], br.text) {
		b.build.verbatim(br.start, br.start+len(br.text))
		return
	}
	b.build.replace(br.text, br.start)
}

// breaks skips indentation and blank lines, and finds the indentation of the
// scalar if it is not known yet.
func (b *blockReader) breaks() {
	deepest := 0
	for {
		for (b.indent == 0 || b.column() < b.indent) && b.at(b.pos) == ' ' {
			b.pos++
		}
		deepest = max(deepest, b.column())
		if (b.indent == 0 || b.column() < b.indent) && b.at(b.pos) == '\t' {
			b.fail(b.tabFault(b.pos))
			return
		}
		n := b.breakLen(b.pos)
		if n == 0 {
			break
		}
		b.more = append(b.more, lineBreak{b.pos, b.breakText(b.pos, n)})
		b.newLine(n)
	}
	if b.indent == 0 {
		b.indent = max(deepest, b.scanner.indent+1, 1)
	}
}

// finish adds the line breaks that chomping leaves and returns the end of the scalar.
func (b *blockReader) finish(chomp int) (end int) {
	var kept []lineBreak
	if chomp != strip && b.leading.text != "" {
		kept = append(kept, b.leading)
	}
	if chomp == keep {
		kept = append(kept, b.more...)
	}
	for i, br := range kept {
		if i == len(kept)-1 {
			// The last one lies behind the span.
			b.end = max(b.end, br.start)
			b.build.replace(br.text, b.end)
			break
		}
		b.addBreak(br)
	}
	return b.end
}
