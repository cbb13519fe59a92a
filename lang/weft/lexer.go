package weft

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// The token types. Literals keep their quotes in the token value: the grammar
// matches by value, and the text "}" must never look like a closing brace.
const (
	tokIdent lexer.TokenType = iota + 1
	tokString
	tokRaw
	tokHeredoc
	tokNumber
	tokQuantity
	tokConst
	tokPunct
	tokSep
	tokBad
)

var symbols = map[string]lexer.TokenType{
	"EOF": lexer.EOF, "Ident": tokIdent, "String": tokString, "Raw": tokRaw, "Heredoc": tokHeredoc,
	"Number": tokNumber, "Quantity": tokQuantity, "Const": tokConst, "Punct": tokPunct, "Sep": tokSep, "Bad": tokBad,
}

// maxDepth bounds the nesting of brackets, so that no input exhausts the stack.
const maxDepth = 100

// definition is the lexer as participle wants to see it. Files are lexed by
// lex and handed over as tokens; Lex exists to complete the interface.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType { return symbols }

func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	s := newScanner(source.NewFile(name, string(b)), &diag.List{})
	s.scan()
	return &tokenStream{tokens: s.tokens}, nil
}

// tokenStream hands out tokens that are already there, then EOF.
type tokenStream struct {
	tokens []lexer.Token
	end    int // where EOF is
	at     int
}

func (s *tokenStream) Next() (lexer.Token, error) {
	if s.at == len(s.tokens) {
		return lexer.EOFToken(lexer.Position{Offset: s.end}), nil
	}
	s.at++
	return s.tokens[s.at-1], nil
}

type bracket struct {
	open  byte
	token int // index of the opening token
}

// scanner turns text into tokens and comments. It never fails: what is wrong
// is reported, and the tokens go on in the most likely way. Brackets always
// balance in its output; closers that are missing in the text are put in with
// type tokPunct and recorded in repaired.
type scanner struct {
	file     *source.File
	text     string
	pos      int
	tokens   []lexer.Token
	comments []tree.Comment
	stack    []bracket
	diags    *diag.List
	damage   []source.Span // what cannot be what was meant
	skewed   []int         // where a block ended too early: what follows is not where it seems
	declared int           // where the last template starts
	sepAt    int           // offset of a separator that is due, -1 if none
	newline  bool          // a line break was seen since the last token
	unclosed bool          // a block is never closed
	byIndent bool          // what indentation says of blocks counts
	repaired map[int]bool  // indexes of closers that are not in the text
}

func newScanner(f *source.File, diags *diag.List) *scanner {
	return &scanner{
		file: f, text: f.Text, diags: diags, sepAt: -1, repaired: map[int]bool{},
		tokens: make([]lexer.Token, 0, len(f.Text)/6+8),
	}
}

func (s *scanner) report(start, end int, fix *diag.Fix, help, format string, args ...any) {
	d := diag.Diagnostic{
		Rule: RuleSyntax, Severity: diag.Error, Span: s.file.At(start, end),
		Message: fmt.Sprintf(format, args...), Help: help,
	}
	if fix != nil {
		d.Fixes = []diag.Fix{*fix}
	}
	s.diags.Add(d)
	s.damage = append(s.damage, d.Span)
}

// scan lexes the whole file.
func (s *scanner) scan() {
	if strings.HasPrefix(s.text, "\uFEFF") {
		s.pos = 3
	}
	for s.pos < len(s.text) {
		s.next()
	}
	s.closeAll(0, "the end of the file")
	s.sepAt = -1
}

// next lexes one token, comment or run of blanks.
func (s *scanner) next() {
	switch c := s.text[s.pos]; {
	case c == ' ' || c == '\t' || c == '\r':
		s.pos++
	case c == '\n':
		s.separator()
		s.newline = true
		s.pos++
	case c == ';', c == ',' && s.innermost() != '(' && s.innermost() != '[':
		s.separator()
		s.pos++
	case c == '#' || strings.HasPrefix(s.text[s.pos:], "//") && !s.inURL():
		s.comment()
	case strings.HasPrefix(s.text[s.pos:], "/*"):
		s.blockComment()
	default:
		s.token(c)
		s.newline = false
	}
}

func (s *scanner) innermost() byte {
	if len(s.stack) == 0 {
		return '{'
	}
	return s.stack[len(s.stack)-1].open
}

// separator notes that a Sep is due before the next token, unless line breaks
// mean nothing here.
func (s *scanner) separator() {
	if s.sepAt >= 0 || len(s.tokens) == 0 || s.innermost() != '{' {
		return
	}
	if last := &s.tokens[len(s.tokens)-1]; last.Type == tokPunct && continues(last.Value) {
		return
	}
	s.sepAt = s.pos
}

// continues reports whether a line cannot end after the punctuation p.
func continues(p string) bool {
	switch p {
	case ")", "]", "}", ",", "!", ".", "|":
		return false
	}
	return true
}

// Comments lists the comments of a .weft file in source order, whether or not
// the rest of it can be read.
func Comments(f *source.File) []tree.Comment {
	s := newScanner(f, &diag.List{})
	s.scan()
	return s.comments
}

func (s *scanner) comment() {
	end := strings.IndexByte(s.text[s.pos:], '\n')
	if end < 0 {
		end = len(s.text)
	} else {
		end += s.pos
	}
	line := strings.TrimRight(s.text[s.pos:end], " \t\r")
	text := strings.TrimPrefix(line, "#")
	if len(text) == len(line) {
		text = strings.TrimPrefix(line, "//")
	}
	s.comments = append(s.comments, tree.Comment{
		Span: s.file.At(s.pos, s.pos+len(line)), Text: strings.TrimPrefix(text, " "),
	})
	s.pos = end
}

func (s *scanner) token(c byte) {
	if s.newline {
		if s.text[s.pos-1] == '\n' && declares(s.text[s.pos:]) {
			s.declared = s.pos
		}
		s.resync()
	}
	start := s.pos
	switch {
	case isIdentStart(c):
		for s.pos++; s.pos < len(s.text) && isIdentPart(s.text[s.pos]); s.pos++ {
		}
		if s.foreignWord(start) {
			return
		}
		switch s.text[start:s.pos] {
		case "true", "false", "null":
			s.emit(tokConst, start)
		default:
			s.emit(tokIdent, start)
		}
	case c >= utf8.RuneSelf && (s.foreignBlank(start) || s.foreignQuote(start) || s.foreignWord(start)):
	case isDigit(c) || c == '-' && s.pos+1 < len(s.text) && isDigit(s.text[s.pos+1]):
		s.number(start)
	case strings.HasPrefix(s.text[start:], `"""`) || strings.HasPrefix(s.text[start:], "'''"):
		s.tripled(start)
	case c == '"' || c == '\'':
		s.quoted(start, c)
	case c == '`':
		s.raw(start)
	case strings.HasPrefix(s.text[start:], "<<"):
		s.heredoc(start, 2)
	case c == '<' && s.meantHeredoc(start):
		s.report(start, start+1, &diag.Fix{Title: "write <<", Safe: true, Edits: []diag.Edit{{Span: s.file.At(start, start+1), New: "<<"}}},
			"", "a heredoc starts with <<")
		s.heredoc(start, 1)
	default:
		s.punct(start, c)
	}
}

// emit appends the token from start to the current position, and before it
// the separator that is due.
func (s *scanner) emit(t lexer.TokenType, start int) {
	s.due()
	s.push(t, start, s.text[start:s.pos])
}

// due appends the separator that is due.
func (s *scanner) due() {
	if s.sepAt >= 0 && len(s.tokens) > 0 {
		s.push(tokSep, s.sepAt, s.text[s.sepAt:s.sepAt+1])
	}
	s.sepAt = -1
}

func (s *scanner) push(t lexer.TokenType, start int, value string) {
	s.tokens = append(s.tokens, lexer.Token{Type: t, Value: value, Pos: lexer.Position{Offset: start}})
}

var operators = [...]string{"==", "!=", "=~", "!~", "<=", ">=", "&&", "||"}

func (s *scanner) punct(start int, c byte) {
	for _, op := range operators {
		if strings.HasPrefix(s.text[start:], op) {
			s.pos += 2
			s.emit(tokPunct, start)
			return
		}
	}
	switch c {
	case '(', '[', '{':
		if c == '{' && s.newline {
			s.joinBrace(start)
		}
		if len(s.stack) == maxDepth {
			s.report(start, start+1, nil, "", "brackets are nested more than %d deep", maxDepth)
			s.abandon(start)
			return
		}
		s.pos++
		s.emit(tokPunct, start)
		s.stack = append(s.stack, bracket{c, len(s.tokens) - 1})
	case ')', ']', '}':
		s.pos++
		s.closer(start, c)
	case '=', ':', ',', '.', '|', '!', '<', '>':
		s.pos++
		s.emit(tokPunct, start)
	default:
		if s.unquoted(start, c) {
			return
		}
		_, size := utf8.DecodeRuneInString(s.text[start:])
		s.pos += size
		s.emit(tokBad, start)
		if c == '$' && s.pos < len(s.text) && (isIdentStart(s.text[s.pos]) || s.text[s.pos] == '{') {
			s.report(start, s.pos, &diag.Fix{Title: "remove the $", Safe: true, Edits: []diag.Edit{{Span: s.file.At(start, s.pos)}}},
				"write the name alone; ${NAME} is for the inside of a text", "a reference has no $ in front")
			return
		}
		help := "text goes in double quotes"
		if strings.IndexByte("+-*/%?", c) >= 0 {
			help = "put texts together in one, \"${a}-${b}\", and compute in an expression tag, \"{{= ... }}\""
		}
		s.report(start, s.pos, nil, help, "unexpected character %q", s.text[start:s.pos])
	}
}

var closerOf = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// closer ends the innermost bracket that fits c; brackets inside that one
// that are still open are reported and closed.
func (s *scanner) closer(start int, c byte) {
	i := len(s.stack) - 1
	for i >= 0 && closerOf[s.stack[i].open] != c {
		i--
	}
	if i < 0 {
		s.report(start, s.pos, nil, "remove it, or the one above that closes too much", "%q closes nothing", string(c))
		s.damage = append(s.damage, s.file.At(s.declared, start)) // since when nothing may be where it seems
		return
	}
	end := s.pos
	for _, b := range s.stack[i+1:] {
		if b.open == '{' && c != '}' {
			s.skewed = append(s.skewed, start)
			break
		}
	}
	s.closeAll(i+1, fmt.Sprintf("the %q that ends the block around it", string(c)))
	s.sepAt = -1
	s.pos = end
	s.emit(tokPunct, start)
	s.stack = s.stack[:i]
}

// closeAll closes what is open above depth, with one report for the innermost.
func (s *scanner) closeAll(depth int, before string) {
	if len(s.stack) <= depth {
		return
	}
	in := s.stack[len(s.stack)-1]
	at := s.tokens[in.token].Pos.Offset
	s.unclosed = s.unclosed || in.open == '{'
	s.report(at, at+1, nil, fmt.Sprintf("put a %q before %s", string(closerOf[in.open]), before), "%q is never closed", string(in.open))
	last := s.tokens[len(s.tokens)-1]
	line := strings.LastIndexByte(s.text[:at], '\n') + 1 // what stands before it may not be what it seems
	s.damage = append(s.damage, s.file.At(line, last.Pos.Offset+len(last.Value)))
	s.balance(depth)
}

// balance puts in the closers of everything open above depth.
func (s *scanner) balance(depth int) {
	last := &s.tokens[len(s.tokens)-1]
	end := last.Pos.Offset + len(last.Value)
	for i := len(s.stack) - 1; i >= depth; i-- {
		s.repaired[len(s.tokens)] = true
		s.push(tokPunct, min(end, len(s.text)-1), string(closerOf[s.stack[i].open]))
	}
	s.stack = s.stack[:depth]
}

// resync runs at the first token of a line. It ends brackets that can only be
// open by mistake: a list or call that the line does not continue, and any
// bracket when a template is declared in the first column.
func (s *scanner) resync() {
	if len(s.stack) == 0 {
		return
	}
	indent := s.pos - (strings.LastIndexByte(s.text[:s.pos], '\n') + 1)
	if indent == 0 && declares(s.text[s.pos:]) {
		s.closeAll(0, "the next template")
		s.sepAt = s.pos - 1
		return
	}
	if s.byIndent && s.innermost() == '{' && s.endedInLine(indent) {
		s.closeAll(len(s.stack)-1, "the end of the line")
		s.sepAt = s.pos - 1
		return
	}
	if s.innermost() == '{' || strings.IndexByte(",)]}&|=!<>.:", s.text[s.pos]) >= 0 {
		return
	}
	last := &s.tokens[len(s.tokens)-1]
	if last.Type == tokPunct && strings.Contains(",([.!|", last.Value) || last.Type == tokPunct && continues(last.Value) {
		return
	}
	open := s.tokens[s.stack[len(s.stack)-1].token].Pos.Offset
	lineStart := strings.LastIndexByte(s.text[:open], '\n') + 1
	line := s.text[lineStart:open]
	if indent > len(line)-len(strings.TrimLeft(line, " \t")) {
		return
	}
	depth := len(s.stack)
	for depth > 0 && s.stack[depth-1].open != '{' {
		depth--
	}
	s.closeAll(depth, "the end of the line")
	s.sepAt = s.pos - 1
}

// endedInLine reports whether the innermost block was meant to end in its line:
// something stands behind its brace there, and this line is not indented more.
func (s *scanner) endedInLine(indent int) bool {
	open := s.tokens[s.stack[len(s.stack)-1].token].Pos.Offset
	start := strings.LastIndexByte(s.text[:open], '\n') + 1
	line := s.text[start:open]
	behind := strings.TrimSpace(firstLine(s.text[open+1:]))
	return len(s.stack) > 1 && s.text[s.pos] != '}' && behind != "" && behind[0] != '#' && !strings.HasPrefix(behind, "//") &&
		indent <= len(line)-len(strings.TrimLeft(line, " \t"))
}

// declares reports whether text starts like the declaration of a template:
// kind, name, then a signature or a body. Nothing like it is legal elsewhere.
func declares(text string) bool {
	word, rest := cutIdent(text)
	if _, ok := kinds[word]; !ok {
		return false
	}
	name, rest := cutIdent(strings.TrimLeft(rest, " \t"))
	rest = strings.TrimLeft(rest, " \t")
	return name != "" && rest != "" && (rest[0] == '(' || rest[0] == '{')
}

func cutIdent(text string) (word, rest string) {
	if text == "" || !isIdentStart(text[0]) {
		return "", text
	}
	i := 1
	for i < len(text) && isIdentPart(text[i]) {
		i++
	}
	return text[:i], text[i:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isIdentStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '-' }

// isIdent reports whether name can be written without quotes.
func isIdent(name string) bool {
	word, rest := cutIdent(name)
	return word != "" && rest == "" && name != "true" && name != "false" && name != "null"
}
