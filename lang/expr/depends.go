package expr

import (
	"slices"
	"strings"
)

// Results are the results of a task that depends knows.
func Results() []string {
	return []string{"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"}
}

// DependsTokens returns the dependencies in text the way the reference finds
// them: every word of letters, digits and hyphens is a task, and a dot with a
// capitalised word behind it is its result; whatever stands between is
// ignored.
func DependsTokens(text string) []Dep {
	deps := make([]Dep, 0, 1+strings.Count(text, "&&")+strings.Count(text, "||"))
	for at := 0; at < len(text); {
		if !alphanumeric(text[at]) {
			at++
			continue
		}
		d := scanDep(text, at)
		deps = append(deps, d)
		at = d.End
	}
	return deps
}

// scanDep reads the dependency that starts at the letter or digit text[at].
func scanDep(text string, at int) Dep {
	end := at + 1
	for end < len(text) && (alphanumeric(text[end]) || text[end] == '-') {
		end++
	}
	d := Dep{Task: text[at:end], Start: at, End: end}
	stop := end + 1
	for stop < len(text) && letter(text[stop]) {
		stop++
	}
	if stop > end+2 && text[end] == '.' && text[end+1] <= 'Z' {
		d.Result, d.End = text[end+1:stop], stop
	}
	return d
}

func letter(c byte) bool       { return 'a' <= lower(c) && lower(c) <= 'z' }
func digit(c byte) bool        { return '0' <= c && c <= '9' }
func alphanumeric(c byte) bool { return letter(c) || digit(c) }

// A Depends is a parsed depends.
type Depends struct {
	Root Node // nil when nothing could be read
}

// reservedTasks are task names that depends cannot spell: to the reference's
// evaluator they are keywords.
var reservedTasks = []string{
	"in", "not", "and", "or", "matches", "contains", "startsWith", "endsWith", "let", "if", "else", "true", "false", "nil",
}

// ParseDepends parses text. It reports every fault; what could be read is
// returned all the same.
func ParseDepends(text string) (*Depends, []Error) {
	p := &dependsParser{text: text, tokens: dependsTokens(text)}
	if len(p.tokens) == 1 {
		p.fail(Syntax, 0, len(text), "depends is empty", "name the tasks to wait for, or drop the field")
		return &Depends{}, p.errors
	}
	root := p.expression(0)
	for p.token().kind != depEnd {
		if t := p.token(); t.text == ")" {
			p.fail(Syntax, t.Start, t.End, `")" closes nothing`, "")
			p.at++
			continue
		}
		root = p.leftover(root)
	}
	return &Depends{Root: root}, p.errors
}

type depKind uint8

const (
	depTask depKind = iota + 1
	depOp
	depWord // and, or, not
	depJunk
	depEnd
)

type depToken struct {
	Dep
	kind depKind
	text string
}

// dependsTokens splits text; the last token is always depEnd.
func dependsTokens(text string) []depToken {
	var out []depToken
	add := func(kind depKind, start, end int) {
		out = append(out, depToken{Dep{Start: start, End: end}, kind, text[start:end]})
	}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
		case alphanumeric(c):
			d := scanDep(text, at)
			kind := depTask
			if w := strings.ToLower(d.Task); d.Result == "" && (w == "and" || w == "or" || w == "not") {
				kind = depWord
			}
			out = append(out, depToken{d, kind, text[d.Start:d.End]})
			at = d.End
		default:
			n := 1
			for _, op := range [...]string{"&&", "||", "!=", "=="} {
				if strings.HasPrefix(text[at:], op) {
					n = 2
				}
			}
			kind := depOp
			if n == 1 && !strings.ContainsRune("!()?:", rune(c)) {
				kind = depJunk
				n = junkLength(text[at:])
			}
			add(kind, at, at+n)
			at += n
		}
	}
	add(depEnd, len(text), len(text))
	return out
}

// junkLength is the length of a run that means nothing in depends: a quoted
// string, a tag, or one character.
func junkLength(s string) int {
	if strings.HasPrefix(s, "{{") {
		if i := strings.Index(s, "}}"); i >= 0 {
			return i + 2
		}
		return len(s) - len(strings.TrimLeft(s, "{"))
	}
	if s[0] == '"' || s[0] == '\'' {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return i + 2
		}
	}
	if s[0] == '.' {
		n := 1
		for n < len(s) && (alphanumeric(s[n]) || s[n] == '_') {
			n++
		}
		return n
	}
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

type dependsParser struct {
	text   string
	tokens []depToken
	at     int
	depth  int
	errors []Error
}

func (p *dependsParser) token() depToken { return p.tokens[p.at] }

func (p *dependsParser) fail(kind ErrorKind, start, end int, message, help string) {
	p.errors = append(p.errors, Error{Kind: kind, Start: start, End: end, Message: message, Help: help})
}

// dependsBinding is how tightly the binary operators bind, as in expr-lang.
// The last two are no part of the documented language, but its evaluator knows
// them.
var dependsBinding = map[string]int{"||": 2, "&&": 3, "==": 4, "!=": 4, "?": 1}

// expression reads operators that bind tighter than above.
func (p *dependsParser) expression(above int) Node {
	x := p.operand()
	for {
		t := p.token()
		op := t.text
		switch {
		case t.kind == depWord && !strings.EqualFold(op, "not"):
			op = map[string]string{"and": "&&", "or": "||"}[strings.ToLower(op)]
			p.fail(OperatorWord, t.Start, t.End, quote(t.text)+" is read as the name of a task", "write "+quote(op))
		case t.kind == depJunk && (op == "&" || op == "|"):
			p.fail(Syntax, t.Start, t.End, quote(op)+" is not an operator", "write "+quote(op+op))
			op += op
		case t.kind == depJunk && op == ",":
			p.fail(Syntax, t.Start, t.End, "dependencies cannot be separated by commas", `join them with "&&" or "||"`)
			op = "&&"
		}
		binding, ok := dependsBinding[op]
		if !ok || binding <= above {
			return x
		}
		p.at++
		if op == "?" {
			x = p.ternary(x, t)
			continue
		}
		y := p.expression(binding)
		if x == nil || y == nil {
			x = p.join(x, y)
			continue
		}
		x = &Binary{Op: op, X: x, Y: y, OpStart: t.Start, OpEnd: t.End}
	}
}

func (p *dependsParser) ternary(cond Node, question depToken) Node {
	x := p.nested(func() Node { return p.expression(0) })
	colon := p.token()
	if colon.text != ":" {
		p.fail(Syntax, question.Start, question.End, `"?" has no ":"`, "write condition ? this : that")
		return p.join(cond, x)
	}
	p.at++
	y := p.nested(func() Node { return p.expression(0) })
	if cond == nil || x == nil || y == nil {
		return p.join(p.join(cond, x), y)
	}
	then := &Binary{Op: "?", X: cond, Y: x, OpStart: question.Start, OpEnd: question.End}
	return &Binary{Op: ":", X: then, Y: y, OpStart: colon.Start, OpEnd: colon.End}
}

// join keeps what could be read around a fault.
func (p *dependsParser) join(x, y Node) Node {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	_, end := x.Span()
	return &Binary{Op: "&&", X: x, Y: y, OpStart: end, OpEnd: end}
}

// operand reads a task, a negation or a group; nil where none stands.
func (p *dependsParser) operand() Node {
	t := p.token()
	switch {
	case t.text == "!":
		return p.negation(t)
	case p.negates(t):
		p.fail(OperatorWord, t.Start, t.End, quote(t.text)+" is read as the name of a task", `write "!"`)
		return p.negation(t)
	case t.kind == depTask, t.kind == depWord:
		p.at++
		return p.task(t)
	case t.text == "(":
		return p.group(t)
	case t.kind == depJunk && t.text != "," && t.text != "&" && t.text != "|":
		p.junk(t)
		p.at++
		if n := p.token(); n.kind == depTask || n.text == "(" || n.text == "!" {
			return p.nested(p.operand)
		}
		return nil
	}
	p.missing(t)
	return nil
}

// nested guards recursion: nobody nests this deep, and the stack is finite.
func (p *dependsParser) nested(parse func() Node) Node {
	const deepest = 1000
	if p.depth++; p.depth > deepest {
		if p.depth == deepest+1 {
			p.fail(Syntax, 0, len(p.text), "the expression is nested too deeply", "")
		}
		p.at = len(p.tokens) - 1
	}
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return nil
	}
	return parse()
}

// negates reports whether t is the word not, used as an operator.
func (p *dependsParser) negates(t depToken) bool {
	if t.kind != depWord || !strings.EqualFold(t.text, "not") {
		return false
	}
	next := p.tokens[p.at+1]
	return next.kind == depTask || next.kind == depWord || next.text == "("
}

func (p *dependsParser) negation(t depToken) Node {
	p.at++
	x := p.nested(p.operand)
	if x == nil {
		return nil
	}
	return &Unary{Op: "!", X: x, OpStart: t.Start}
}

func (p *dependsParser) group(t depToken) Node {
	p.at++
	x := p.nested(func() Node { return p.expression(0) })
	for p.token().kind != depEnd && p.token().text != ")" {
		x = p.leftover(x)
	}
	if p.token().kind == depEnd {
		p.fail(Syntax, t.Start, t.End, `"(" is not closed`, `add ")"`)
		return x
	}
	p.at++
	return x
}

// task checks the spelling of one dependency.
func (p *dependsParser) task(t depToken) Node {
	d := t.Dep
	switch next := p.token(); {
	case slices.Contains(reservedTasks, d.Task):
		p.fail(ReservedWord, d.Start, d.Start+len(d.Task), quote(d.Task)+" is a keyword, so no task of this name can be a dependency", "rename the task")
	case digit(d.Task[0]):
		p.fail(ReservedWord, d.Start, d.Start+len(d.Task), quote(d.Task)+" starts with a digit, so it cannot be a dependency", "rename the task")
	case next.kind == depJunk && next.text[0] == '.' && next.Start == d.End:
		p.at++
		p.member(d, next.text[1:], next.Start+1)
	case d.Result != "" && !slices.Contains(Results(), d.Result):
		p.member(d, d.Result, d.End-len(d.Result))
	}
	return &d
}

// member explains a dot with no result behind it. name, at byte at, is what
// stands there instead.
func (p *dependsParser) member(d Dep, name string, at int) {
	if name == "" {
		p.fail(Syntax, at-1, at, "a result must follow the dot", "write "+quote(d.Task+".Succeeded"))
		return
	}
	help := "write one of " + strings.Join(Results(), ", ")
	if near, ok := Nearest(name, Results()); ok {
		help = "did you mean " + quote(d.Task+"."+near) + "?"
	}
	p.fail(UnknownResult, at, at+len(name), quote(name)+" is not a result of a task", help)
}

// missing reports an operand that is not there.
func (p *dependsParser) missing(t depToken) {
	if p.at == 0 {
		p.fail(Syntax, t.Start, t.End, quote(t.text)+" has nothing before it", "")
		return
	}
	before := p.tokens[p.at-1]
	if before.kind == depJunk || before.kind == depTask || len(p.errors) > 0 && p.errors[len(p.errors)-1].End >= before.End {
		return // already reported
	}
	p.fail(Syntax, before.Start, before.End, "a task must follow "+quote(before.text), "")
}

// leftover reads on behind x where no operator stands.
func (p *dependsParser) leftover(x Node) Node {
	t := p.token()
	switch {
	case t.kind == depTask, t.kind == depWord, t.text == "(", t.text == "!":
		p.fail(Syntax, t.Start, t.End, "an operator is missing before "+quote(t.text), `join dependencies with "&&" or "||"`)
	case t.kind == depOp:
		p.fail(Syntax, t.Start, t.End, "unexpected "+quote(t.text), "")
		p.at++
		return x
	}
	before := p.at
	x = p.join(x, p.nested(func() Node { return p.expression(0) }))
	if p.at == before {
		p.at++
	}
	return x
}

// junk reports text that is no part of the language.
func (p *dependsParser) junk(t depToken) {
	switch {
	case strings.HasPrefix(t.text, "{{"):
		p.fail(Syntax, t.Start, t.End, "tags are not substituted in depends", "name the task itself")
	case t.text[0] == '"' || t.text[0] == '\'':
		p.fail(Syntax, t.Start, t.End, "a quoted text is not a dependency", "write the task without quotes")
	default:
		p.fail(Syntax, t.Start, t.End, "unexpected "+quote(t.text), "")
	}
}

func quote(s string) string { return `"` + s + `"` }
