package weft

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/tree"
)

// raiseCond raises the text of a condition; what the sugar would not give back
// stays a text.
func raiseCond(n *tree.Node, s *scope) *Cond {
	raw := &Value{Literal: textOnly(n, s), Node: Node{at: n.Place()}}
	asText := &Cond{Or: []*CondAnd{{And: []*CondNot{{Left: &Operand{Value: raw}}}}}}
	p := &condReader{tokens: condTokens(n.Value), scope: s}
	if p.tokens == nil {
		return asText
	}
	c := p.cond()
	if c == nil || p.at < len(p.tokens) || rawCond(c) != nil {
		return asText
	}
	if o := loneOperand(c); o != nil && o.Group != nil { // one pair of parentheses is layout
		c = &Cond{Or: []*CondAnd{{And: []*CondNot{{Left: &Operand{Group: c}}}}}}
	}
	l := &lowerer{diags: &diag.List{}, file: &File{broken: map[string]bool{}}}
	if squeeze(l.when(c, s).Value) != squeeze(n.Value) || l.diags.Len() > 0 {
		return asText
	}
	return c
}

// escaped is a character behind a backslash, which stands for itself.
var escaped = pattern.New(`(?s)\\(.)`)

var condToken = pattern.New(`^(?:\{\{[^{}]*\}\}|==|!=|=~|!~|<=|>=|&&|\|\||[()!<>]|'(?:[^'\\]|\\.)*'|-?[0-9]+(?:\.[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*)`)

// condTokens cuts a condition into tokens, or returns nil if it holds anything
// that the sugar has no form for.
func condTokens(text string) (out []string) {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return out
		}
		t := condToken().FindString(text)
		if t == "" {
			return nil
		}
		out = append(out, t)
		text = text[len(t):]
	}
}

// condReader reads a condition from its tokens. Its methods return nil where
// the text makes no sense.
type condReader struct {
	tokens []string
	at     int
	depth  int
	scope  *scope
}

func (p *condReader) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *condReader) accept(t string) bool {
	if p.peek() == t {
		p.at++
		return true
	}
	return false
}

func (p *condReader) cond() *Cond {
	c := &Cond{}
	for {
		and := &CondAnd{}
		for {
			n := p.compare()
			if n == nil {
				return nil
			}
			and.And = append(and.And, n)
			if !p.accept("&&") {
				break
			}
		}
		c.Or = append(c.Or, and)
		if !p.accept("||") {
			return c
		}
	}
}

var comparisons = map[string]bool{"==": true, "!=": true, "=~": true, "!~": true, "<": true, "<=": true, ">": true, ">=": true}

func (p *condReader) compare() *CondNot {
	n := &CondNot{Not: p.accept("!")}
	if n.Left = p.operand(); n.Left == nil {
		return nil
	}
	if comparisons[p.peek()] {
		n.Op = p.peek()
		p.at++
		if n.Right = p.operand(); n.Right == nil {
			return nil
		}
	}
	return n
}

func (p *condReader) operand() *Operand {
	t := p.peek()
	p.at++
	switch {
	case t == "":
		return nil
	case t == "(":
		if p.depth++; p.depth > maxDepth/2 {
			return nil
		}
		c := p.cond()
		p.depth--
		if c == nil || !p.accept(")") {
			return nil
		}
		return &Operand{Group: c}
	case t == "true" || t == "false" || jsonNumber.MatchString(t):
		return &Operand{Value: &Value{Literal: t}}
	case strings.HasPrefix(t, "'"):
		text := escaped().ReplaceAllString(t[1:len(t)-1], "$1")
		if ref := refTo(text, p.scope); ref != nil {
			return &Operand{Value: &Value{Ref: ref}}
		}
		return &Operand{Value: &Value{Literal: quoteRefs(text, p.scope)}}
	case strings.HasPrefix(t, "{{"):
		if ref := refTo(t, p.scope); ref != nil {
			return &Operand{Value: &Value{Ref: ref}}
		}
		return &Operand{Value: rawText(t)}
	case wordText().MatchString(t):
		return &Operand{Value: rawText(t)}
	}
	return nil
}

var depToken = pattern.New(`^(?:&&|\|\||[()!]|[A-Za-z0-9_-]+(?:\.[A-Za-z]+)?)`)

// parseDeps reads a dependency expression, or returns nil.
func parseDeps(text string) *Deps {
	p := &condReader{}
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			break
		}
		t := depToken().FindString(text)
		if t == "" {
			return nil
		}
		p.tokens = append(p.tokens, t)
		text = text[len(t):]
	}
	d := p.deps()
	if d == nil || p.at < len(p.tokens) {
		return nil
	}
	if n := loneDep(d); n != nil && n.Group != nil {
		d = &Deps{Or: []*DepsAnd{{And: []*DepsNot{{Group: d}}}}}
	}
	return d
}

func (p *condReader) deps() *Deps {
	d := &Deps{}
	for {
		and := &DepsAnd{}
		for {
			n := p.dep()
			if n == nil {
				return nil
			}
			and.And = append(and.And, n)
			if !p.accept("&&") {
				break
			}
		}
		d.Or = append(d.Or, and)
		if !p.accept("||") {
			return d
		}
	}
}

func (p *condReader) dep() *DepsNot {
	n := &DepsNot{Not: p.accept("!")}
	t := p.peek()
	p.at++
	switch {
	case t == "(":
		if p.depth++; p.depth > maxDepth/2 {
			return nil
		}
		n.Group = p.deps()
		p.depth--
		if n.Group == nil || !p.accept(")") {
			return nil
		}
	case t == "" || strings.ContainsAny(t, "&|()!"):
		return nil
	default:
		task, status, _ := strings.Cut(t, ".")
		n.Task = name(task)
		if status != "" {
			n.Status = name(status)
		}
	}
	return n
}
