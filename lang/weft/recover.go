package weft

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
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

// items parses the items of the file. Templates that lack a parameter of theirs
// afterwards count as broken.
func (p *parser) items(chunks []chunk) {
	for _, span := range p.scanner.damage {
		if !strings.ContainsAny(span.Text(), "\n({[") {
			continue // no statement is lost in it
		}
		for _, w := range tree.Words(span.Text()) {
			p.file.broken[w] = true
		}
	}
	for _, c := range chunks {
		p.paramsLost = false
		it, ok := p.chunk(levelItem, c).(*Item)
		if !ok {
			continue
		}
		p.file.Items = append(append(p.file.Items, it), p.inside...)
		p.inside = nil
		if p.paramsLost && it.Template != nil && it.Template.Name != nil {
			p.file.broken[it.Template.Name.text()] = true
		}
	}
	for _, c := range chunks {
		span := p.span(c)
		for _, at := range p.scanner.skewed {
			if span.Start <= at && at < span.End {
				p.scanner.damage = append(p.scanner.damage, p.file.Source.At(at, span.End))
				break
			}
		}
	}
	p.file.damage.places = p.scanner.damage
	slices.SortFunc(p.file.damage.places, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	next, end := 0, 0 // the first place behind the item, and where the places before it end
	for _, c := range chunks {
		span := p.span(c)
		for places := p.file.damage.places; next < len(places) && places[next].Start < span.End; next++ {
			end = max(end, places[next].End)
		}
		if end > span.Start {
			p.file.damage.around = append(p.file.damage.around, span)
		}
	}
}

// span is the place of a chunk.
func (p *parser) span(c chunk) source.Span {
	if c.start == c.end {
		return source.Span{}
	}
	tokens := p.scanner.tokens
	last := tokens[c.end-1]
	return p.file.Source.At(tokens[c.start].Pos.Offset, min(last.Pos.Offset+len(last.Value), len(p.file.Source.Text)))
}

// giveUp notes that a chunk could not be read.
func (p *parser) giveUp(c chunk) {
	if c.start < c.end {
		p.scanner.damage = append(p.scanner.damage, p.span(c))
	}
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
	if isForeign(l, tokens) {
		p.syntaxError(l, tokens, errorToken(tokens, err))
		p.markBroken(l, tokens)
		p.giveUp(c)
		if l == levelItem {
			return reviveHeader(tokens)
		}
		return nil
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
		p.giveUp(c)
	}
	if shellErr != nil {
		p.markBroken(l, shell)
		p.paramsLost = p.paramsLost || l == levelItem || shell[0].Value == "param"
		if e = p.revive(l, shell); e == nil {
			p.giveUp(c)
			return nil
		}
		if len(groups) > 0 {
			c.end = groups[len(groups)-1].start
		}
		p.giveUp(c)
	}
	if it, ok := e.(*Item); ok && it.Header != nil && len(content) > 0 {
		p.inside = append(p.inside, keep[*Item](content[0])...)
		return e
	}
	if !refill(e, content) {
		for _, g := range groups {
			p.giveUp(g)
		}
	}
	return e
}

// revive reads a template whose signature is wrong, or whose kind is misspelt,
// as one that has neither mistake nor parameters.
func (p *parser) revive(l level, shell []lexer.Token) element {
	open := len(shell) - 1
	for open > 0 && shell[open].Value != "{" {
		open--
	}
	if isHeader(l, shell) || l == levelItem && open <= 0 {
		return reviveHeader(shell)
	}
	name := slices.IndexFunc(shell[min(1, len(shell)):], isName) + 1
	if l != levelItem || name == 0 || name > open {
		return nil
	}
	kind := shell[0]
	if _, ok := kinds[kind.Value]; !ok {
		if kind.Value, ok = nearest(kind.Value, kindNames()); !ok {
			return nil
		}
	}
	e, err := wholeItem([]lexer.Token{kind, shell[name], shell[open], shell[open+1]})
	if err != nil || e.Template == nil {
		return nil
	}
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
	case isHeader(l, tokens[c.start:c.end]):
		return levelItem
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

// reviveHeader finds a header among tokens that make no sense.
func reviveHeader(tokens []lexer.Token) element {
	i := slices.IndexFunc(tokens, func(t lexer.Token) bool { return slices.Contains(headerNames, t.Value) })
	if i < 0 || slices.ContainsFunc(tokens[:i], func(t lexer.Token) bool { return t.Value == "import" }) {
		return nil
	}
	header := tokens[i : i+1 : i+1]
	if j := slices.IndexFunc(tokens[i+1:], isName); j >= 0 {
		header = append(header, tokens[i+1+j])
	}
	e, err := wholeItem(header)
	if err != nil {
		return nil
	}
	return e
}

// refill puts the statements that were parsed one by one back into the block
// that the shell ends with: a template, a parallel or a map. It reports whether
// there is no other block, and so nothing is lost.
func refill(e element, content [][]element) bool {
	if len(content) == 0 {
		return true
	}
	last := content[len(content)-1]
	var entry *Entry
	switch n := e.(type) {
	case *Item:
		entry = n.Entry
		if n.Template != nil {
			n.Template.Body.Stmts = keep[*Stmt](last)
			return len(content) == 1
		}
	case *Stmt:
		entry = n.Entry
		switch {
		case n.Parallel != nil:
			n.Parallel.Steps = keep[*Step](last)
			return true
		case n.Step != nil && n.Step.Inline != nil && len(n.Step.Modifiers) == 0:
			n.Step.Inline.Body.Stmts = keep[*Stmt](last)
			return len(content) == 1
		}
	case *BlockItem:
		entry = n.Entry
	case *Entry:
		entry = n
	}
	if entry == nil || entry.Value.Map == nil {
		return false
	}
	entry.Value.Map.Entries = keep[*Entry](last)
	return true
}

func keep[T element](es []element) (out []T) {
	for _, e := range es {
		if n, ok := e.(T); ok {
			out = append(out, n)
		}
	}
	return out
}

// markBroken remembers the names that a statement declares that was given up, so
// that references to them are not reported as well.
func (p *parser) markBroken(l level, tokens []lexer.Token) {
	at := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return tokens[i].Value
	}
	for i, t := range tokens {
		isStep := at(i+1) == "=" || at(i+1) == "(" && at(i-1) != "="
		switch {
		case t.Type != tokIdent && t.Type != tokString,
			l != levelItem && !isStep && (i >= 4 || at(1) == "="):
			continue
		}
		name := unquote(t.Value, 0).String()
		p.file.broken[name] = true
		if l == levelItem {
			p.file.broken[strings.TrimSuffix(path.Base(name), ".weft")] = true // an import
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
