package expr

import (
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// whenKind is the kind of a token of when.
type whenKind uint8

const (
	whenOperand whenKind = iota + 1 // node holds it
	whenPrefix
	whenOperator // arithmetic, comparison, logic, ternary
	whenComma
	whenOpen
	whenClose
	whenBad // already reported
	whenEnd
)

type whenToken struct {
	kind       whenKind
	text       string // of an operator, decoded
	node       Node   // of an operand
	start, end int
}

// whenBinding is how tightly the binary operators bind, as in govaluate: the
// bitwise operators bind less than arithmetic, the ternary is two left
// associative operators.
var whenBinding = map[string]int{
	"?": 1, ":": 1, "??": 1,
	"||": 2,
	"&&": 3,
	"==": 4, "!=": 4, ">": 4, ">=": 4, "<": 4, "<=": 4, "=~": 4, "!~": 4, "in": 4,
	"^": 5, "&": 5, "|": 5,
	">>": 6, "<<": 6,
	"+": 7, "-": 7,
	"*": 8, "/": 8, "%": 8,
	"**": 9,
}

// whenScanner splits a text into tokens as govaluate does. A tag may stand for
// any text, so it extends the word or string around it.
type whenScanner struct {
	text   string
	tags   []Tag
	tokens []whenToken
	errors []Error
}

func scanWhen(text string) *whenScanner {
	s := &whenScanner{text: text}
	var open int
	if s.tags, open = wholeTags(text); open >= 0 {
		s.fail(Syntax, open, open+2, `"{{" is not closed`, `close the tag with "}}"`)
		s.text = text[:open]
	}
	for at := 0; ; {
		at += len(s.text[at:]) - len(strings.TrimLeftFunc(s.text[at:], unicode.IsSpace))
		if at == len(s.text) {
			s.add(whenToken{kind: whenEnd, start: at, end: at})
			return s
		}
		at = s.token(at)
	}
}

func (s *whenScanner) fail(kind ErrorKind, start, end int, message, help string) {
	s.errors = append(s.errors, Error{Kind: kind, Start: start, End: end, Message: message, Help: help})
}

func (s *whenScanner) add(t whenToken) { s.tokens = append(s.tokens, t) }

// tagAt is the tag that starts at byte at.
func (s *whenScanner) tagAt(at int) (Tag, bool) {
	if strings.HasPrefix(s.text[at:], "{{") {
		i := sort.Search(len(s.tags), func(i int) bool { return s.tags[i].Start >= at })
		if i < len(s.tags) && s.tags[i].Start == at {
			return s.tags[i], true
		}
	}
	return Tag{}, false
}

// token scans one token at byte at and returns where it ends.
func (s *whenScanner) token(at int) int {
	if _, ok := s.tagAt(at); ok {
		return s.word(at)
	}
	r, size := utf8.DecodeRuneInString(s.text[at:])
	switch {
	case numeric(r):
		return s.number(at)
	case r == ',':
		s.add(whenToken{kind: whenComma, text: ",", start: at, end: at + 1})
	case r == '(':
		s.add(whenToken{kind: whenOpen, text: "(", start: at, end: at + 1})
	case r == ')':
		s.add(whenToken{kind: whenClose, text: ")", start: at, end: at + 1})
	case r == '[':
		return s.bracketed(at)
	case unicode.IsLetter(r):
		return s.word(at)
	case r == '"' || r == '\'':
		return s.quoted(at)
	default:
		return s.symbol(at)
	}
	return at + size
}

func numeric(r rune) bool { return unicode.IsDigit(r) || r == '.' }

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.'
}

func symbolRune(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune(`()[]'"`, r)
}

// run reads runes that satisfy part, and tags if glue, from byte at on. A
// backslash makes the rune behind it a part whatever it is.
func (s *whenScanner) run(at int, part func(rune) bool, glue bool) (value string, tags []Tag, end int) {
	var b strings.Builder
	for at < len(s.text) {
		if t, ok := s.tagAt(at); ok {
			if !glue {
				break
			}
			tags = append(tags, t)
			b.WriteString(s.text[at:t.End])
			at = t.End
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[at:])
		if r == '\\' && at+1 < len(s.text) {
			r, size = utf8.DecodeRuneInString(s.text[at+1:])
			b.WriteRune(r)
			at += 1 + size
			continue
		}
		if !part(r) || r == '\\' {
			break
		}
		b.WriteRune(r)
		at += size
	}
	return b.String(), tags, at
}

func (s *whenScanner) operand(n Node) {
	start, end := n.Span()
	s.add(whenToken{kind: whenOperand, text: s.text[start:end], node: n, start: start, end: end})
}

func (s *whenScanner) bad(start, end int, message, help string) int {
	s.fail(Syntax, start, end, message, help)
	s.add(whenToken{kind: whenBad, text: s.text[start:end], start: start, end: end})
	return end
}

func (s *whenScanner) number(at int) int {
	value, tags, end := s.run(at, numeric, true)
	if strings.HasPrefix(s.text[at:], "0x") && len(tags) == 0 {
		value, _, end = s.run(at+2, func(r rune) bool { return strings.ContainsRune("0123456789abcdefABCDEF", r) }, false)
		if _, err := strconv.ParseUint(value, 16, 64); err != nil {
			return s.bad(at, max(end, at+2), quote(s.text[at:max(end, at+2)])+" is not a number", "quote it if it is text")
		}
		s.operand(&Literal{NumberLiteral, s.text[at:end], at, end})
		return end
	}
	if len(tags) > 0 { // 1{{x}}: what follows a tag may be any text
		return s.word(at)
	}
	if _, err := strconv.ParseFloat(value, 64); err != nil {
		return s.bad(at, end, quote(s.text[at:end])+" is not a number", s.quoteHelp(at))
	}
	if end < len(s.text) {
		if r, _ := utf8.DecodeRuneInString(s.text[end:]); r == '\\' || unicode.IsLetter(r) {
			_, _, stop := s.run(end, wordRune, true)
			return s.bad(at, stop, quote(s.text[at:stop])+" starts like a number and is none", s.quoteHelp(at))
		}
	}
	s.operand(&Literal{NumberLiteral, value, at, end})
	return end
}

// bracketed reads [any text], which is a word to govaluate.
func (s *whenScanner) bracketed(at int) int {
	value, tags, end := s.run(at+1, func(r rune) bool { return r != ']' }, true)
	if end == len(s.text) {
		return s.bad(at, end, `"[" is not closed`, `add "]", or quote the text`)
	}
	end++
	if len(tags) > 0 {
		s.operand(&TagOperand{Tags: tags, Start: at, End: end})
	} else {
		s.operand(&Literal{WordLiteral, value, at, end})
	}
	return end
}

func (s *whenScanner) quoted(at int) int {
	value, tags, end := s.run(at+1, func(r rune) bool { return r != '\'' && r != '"' }, true)
	if end == len(s.text) {
		return s.bad(at, end, "the quote is not closed", s.text[at:at+1]+" opens a text; an apostrophe inside a text needs a backslash")
	}
	end++
	switch {
	case len(tags) > 0:
		s.operand(&TagOperand{Tags: tags, Quoted: true, Start: at, End: end})
	case readsAsTime(value):
		s.operand(&Literal{TimeLiteral, value, at, end})
	default:
		s.operand(&Literal{StringLiteral, value, at, end})
	}
	return end
}

// word reads a name, a keyword, or text glued to tags.
func (s *whenScanner) word(at int) int {
	value, tags, end := s.run(at, wordRune, true)
	if len(tags) > 0 {
		bare := len(tags) == 1 && tags[0].Start == at && tags[0].End == end
		s.operand(&TagOperand{Tags: tags, Bare: bare, Start: at, End: end})
		return end
	}
	switch {
	case value == "true" || value == "false":
		s.operand(&Literal{BoolLiteral, value, at, end})
	case value == "in" || value == "IN":
		s.add(whenToken{kind: whenOperator, text: "in", start: at, end: end})
	case strings.Contains(value, "."):
		return s.bad(at, end, quote(s.text[at:end])+" is read as a member of a variable, and there are no variables", s.quoteHelp(at))
	default:
		s.operand(&Literal{WordLiteral, value, at, end})
	}
	return end
}

func (s *whenScanner) symbol(at int) int {
	value, _, end := s.run(at, symbolRune, false)
	if end == at { // a lone backslash at the very end, or a stray closing bracket
		_, size := utf8.DecodeRuneInString(s.text[at:])
		return s.bad(at, at+size, "unexpected "+quote(s.text[at:at+size]), s.quoteHelp(at))
	}
	if s.prefixed() && (value == "-" || value == "!" || value == "~") {
		s.add(whenToken{kind: whenPrefix, text: value, start: at, end: end})
		return end
	}
	if whenBinding[value] > 0 {
		s.add(whenToken{kind: whenOperator, text: value, start: at, end: end})
		return end
	}
	message, help := quote(s.text[at:end])+" is not an operator", s.quoteHelp(at)
	switch {
	case !strings.ContainsAny(value, "=<>!&|+-*/%^~?:"):
		message = "unexpected " + quote(s.text[at:end])
	case strings.Trim(value, "!") == "" && len(value) > 1:
		help = "put the second one in parentheses: !(!...)"
	case value == "=" || value == "===" || value == "!==":
		help = `compare with "` + value[:1] + `="`
	case value == "<>":
		help = `compare with "!="`
	case value == "!" || value == "~":
		help = "it belongs before a value"
	default:
		if op, prefix := value[:len(value)-1], value[len(value)-1:]; whenBinding[op] > 0 && strings.Contains("-!~", prefix) {
			message, help = quote(s.text[at:end])+" is read as one operator", "put a space before "+quote(prefix)
		}
	}
	return s.bad(at, end, message, help)
}

// prefixed reports whether an operand, and so a prefix, may come next.
func (s *whenScanner) prefixed() bool {
	if len(s.tokens) == 0 {
		return true
	}
	switch s.tokens[len(s.tokens)-1].kind {
	case whenOperator, whenComma, whenOpen:
		return true
	}
	return false
}

// quoteHelp shows how to quote the text around byte at that has no space in it.
func (s *whenScanner) quoteHelp(at int) string {
	start := strings.LastIndexAny(s.text[:at], " \t\n(),'\"") + 1
	end := len(s.text)
	if i := strings.IndexAny(s.text[at:], " \t\n(),'\""); i >= 0 {
		end = at + i
	}
	quoted := start > 0 && strings.ContainsAny(s.text[start-1:start], `"'`) || end < len(s.text) && strings.ContainsAny(s.text[end:end+1], `"'`)
	if end <= start || quoted || strings.ContainsAny(s.text[start:end], `=<>!&|\`) {
		return "text with other characters than letters and digits needs quotes"
	}
	return `quote text: "` + s.text[start:end] + `"`
}

// timeFormats are the forms of text that govaluate takes for a time, with the
// lengths that it tries them for.
var timeFormats = [...]struct {
	layout   string
	min, max int
}{
	{time.ANSIC, 23, 24},
	{time.RubyDate, 30, 30},
	{time.Kitchen, 6, 7},
	{time.RFC3339, 25, 25},
	{time.RFC3339Nano, 35, 35},
	{"2006-01-02", 10, 10},
	{"2006-01-02 15:04", 16, 16},
	{"2006-01-02 15:04:05", 19, 19},
	{"2006-01-02 15:04:05-07:00", 25, 25},
	{"2006-01-02T15Z0700", 18, 18},
	{"2006-01-02T15:04Z0700", 21, 21},
	{"2006-01-02T15:04:05Z0700", 24, 24},
	{"2006-01-02T15:04:05.999999999Z0700", 34, 34},
}

func readsAsTime(s string) bool {
	if !strings.ContainsAny(s, ":-") {
		return false
	}
	for _, f := range timeFormats {
		if f.min <= len(s) && len(s) <= f.max {
			if _, err := time.Parse(f.layout, s); err == nil {
				return true
			}
		}
	}
	return false
}
