package weft

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The productions below look at the first tokens and go straight to the
// alternative that they announce, most of them back into participle's grammar.

// ahead returns the next three tokens.
func ahead(lex *lexer.PeekingLexer) (t [3]lexer.Token) {
	at := lex.MakeCheckpoint()
	for i := range t {
		t[i] = *lex.Next()
	}
	lex.LoadCheckpoint(at)
	return t
}

// via parses a production of participle's and leaves what follows it.
func via[T any](q *participle.Parser[T], lex *lexer.PeekingLexer) (*T, error) {
	return q.ParseFromLexer(lex, participle.AllowTrailing(true))
}

func isWord(t lexer.Token, word string) bool { return t.Type == tokIdent && t.Value == word }

func isTextToken(t lexer.Token) bool {
	return t.Type == tokString || t.Type == tokRaw || t.Type == tokHeredoc
}

// Parse reads a statement. A keyword counts only before what it needs; else it
// is the key of an entry.
func (s *Stmt) Parse(lex *lexer.PeekingLexer) (err error) {
	start := lex.RawCursor()
	g, t := theGrammar(), ahead(lex)
	switch {
	case isWord(t[0], "param") && isName(t[1]):
		s.Param, err = via(g.param, lex)
	case isWord(t[0], "artifact") && isName(t[1]):
		s.Artifact, err = via(g.artifact, lex)
	case isWord(t[0], "output") && (isWord(t[1], "param") || isWord(t[1], "artifact")) && isName(t[2]):
		s.Output, err = via(g.output, lex)
	case isWord(t[0], "retry") && t[1].Type >= tokIdent && t[1].Type <= tokConst && t[1].Type != tokHeredoc:
		s.Retry, err = via(g.retry, lex)
	case isWord(t[0], "run") && (isTextToken(t[1]) || t[1].Type == tokIdent && isTextToken(t[2])):
		s.Run, err = via(g.run, lex)
	case isWord(t[0], "parallel") && isPunct(&t[1], "{"):
		s.Parallel, err = via(g.parallel, lex)
	case startsStep(lex):
		s.Step = &Step{}
		err = s.Step.Parse(lex)
	default:
		s.Entry = &Entry{}
		err = s.Entry.Parse(lex)
	}
	s.Tokens = lex.Range(start, lex.RawCursor())
	return err
}

// startsStep reports whether a step follows: Name "=" or a call.
func startsStep(lex *lexer.PeekingLexer) bool {
	at := lex.MakeCheckpoint()
	defer lex.LoadCheckpoint(at)
	if !isName(*lex.Next()) {
		return false
	}
	if isPunct(lex.Peek(), "=") {
		return true
	}
	for isPunct(lex.Peek(), ".") {
		lex.Next()
		if !isName(*lex.Next()) {
			return false
		}
	}
	return isPunct(lex.Peek(), "(")
}

// Parse reads a step with its modifiers.
func (s *Step) Parse(lex *lexer.PeekingLexer) error {
	if !startsStep(lex) {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	if t := ahead(lex); isPunct(&t[1], "=") {
		s.Name = &Name{}
		if err := s.Name.Parse(lex); err != nil {
			return err
		}
		lex.Next()
		if err := s.target(lex); err != nil {
			return err
		}
	} else {
		s.Bare = &Call{}
		if err := s.Bare.Parse(lex); err != nil {
			return err
		}
	}
	for {
		m := &Modifier{}
		switch err := m.Parse(lex); err {
		case nil:
			s.Modifiers = append(s.Modifiers, m)
		case participle.NextMatch:
			s.Tokens = lex.Range(start, lex.RawCursor())
			return nil
		default:
			return err
		}
	}
}

// target reads what stands behind the name of a step.
func (s *Step) target(lex *lexer.PeekingLexer) (err error) {
	t := ahead(lex)
	_, isKind := kinds[t[0].Value]
	switch {
	case isKind && (isPunct(&t[1], "(") || isPunct(&t[1], "{")):
		s.Inline, err = via(theGrammar().inline, lex)
	case isPunct(&t[0], "{"):
		s.Raw = &Map{}
		err = s.Raw.Parse(lex)
	default:
		s.Call = &Call{}
		err = required(lex, s.Call.Parse(lex))
	}
	return err
}

// Parse reads a modifier.
func (m *Modifier) Parse(lex *lexer.PeekingLexer) (err error) {
	start := lex.RawCursor()
	g := theGrammar()
	switch t := lex.Peek(); {
	case isWord(*t, "for"):
		m.For, err = via(g.loop, lex)
	case isWord(*t, "when"):
		m.When, err = via(g.when, lex)
	case isWord(*t, "after"):
		m.After, err = via(g.after, lex)
	case isPunct(t, "{"):
		m.Block = &Block{}
		err = m.Block.Parse(lex)
	default:
		return participle.NextMatch
	}
	m.Tokens = lex.Range(start, lex.RawCursor())
	return err
}

// Parse reads the block of a step.
func (b *Block) Parse(lex *lexer.PeekingLexer) error {
	lex.Next()
	for !isPunct(lex.Peek(), "}") {
		if len(b.Items) > 0 {
			if lex.Peek().Type != tokSep {
				return unexpected(lex)
			}
			lex.Next()
		}
		it := &BlockItem{}
		if err := required(lex, it.Parse(lex)); err != nil {
			return err
		}
		b.Items = append(b.Items, it)
	}
	lex.Next()
	return nil
}

// Parse reads a hook or an entry.
func (it *BlockItem) Parse(lex *lexer.PeekingLexer) (err error) {
	start := lex.RawCursor()
	if t := ahead(lex); isWord(t[0], "on") && isName(t[1]) && isName(t[2]) {
		it.Hook, err = via(theGrammar().hook, lex)
	} else {
		it.Entry = &Entry{}
		err = it.Entry.Parse(lex)
	}
	it.Tokens = lex.Range(start, lex.RawCursor())
	return err
}

// Parse reads a call.
func (c *Call) Parse(lex *lexer.PeekingLexer) error {
	if !isName(*lex.Peek()) {
		return participle.NextMatch
	}
	start := lex.RawCursor()
	var err error
	if c.Callee, err = parseNames(lex); err != nil {
		return err
	}
	if !isPunct(lex.Peek(), "(") {
		return unexpected(lex)
	}
	lex.Next()
	for !isPunct(lex.Peek(), ")") {
		if len(c.Args) > 0 {
			if !isPunct(lex.Peek(), ",") {
				return unexpected(lex)
			}
			if lex.Next(); isPunct(lex.Peek(), ")") {
				break
			}
		}
		a := &Arg{}
		if err := required(lex, a.Parse(lex)); err != nil {
			return err
		}
		c.Args = append(c.Args, a)
	}
	lex.Next()
	c.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}

// Parse reads an argument.
func (a *Arg) Parse(lex *lexer.PeekingLexer) error {
	start := lex.RawCursor()
	if t := ahead(lex); isName(t[0]) && isPunct(&t[1], ":") {
		a.Name = &Name{}
		if err := a.Name.Parse(lex); err != nil {
			return err
		}
		lex.Next()
	}
	a.Value = &Value{}
	if err := required(lex, a.Value.Parse(lex)); err != nil {
		return err
	}
	a.Tokens = lex.Range(start, lex.RawCursor())
	return nil
}
