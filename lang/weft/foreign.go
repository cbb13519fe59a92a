package weft

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/diag"
)

// What the lexer meets that is no .weft, and what it is taken for: the habits of
// other languages, and characters that keyboards and word processors put in.

// blockComment reports a comment that other languages have, and passes over it.
func (s *scanner) blockComment() {
	start := s.pos
	s.pos += 2
	if end := strings.Index(s.text[s.pos:], "*/"); end >= 0 {
		s.pos += end + 2
	} else {
		s.pos += len(firstLine(s.text[s.pos:]))
	}
	s.diags.Add(diag.Diagnostic{
		Rule: RuleSyntax, Severity: diag.Error, Span: s.file.At(start, start+2), Message: "a comment goes from # or // to the end of the line",
		Help: "write # in front of every line of it",
	})
}

// unquoted takes a path, an image, a URL or an option, such as /tmp, ghcr.io/a/b
// or -c, for the text that it is meant to be.
func (s *scanner) unquoted(start int, c byte) bool {
	rest := firstLine(s.text[start:])
	if i := strings.IndexAny(rest, " \t,;()[]{}\"'`"); i >= 0 {
		rest = rest[:i]
	}
	if c != '/' && c != '-' && c != '~' || len(rest) < 2 || rest[1] == '>' || rest[1] == c && c == '/' && !s.inURL() {
		return false
	}
	if c == '/' && strings.Trim(rest[1:], "0123456789") == "" {
		return false // a division
	}
	s.pos = start + len(rest)
	if c == '/' {
		start = s.takeBack(start)
	}
	s.emit(tokString, start)
	s.report(start, s.pos, s.quoteFix(start, s.pos), "text goes in double quotes", "the text %q has no quotes around it", s.text[start:s.pos])
	return true
}

// inURL reports whether the two slashes at hand begin no comment: a word and a
// colon stand right before them.
func (s *scanner) inURL() bool {
	n := len(s.tokens)
	if n < 2 || s.pos+2 >= len(s.text) || s.text[s.pos+2] <= ' ' {
		return false
	}
	word, colon := s.tokens[n-2], s.tokens[n-1]
	return colon.Value == ":" && colon.Pos.Offset == s.pos-1 && word.Type == tokIdent && word.Pos.Offset+len(word.Value) == s.pos-1
}

// takeBack removes the tokens that a text without quotes begins with, such as
// those of ghcr.io in ghcr.io/a/b, and returns where it begins.
func (s *scanner) takeBack(slash int) int {
	start := slash
	colon := strings.HasPrefix(s.text[slash:], "//") // may be a part of it, and not behind the name of an argument
	for n := len(s.tokens); n > 0; n-- {
		t := s.tokens[n-1]
		word := t.Type == tokIdent || t.Type == tokNumber || t.Type == tokQuantity
		mark := t.Value == "." || t.Value == ":" && colon
		if t.Pos.Offset+len(t.Value) != start || !word && !mark {
			break
		}
		s.tokens = s.tokens[:n-1]
		start, colon = t.Pos.Offset, t.Type == tokNumber // of a port
	}
	return start
}

// joinBrace takes a brace on a line of its own for that of the template above.
func (s *scanner) joinBrace(start int) {
	first := len(s.tokens)
	for first > 0 && s.tokens[first-1].Type != tokSep {
		first--
	}
	head := s.tokens[first:]
	if len(head) < 2 || len(s.stack) > 0 || !isName(head[1]) {
		return
	}
	if _, ok := kinds[head[0].Value]; !ok {
		return
	}
	last := head[len(head)-1]
	end := last.Pos.Offset + len(last.Value)
	s.diags.Add(diag.Diagnostic{
		Rule: RuleSyntax, Severity: diag.Error, Span: s.file.At(start, start+1), Message: "the brace of a template stands on its first line",
		Help: "move it up", Fixes: fix("move it up", s.file.At(end, start), " "),
	})
	s.sepAt = -1
}

// foreignBlank passes over what nobody sees: a no-break space from a web page, a
// mark without any width.
func (s *scanner) foreignBlank(start int) bool {
	r, size := utf8.DecodeRuneInString(s.text[start:])
	d := diag.Diagnostic{Rule: RuleSyntax, Severity: diag.Error, Span: s.file.At(start, start+size)}
	switch {
	case unicode.IsSpace(r):
		d.Message, d.Help = fmt.Sprintf("the character %U looks like a blank and is none", r), "write a blank"
		d.Fixes = fix(d.Help, d.Span, " ")
	case unicode.Is(unicode.Cf, r):
		d.Message, d.Help = fmt.Sprintf("there is an invisible character here, %U", r), "remove it"
		d.Fixes = fix(d.Help, d.Span, "")
	default:
		return false
	}
	s.pos = start + size
	s.diags.Add(d)
	return true
}

// foreignQuotes are the marks that a text may begin with, and those that end it.
var foreignQuotes = map[rune]string{
	'“': "”", '”': "”", '„': "“”", '‟': "”", '‘': "’", '’': "’", '‚': "‘’", '‛': "’", '«': "»", '»': "«»",
}

// foreignQuote takes a text between curly quotes for what it is meant to be.
func (s *scanner) foreignQuote(start int) bool {
	r, size := utf8.DecodeRuneInString(s.text[start:])
	closers := foreignQuotes[r]
	if closers == "" || start > 0 && isIdentPart(s.text[start-1]) { // or an apostrophe
		return false
	}
	inner := firstLine(s.text[start+size:])
	i := closingQuote(inner, closers)
	if i < 0 {
		i = strings.IndexByte(inner, '"')
	}
	if i < 0 {
		return false
	}
	_, closing := utf8.DecodeRuneInString(inner[i:])
	inner = inner[:i]
	s.pos = start + size + len(inner) + closing
	span := s.file.At(start, s.pos)
	value := quote(inner)
	if len(value) > s.pos-start { // no token reaches beyond its source
		value = s.text[start:s.pos]
	}
	s.due()
	s.push(tokString, start, value)
	s.report(start, s.pos, &diag.Fix{Title: "use double quotes", Safe: true, Edits: []diag.Edit{{Span: span, New: quote(inner)}}},
		"use double quotes", "text is written in double quotes, not in curly ones")
	return true
}

// closingQuote is where the first of closers stands in text that is no
// apostrophe within a word, -1 if none does.
func closingQuote(text, closers string) int {
	for i, r := range text {
		if !strings.ContainsRune(closers, r) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if r != '’' || !unicode.IsLetter(before) || !unicode.IsLetter(after) {
			return i
		}
	}
	return -1
}

// foreignWord takes a word from start, of which a part may have been read, for a
// text without quotes if it has letters that no name has.
func (s *scanner) foreignWord(start int) bool {
	end := s.pos
	for end < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[end:])
		if !isIdentPart(s.text[end]) && (r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)) {
			break
		}
		end += size
	}
	if end == s.pos {
		return false
	}
	s.pos = end
	s.emit(tokString, start)
	s.report(start, end, s.quoteFix(start, end), "put it in double quotes", "%q has other letters than a name may have", s.text[start:end])
	return true
}
