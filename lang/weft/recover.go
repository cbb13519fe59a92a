package weft

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
)

// Recovery. participle stops at the first error. So a file is parsed in
// chunks, and when a chunk fails it is taken apart: the contents of its braces
// are removed, the shell that is left is parsed again, and so is every
// statement of every block, each on its own. A mistake therefore costs the
// smallest statement around it, and each such statement is reported once. A
// token is parsed at most once a nesting level, and levels are bounded.

// level says what the chunks of a block are.
type level uint8

const (
	levelItem level = iota
	levelStmt
	levelStep
	levelBlock
	levelEntry
)

func (p *parser) item(c chunk) (*Item, bool) {
	e, ok := p.chunk(levelItem, c).(*Item)
	return e, ok
}

// parse runs the production of a level.
func (p *parser) parse(l level, tokens []lexer.Token) (element, error) {
	switch l {
	case levelItem:
		return wholeItem(tokens)
	case levelStmt:
		return whole(&Stmt{}, tokens)
	case levelStep:
		return whole(&Step{}, tokens)
	case levelBlock:
		return whole(&BlockItem{}, tokens)
	default:
		return whole(&Entry{}, tokens)
	}
}

// chunk parses one chunk, or reports what is wrong in it and returns what is
// left of it: nil if nothing is.
func (p *parser) chunk(l level, c chunk) element {
	tokens := p.scanner.tokens[c.start:c.end]
	e, err := p.parse(l, tokens)
	if err == nil {
		return e
	}
	shell, groups, damaged := p.shell(c)
	before := p.diags.Len()
	e, shellErr := p.parse(l, shell)
	var content [][]element
	for _, g := range groups {
		content = append(content, p.group(p.contentLevel(l, c, g.start-1), g))
	}
	switch {
	case shellErr != nil && !damaged:
		p.syntaxError(l, shell, errorToken(shell, shellErr))
	case shellErr == nil && p.diags.Len() == before && p.sound(c):
		p.syntaxError(l, tokens, errorToken(tokens, err))
	}
	if shellErr != nil {
		p.markBroken(shell)
		return nil
	}
	refill(e, content)
	return e
}

// shell returns the tokens of c without the contents of its outermost braces,
// and those contents. damaged says that the lexer already reported on it.
func (p *parser) shell(c chunk) (shell []lexer.Token, groups []chunk, damaged bool) {
	depth, open := 0, 0
	for i := c.start; i < c.end; i++ {
		t := p.scanner.tokens[i]
		if t.Type == tokPunct && t.Value == "}" {
			if depth--; depth == 0 {
				groups = append(groups, chunk{open + 1, i})
			}
		}
		if depth == 0 {
			shell = append(shell, t)
			damaged = damaged || t.Type == tokBad || p.scanner.repaired[i]
		}
		if t.Type == tokPunct && t.Value == "{" {
			if depth == 0 {
				open = i
			}
			depth++
		}
	}
	return shell, groups, damaged
}

// sound reports whether the lexer had nothing to say about the tokens of c.
func (p *parser) sound(c chunk) bool {
	for i := c.start; i < c.end; i++ {
		if p.scanner.tokens[i].Type == tokBad || p.scanner.repaired[i] {
			return false
		}
	}
	return true
}

func (p *parser) group(l level, g chunk) (out []element) {
	for _, c := range split(p.scanner.tokens, g.start, g.end) {
		if e := p.chunk(l, c); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// contentLevel says what the block that opens at token open of chunk c holds.
func (p *parser) contentLevel(l level, c chunk, open int) level {
	tokens := p.scanner.tokens
	word := func(i int) string {
		if i < c.start || i >= c.end {
			return ""
		}
		return tokens[i].Value
	}
	depth := 0
	for i := c.start; i < open; i++ {
		switch tokens[i].Value {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		}
	}
	_, isKind := kinds[word(c.start)]
	_, isInline := kinds[word(c.start+2)]
	_, meantKind := nearest(word(c.start), kindNames())
	switch {
	case depth > 0 || l == levelEntry || l == levelBlock:
		return levelEntry
	case l == levelItem && (isKind || meantKind && open >= c.start+2):
		return levelStmt
	case l == levelItem:
		return levelEntry
	case l == levelStmt && open == c.start+1 && (word(c.start) == "parallel" || closeTo(word(c.start), "parallel")):
		return levelStep
	case word(c.start+1) == "=" && isInline && (open == c.start+3 || word(open-1) == ")" && word(c.start+3) == "("):
		return levelStmt
	case word(open-1) == "=" || word(open-1) == "matrix":
		return levelEntry
	case word(c.start+1) == "=" || word(c.start+1) == "(":
		return levelBlock
	}
	return levelEntry
}

// refill puts the statements that were parsed one by one back into the shell,
// where names are declared: template bodies and parallel blocks. Other blocks
// stay empty: the file counts as failed, so nobody reads them.
func refill(e element, content [][]element) {
	if len(content) == 0 {
		return
	}
	last := content[len(content)-1]
	switch n := e.(type) {
	case *Item:
		if n.Template != nil {
			n.Template.Body.Stmts = keep[*Stmt](last)
		}
	case *Stmt:
		if n.Parallel != nil {
			n.Parallel.Steps = keep[*Step](last)
		}
	}
}

func keep[T element](es []element) (out []T) {
	for _, e := range es {
		if n, ok := e.(T); ok {
			out = append(out, n)
		}
	}
	return out
}

// markBroken remembers the names at the head of a statement that was given up,
// so that references to what it declares are not reported as well.
func (p *parser) markBroken(tokens []lexer.Token) {
	for _, t := range tokens[:min(4, len(tokens))] {
		if t.Type == tokIdent || t.Type == tokString {
			p.file.broken[unquote(t.Value, 0).String()] = true
		}
	}
}

// syntaxError reports that tokens make no sense from index i on.
func (p *parser) syntaxError(l level, tokens []lexer.Token, i int) {
	m := &mistake{level: l, tokens: tokens, i: i, file: p.file.Source}
	for _, h := range hints {
		if d, ok := h(m); ok {
			d.Rule, d.Severity = RuleSyntax, diag.Error
			p.diags.Add(d)
			return
		}
	}
}
