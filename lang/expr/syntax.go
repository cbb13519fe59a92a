package expr

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// syntaxError turns a fault of expr-lang's scanner or parser into ours. l
// holds the tokens up to the fault.
func syntaxError(src string, l *layout, fault *file.Error) *Error {
	start, end := l.bytes(fault.Location)
	e := &Error{Kind: Syntax, Start: start, End: end, Message: fault.Message}
	switch {
	case strings.TrimSpace(src) == "":
		e.Start, e.End, e.Message = 0, len(src), "the expression is empty"
		return e
	case fault.Message == "unexpected token EOF", fault.Message == "unexpected end of expression":
		endsEarly(src, l, e)
		return e
	case fault.Message == "expected name":
		if i := l.at(fault.From); i > 0 {
			e.Start, e.End = l.bytes(l.tokens[i-1].Location)
		}
	case strings.HasPrefix(fault.Message, "bad number"):
		e.Start = nextStart(src, l)
		for e.End < len(src) && alphanumeric(src[e.End]) {
			e.End++
		}
		e.Message = quote(src[e.Start:e.End]) + " is not a number"
		e.Help = "text needs quotes; a name that starts with a digit needs brackets, as in steps['1a']"
	case fault.Message == "literal not terminated":
		e.Start = nextStart(src, l)
		e.End = len(src)
		if i := strings.IndexByte(src[e.Start:], '\n'); i > 0 && src[e.Start] != '`' {
			e.End = e.Start + i
		}
		e.Message, e.Help = "the string is not closed", "close it with "+src[e.Start:e.Start+1]
		return e
	}
	for _, r := range rephrasings() {
		if m := r.pattern.FindStringSubmatch(fault.Message); m != nil {
			e.Message, e.Help = strings.ReplaceAll(r.message, "$1", unquote(m[len(m)-1])), r.help
			break
		}
	}
	e.End = max(e.End, min(e.Start+1, len(src)))
	adviseSyntax(src, l, e)
	return e
}

type rephrasing struct {
	pattern       *regexp.Regexp
	message, help string
}

// rephrasings are expr-lang's messages in our words.
var rephrasings = sync.OnceValue(func() []rephrasing {
	table := [][3]string{
		{`^unexpected token \w+\((.*)\)$`, `unexpected "$1"`, ""},
		{`^unrecognized character: U\+\w+ '(.*)'$`, `unexpected "$1"`, "text needs quotes"},
		{`^unrecognized character.*$`, `unexpected character`, "text needs quotes"},
		{`^invalid (?:integer|float|hex|binary|octal) literal: .*"(.*)": (?:invalid syntax|value out of range)$`, `"$1" is not a number that fits`, ""},
		{`^expected name$`, `a name must follow the dot`, "names with other characters than letters, digits and _ need brackets, as in steps['a-b']"},
		{`^invalid char escape$`, `the string holds an unknown escape`, `write "\\" for a backslash, or use back quotes`},
		{`^unclosed comment$`, `the comment is not closed`, "close it with */"},
		{`^a map key must be .*$`, `a map key must be a quoted string, a number, a name, or an expression in parentheses`, ""},
		{`^Operator \((.*)\) and coalesce expressions .*$`, `"$1" and "??" cannot be mixed`, `put parentheses around the part with "??"`},
		{`^expected at least (\d+) arguments$`, `the function needs at least $1 arguments`, ""},
		{`^wrap predicate with brackets.*$`, `a predicate of several parts needs braces`, "write { ...; ... }"},
		{`exceeds maximum allowed nodes`, `the expression is too long`, ""},
	}
	out := make([]rephrasing, len(table))
	for i, row := range table {
		out[i] = rephrasing{regexp.MustCompile(row[0]), row[1], row[2]}
	}
	return out
})

// unquote undoes the Go quoting that expr-lang puts around tokens.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, " ").Replace(s[1 : len(s)-1])
}

// endsEarly explains a text that stops where more is needed.
func endsEarly(src string, l *layout, e *Error) {
	if i := l.unclosed(); i >= 0 {
		e.Start, e.End = l.bytes(l.tokens[i].Location)
		b := l.tokens[i].Value
		e.Message, e.Help = `"`+b+`" is not closed`, `add "`+closing(b)+`"`
		return
	}
	e.Message = "the expression ends where a value is expected"
	if n := len(l.tokens); n > 0 {
		e.Start, e.End = l.bytes(l.tokens[n-1].Location)
		e.Message = "a value must follow " + quote(src[e.Start:e.End])
		if last := l.tokens[n-1].Value; last == "." || last == "?." {
			e.Message = "a name must follow the dot"
		}
	}
}

// nextStart is where the token behind the last one begins.
func nextStart(src string, l *layout) int {
	at := 0
	if n := len(l.tokens); n > 0 {
		_, at = l.bytes(l.tokens[n-1].Location)
	}
	return at + len(src[at:]) - len(strings.TrimLeftFunc(src[at:], unicode.IsSpace))
}

// adviseSyntax adds a help to mistakes that have a likely reason.
func adviseSyntax(src string, l *layout, e *Error) {
	at := src[e.Start:e.End]
	i := l.at(utf8.RuneCountInString(src[:e.Start]))
	switch {
	case insideTag(src, e):
		e.Message = "tags have no meaning inside an expression"
		e.Help = "write the name without braces"
	case at == "=":
		e.Help = `use "==" to compare`
	case at == "&":
		e.Help = `use "&&"`
	case at == "AND", at == "OR", at == "NOT", at == "IN":
		e.Help = `write "` + strings.ToLower(at) + `"`
	case hyphenated(src, e.Start) != "":
		e.Help = "names with a hyphen need brackets: " + bracketed(hyphenated(src, e.Start))
	case i > 0 && i < len(l.tokens) && endsOperand(l.tokens[i-1]) && isValue(l.tokens[i]):
		e.Message = "an operator is missing before " + quote(strings.Trim(at, `"'`))
	}
}

// insideTag widens e to the tag that it lies in.
func insideTag(src string, e *Error) bool {
	tags, _ := Tags(src)
	for _, t := range tags {
		if t.Start <= e.Start && e.Start < t.End {
			e.Start, e.End = t.Start, t.End
			return true
		}
	}
	return false
}

func isValue(t lexer.Token) bool {
	return t.Kind == lexer.Identifier || t.Kind == lexer.Number || t.Kind == lexer.String
}

func endsOperand(t lexer.Token) bool {
	return isValue(t) || t.Kind == lexer.Bracket && closing(t.Value) == ""
}

// hyphenated is the run of names, dots and hyphens around src[at], if it looks
// like one dotted name with a hyphen in it: steps.a-b.outputs.
func hyphenated(src string, at int) string {
	start, end := hyphenRun(src, at)
	run := src[start:end]
	if !strings.Contains(run, ".") || strings.Contains(run, "..") {
		return ""
	}
	for i := 1; i+1 < len(run); i++ {
		if run[i] == '-' && run[i-1] != '.' && run[i+1] != '.' && run[i-1] != '-' && strings.Contains(run[:i], ".") {
			return run
		}
	}
	return ""
}

// hyphenRun is the range of that run.
func hyphenRun(src string, at int) (start, end int) {
	part := func(c byte) bool {
		return c == '-' || c == '.' || c == '_' || c == '?' || '0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z'
	}
	for start = at; start > 0 && part(src[start-1]); start-- {
	}
	for end = at; end < len(src) && part(src[end]); end++ {
	}
	return start, end
}

// bracketed writes a dotted name with brackets around the parts that need them.
func bracketed(run string) string {
	var b strings.Builder
	for i, name := range strings.Split(run, ".") {
		optional := strings.HasSuffix(name, "?")
		name = strings.TrimSuffix(name, "?")
		plain := !strings.Contains(name, "-") && (name == "" || name[0] < '0' || name[0] > '9')
		switch {
		case i == 0:
			b.WriteString(name)
		case plain:
			b.WriteString("." + name)
		case strings.HasSuffix(b.String(), "?"):
			b.WriteString(".['" + name + "']")
		default:
			b.WriteString("['" + name + "']")
		}
		if optional {
			b.WriteString("?")
		}
	}
	return b.String()
}
