package weft

import (
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The productions below implement participle.Parseable. Each one either
// consumes what it says, or leaves the lexer at the token at fault.

func unexpected(lex *lexer.PeekingLexer) error {
	return &participle.UnexpectedTokenError{Unexpected: *lex.Peek()}
}

func isPunct(t *lexer.Token, value string) bool { return t.Type == tokPunct && t.Value == value }

// Parse reads Ident | String | Const.
func (n *Name) Parse(lex *lexer.PeekingLexer) error {
	if !isName(*lex.Peek()) {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	n.Literal = lex.Next().Value
	n.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}

// parseNames reads Name {"." Name}.
func parseNames(lex *lexer.PeekingLexer) ([]*Name, error) {
	var out []*Name
	for {
		n := &Name{}
		if err := n.Parse(lex); err != nil {
			return nil, unexpected(lex)
		}
		out = append(out, n)
		if !isPunct(lex.Peek(), ".") {
			return out, nil
		}
		lex.Next()
	}
}

// Parse reads a key, perhaps a colon, and a value.
func (e *Entry) Parse(lex *lexer.PeekingLexer) error {
	if !isName(*lex.Peek()) {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	parts, err := parseNames(lex)
	if err != nil {
		return err
	}
	e.Key = &Key{Parts: parts}
	if isPunct(lex.Peek(), ":") {
		lex.Next()
		e.Colon = len(parts) == 1 && slices.Contains(statementWords, parts[0].Literal)
	}
	e.Value = &Value{}
	if err := required(lex, e.Value.Parse(lex)); err != nil {
		return err
	}
	e.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}

// required turns "no match" into an error at the token at hand.
func required(lex *lexer.PeekingLexer, err error) error {
	if err == participle.NextMatch {
		return unexpected(lex)
	}
	return err
}

// Parse reads a value.
func (v *Value) Parse(lex *lexer.PeekingLexer) error {
	start := lex.RawCursor()
	switch t := lex.Peek(); {
	case t.Type >= tokString && t.Type <= tokConst:
		v.Literal = lex.Next().Value
	case t.Type == tokIdent:
		parts, err := parseNames(lex)
		if err != nil {
			return err
		}
		v.Ref = &Ref{Parts: parts}
	case isPunct(t, "{"):
		v.Map = &Map{}
		if err := v.Map.Parse(lex); err != nil {
			return err
		}
	case isPunct(t, "["):
		v.List = &List{}
		if err := v.List.Parse(lex); err != nil {
			return err
		}
	default:
		return participle.NextMatch
	}
	v.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}

// Parse reads a block of entries.
func (m *Map) Parse(lex *lexer.PeekingLexer) error {
	if !isPunct(lex.Peek(), "{") {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	lex.Next()
	for !isPunct(lex.Peek(), "}") {
		if len(m.Entries) > 0 {
			if lex.Peek().Type != tokSep {
				return unexpected(lex)
			}
			lex.Next()
		}
		e := &Entry{}
		if err := required(lex, e.Parse(lex)); err != nil {
			return err
		}
		m.Entries = append(m.Entries, e)
	}
	lex.Next()
	m.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}

// Parse reads a list of values.
func (l *List) Parse(lex *lexer.PeekingLexer) error {
	if !isPunct(lex.Peek(), "[") {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	lex.Next()
	for !isPunct(lex.Peek(), "]") {
		if len(l.Items) > 0 {
			if !isPunct(lex.Peek(), ",") {
				return unexpected(lex)
			}
			if lex.Next(); isPunct(lex.Peek(), "]") {
				break
			}
		}
		v := &Value{}
		if err := required(lex, v.Parse(lex)); err != nil {
			return err
		}
		l.Items = append(l.Items, v)
	}
	lex.Next()
	l.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}
