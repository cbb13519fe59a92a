package yaml

import "unicode/utf8"

// maxKeyLength is how far behind the start of a key its ":" may stand, in code points.
const maxKeyLength = 1024

// A simpleKey is a token that may turn out to start a key. There is one at
// most per flow level.
type simpleKey struct {
	possible bool
	required bool // nothing but a key may stand here
	token    int
	pos      int
}

// isFresh reports whether a ":" at the end of line may still belong to the key.
func (s *scanner) isFresh(key simpleKey, line span) bool {
	return key.pos >= line.start &&
		(line.end-key.pos <= maxKeyLength || utf8.RuneCountInString(s.text[key.pos:line.end]) <= maxKeyLength)
}

// saveKey notes that the token about to be scanned may start a key.
func (s *scanner) saveKey() bool {
	if !s.keyAllowed {
		return true
	}
	if !s.dropKey() {
		return false
	}
	s.keys[len(s.keys)-1] = simpleKey{
		possible: true,
		required: !s.inFlow() && s.indent == s.column(),
		token:    len(s.tokens),
		pos:      s.pos,
	}
	return true
}

// dropKey gives up the key of this level. It fails if only a key may stand there.
func (s *scanner) dropKey() bool {
	key := &s.keys[len(s.keys)-1]
	if key.possible && key.required {
		s.fail(s.keyFault(*key))
		return false
	}
	key.possible = false
	return true
}

// mayBeKey reports whether a token up to the i-th was still a possible key, or
// had to be one, before the last token was scanned: a parser that looks at it
// has to look further.
func (s *scanner) mayBeKey(i int) bool {
	for _, key := range s.keys {
		if key.possible && key.token <= i {
			return key.required || s.isFresh(key, s.fetchedFrom)
		}
	}
	key := s.fetchedKey
	return key.possible && key.token <= i && (key.required || s.isFresh(key, s.fetchedFrom))
}

// roll opens a block collection if column is deeper than the current one.
func (s *scanner) roll(column, token int, kind tokenKind, pos int) bool {
	if s.inFlow() || s.indent >= column {
		return true
	}
	if !s.deeper() {
		return false
	}
	s.indents = append(s.indents, s.indent)
	s.indent = column
	s.insert(token, kind, pos)
	return true
}

// unroll closes the block collections deeper than column.
func (s *scanner) unroll(column int) {
	if s.inFlow() {
		return
	}
	for s.indent > column {
		s.emit(tokBlockEnd, s.pos, s.pos)
		s.indent = s.indents[len(s.indents)-1]
		s.indents = s.indents[:len(s.indents)-1]
	}
}

func (s *scanner) deeper() bool {
	if len(s.indents)+len(s.keys) > maxDepth {
		s.fail(s.depthFault())
		return false
	}
	return true
}
