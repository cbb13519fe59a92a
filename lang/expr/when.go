package expr

import (
	"regexp"
	"strings"
)

// A When is a parsed when: the language of govaluate, in which a bare word is
// a string. Tags are substituted before it is read, so a tag is an operand of
// unknown value here.
type When struct {
	Root Node // nil when nothing could be read, or when the text is empty
}

// Operands returns the operands that hold tags, in source order.
func (w *When) Operands() []*TagOperand {
	var out []*TagOperand
	Walk(w.Root, func(n Node) {
		if t, ok := n.(*TagOperand); ok {
			out = append(out, t)
		}
	})
	return out
}

// ParseWhen parses text, checks the types of what is constant in it, and
// reports every fault. What could be read is returned all the same. Empty text
// is no condition, and fine.
func ParseWhen(text string) (*When, []Error) {
	s := scanWhen(text)
	p := &whenParser{text: text, tokens: s.tokens, errors: s.errors}
	if len(p.tokens) == 1 {
		if text != "" && len(p.errors) == 0 {
			p.fail(Syntax, whenToken{end: len(text)}, "the condition is blank", "drop the field, or write true")
		}
		return &When{}, p.errors
	}
	root := p.list()
	for p.token().kind != whenEnd {
		p.leftover()
		if p.token().kind == whenEnd {
			break
		}
		if n := p.list(); root == nil {
			root = n
		}
	}
	w := &When{Root: root}
	if len(p.errors) == 0 {
		p.errors = checkWhen(root)
	}
	return w, p.errors
}

type whenParser struct {
	text   string
	tokens []whenToken
	at     int
	depth  int
	deep   bool // nested too deeply: already reported
	errors []Error
}

func (p *whenParser) token() whenToken { return p.tokens[p.at] }

// take returns the current token and goes on to the next.
func (p *whenParser) take() whenToken {
	t := p.tokens[p.at]
	if t.kind != whenEnd {
		p.at++
	}
	return t
}

func (p *whenParser) fail(kind ErrorKind, t whenToken, message, help string) {
	p.errors = append(p.errors, Error{Kind: kind, Start: t.start, End: t.end, Message: message, Help: help})
}

// list reads expressions with commas between them.
func (p *whenParser) list() Node {
	first := p.expression(0)
	if p.token().kind != whenComma {
		return first
	}
	var items []Node
	keep := func(n Node) {
		if n != nil {
			items = append(items, n)
		}
	}
	keep(first)
	for p.token().kind == whenComma {
		p.take()
		keep(p.expression(0))
	}
	if len(items) == 0 {
		return nil
	}
	return &List{Items: items}
}

// expression reads operators that bind tighter than above.
func (p *whenParser) expression(above int) Node {
	x := p.operand()
	for {
		t := p.token()
		binding := whenBinding[t.text]
		if t.kind != whenOperator || binding <= above {
			return x
		}
		p.take()
		wrapped := p.token().kind == whenOpen
		y := p.expression(binding)
		p.pattern(t, y, wrapped)
		switch {
		case x == nil:
			x = y
		case y != nil:
			x = &Binary{Op: t.text, X: x, Y: y, OpStart: t.start, OpEnd: t.end}
		}
	}
}

// pattern checks the constant operand of =~ and !~.
func (p *whenParser) pattern(op whenToken, y Node, wrapped bool) {
	l, ok := y.(*Literal)
	if !ok || wrapped || op.text != "=~" && op.text != "!~" || l.Kind != StringLiteral && l.Kind != WordLiteral {
		return
	}
	if _, err := regexp.Compile(l.Value); err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		p.fail(Syntax, whenToken{start: l.Start, end: l.End}, "the pattern is not a regular expression: "+reason, "")
	}
}

// operand reads a value, a group, or a prefix and what it stands before.
func (p *whenParser) operand() Node {
	t := p.token()
	switch t.kind {
	case whenOperand:
		p.take()
		p.call(t)
		return t.node
	case whenBad:
		p.take()
		if k := p.token().kind; k == whenOperand || k == whenOpen || k == whenBad {
			p.skipJunk()
		}
		return nil
	case whenOpen:
		return p.group()
	case whenPrefix:
		return p.prefix()
	}
	p.missing(t)
	return nil
}

// skipJunk drops what stands behind a token that was already reported.
func (p *whenParser) skipJunk() {
	for {
		switch p.token().kind {
		case whenOperand, whenBad:
			p.take()
		default:
			return
		}
	}
}

// call explains a word with a group behind it.
func (p *whenParser) call(t whenToken) {
	l, ok := t.node.(*Literal)
	if !ok || l.Kind != WordLiteral || p.token().kind != whenOpen {
		return
	}
	if strings.EqualFold(l.Value, "not") {
		p.fail(OperatorWord, t, quote(l.Value)+" is read as text", `write "!"`)
	} else {
		p.fail(Syntax, t, "there are no functions in when", "compute the value in an expression tag: {{=...}}")
	}
	p.group()
}

func (p *whenParser) group() Node {
	open := p.take()
	const deepest = 1000
	if p.depth++; p.depth > deepest {
		p.fail(Syntax, open, "the expression is nested too deeply", "")
		p.at, p.deep = len(p.tokens)-1, true
		return nil
	}
	defer func() { p.depth-- }()
	if p.token().kind == whenClose {
		p.fail(Syntax, whenToken{start: open.start, end: p.take().end}, "nothing stands between the parentheses", "")
		return nil
	}
	n := p.list()
	for p.token().kind != whenClose && p.token().kind != whenEnd {
		p.leftover()
		p.list()
	}
	if p.token().kind == whenEnd {
		if !p.deep {
			p.fail(Syntax, open, `"(" is not closed`, `add ")"`)
		}
		return n
	}
	p.take()
	return n
}

// prefix reads -, ! or ~ and its operand, which cannot be text: the evaluator
// rejects that before it looks at values.
func (p *whenParser) prefix() Node {
	op := p.take()
	t := p.token()
	if l, ok := t.node.(*Literal); ok {
		switch {
		case l.Kind == WordLiteral, l.Kind == StringLiteral, l.Kind == TimeLiteral:
			p.fail(Mismatch, t, quote(op.text)+" cannot stand before text", "put the condition in parentheses: "+op.text+"(...)")
		}
	}
	if tagged, ok := t.node.(*TagOperand); ok && tagged.Quoted {
		p.fail(Mismatch, t, quote(op.text)+" cannot stand before a quoted text", `compare it: {{...}} != "true"`)
	}
	x := p.operand()
	if x == nil {
		return nil
	}
	return &Unary{Op: op.text, X: x, OpStart: op.start}
}

// missing reports an operand that is not there.
func (p *whenParser) missing(t whenToken) {
	switch {
	case t.kind == whenClose && p.at == 0:
		p.fail(Syntax, p.take(), `")" closes nothing`, "")
	case p.at == 0:
		p.fail(Syntax, t, "a value must stand before "+quote(t.text), `write "" for an empty text`)
	default:
		before := p.tokens[p.at-1]
		p.fail(Syntax, before, "a value must follow "+quote(before.text), `write "" for an empty text`)
	}
}

// leftover reports a token that no operator connects, and skips it where it
// cannot start an expression.
func (p *whenParser) leftover() {
	t, before := p.token(), p.tokens[p.at-1]
	switch {
	case t.kind == whenClose:
		p.fail(Syntax, p.take(), `")" closes nothing`, "")
	case t.kind == whenBad, before.kind == whenBad:
	case operatorWord(t) != "":
		p.fail(OperatorWord, t, quote(t.text)+" is read as text", "write "+quote(operatorWord(t)))
		p.word(t)
	case operatorWord(before) != "":
		p.fail(OperatorWord, before, quote(before.text)+" is read as text", "write "+quote(operatorWord(before)))
	case before.kind == whenClose:
		p.fail(Unread, t, "what stands behind the parentheses is ignored", `connect it with "&&" or "||"`)
	default:
		help := ""
		if isWord(before) && isWord(t) {
			help = `quote text with spaces: "` + p.text[before.start:t.end] + `"`
		}
		p.fail(Syntax, t, "an operator is missing before "+quote(t.text), help)
	}
}

// word makes the word at t the operator that it was meant to be.
func (p *whenParser) word(t whenToken) {
	if op := operatorWord(t); op != "!" {
		p.take()
	}
}

func isWord(t whenToken) bool {
	l, ok := t.node.(*Literal)
	return ok && l.Kind == WordLiteral
}

// operatorWord is the operator that a word was meant to be, "" for none.
func operatorWord(t whenToken) string {
	if !isWord(t) {
		return ""
	}
	return map[string]string{"and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!="}[strings.ToLower(t.text)]
}
