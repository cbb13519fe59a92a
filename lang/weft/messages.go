package weft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// mistake is a place where the grammar could not go on: token i of a statement.
type mistake struct {
	level  level
	tokens []lexer.Token
	i      int
	file   *source.File
}

// at returns token i+k; out of range it is an EOF token behind the last one.
func (m *mistake) at(k int) lexer.Token {
	if j := m.i + k; j >= 0 && j < len(m.tokens) {
		return m.tokens[j]
	}
	return lexer.Token{Type: lexer.EOF}
}

func (m *mistake) span(t lexer.Token) source.Span {
	if t.Type == lexer.EOF {
		last := m.tokens[len(m.tokens)-1]
		end := min(last.Pos.Offset+len(last.Value), len(m.file.Text))
		return m.file.At(max(last.Pos.Offset, end-1), end)
	}
	return m.file.At(t.Pos.Offset, min(t.Pos.Offset+len(t.Value), len(m.file.Text)))
}

// here is the place of the finding: the token, or the last character before
// the end of the statement.
func (m *mistake) here() source.Span { return m.span(m.at(0)) }

func (m *mistake) found(format string, args ...any) diag.Diagnostic {
	return diag.Diagnostic{Span: m.here(), Message: fmt.Sprintf(format, args...)}
}

func fix(title string, s source.Span, text string) []diag.Fix {
	return []diag.Fix{{Title: title, Safe: true, Edits: []diag.Edit{{Span: s, New: text}}}}
}

// inside is the innermost bracket open at the mistake, 0 if none, and whether
// it opens the arguments of a call rather than a signature.
func (m *mistake) inside() (open byte, call bool) {
	var stack []int
	for i, t := range m.tokens[:min(m.i, len(m.tokens))] {
		if t.Type != tokPunct {
			continue
		}
		switch t.Value {
		case "(", "[", "{":
			stack = append(stack, i)
		case ")", "]", "}":
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		}
	}
	if len(stack) == 0 {
		return 0, false
	}
	i := stack[len(stack)-1]
	_, kind := kinds[m.tokens[0].Value]
	return m.tokens[i].Value[0], !(kind && m.level == levelItem)
}

func (m *mistake) isStep() bool {
	return (m.level == levelStmt || m.level == levelStep) && len(m.tokens) > 1 &&
		(m.tokens[1].Value == "=" || m.tokens[1].Value == "(" || m.tokens[1].Value == ".")
}

func isName(t lexer.Token) bool {
	return t.Type == tokIdent || t.Type == tokString || t.Type == tokConst
}

func startsValue(t lexer.Token) bool {
	return t.Type >= tokIdent && t.Type <= tokConst || t.Type == tokPunct && (t.Value == "{" || t.Value == "[")
}

func endsValue(t lexer.Token) bool {
	return t.Type >= tokIdent && t.Type <= tokConst || t.Type == tokPunct && (t.Value == "}" || t.Value == "]" || t.Value == ")")
}

// hints explain a mistake; the first that knows it wins, the last knows all.
var hints = [...]func(*mistake) (diag.Diagnostic, bool){
	hintContinued, hintForeign, hintHeader, hintBody, hintHook, hintKind, hintUnknownKind, hintParam, hintSignature, hintOutput, hintRun, hintNamed, hintParallel,
	hintJunction, hintList, hintKindCall, hintLoop, hintModifier, hintColon, hintComma, hintTasks, hintComparison, hintResult, hintAssign, hintCall, hintBareText,
	hintNoComma, hintNoValue, hintDangling, hintUnexpected,
}

// hintContinued: c() when a == "b" &&, and below it d = e()
func hintContinued(m *mistake) (diag.Diagnostic, bool) {
	for i := 1; i+1 < min(m.i+1, len(m.tokens)); i++ {
		t, next := m.tokens[i], m.tokens[i+1]
		if t.Type != tokPunct || !continues(t.Value) || strings.Contains("([{<>", t.Value) || !startsStatement(m.tokens[i+1:]) ||
			!strings.Contains(m.file.Text[t.Pos.Offset:next.Pos.Offset], "\n") {
			continue
		}
		return diag.Diagnostic{
			Span: m.span(t), Message: fmt.Sprintf("nothing follows %q in its line", t.Value),
			Help: "a line that ends so goes on in the next one",
		}, true
	}
	return diag.Diagnostic{}, false
}

// startsStatement reports whether tokens look like the beginning of a statement.
func startsStatement(tokens []lexer.Token) bool {
	if len(tokens) < 2 || !isName(tokens[0]) {
		return false
	}
	return tokens[1].Value == "=" || tokens[1].Value == "(" || slices.Contains(statementWords, tokens[0].Value) && isName(tokens[1])
}

// hintKind: contaner main { ... }
func hintKind(m *mistake) (diag.Diagnostic, bool) {
	first := m.tokens[0]
	if m.level != levelItem || first.Type != tokIdent || m.i < 1 {
		return diag.Diagnostic{}, false
	}
	if _, known := kinds[first.Value]; known || len(m.tokens) < 3 {
		return diag.Diagnostic{}, false
	}
	near, ok := nearest(first.Value, kindNames())
	if !ok {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{
		Span: m.span(first), Message: fmt.Sprintf("%q is not a kind of template", first.Value),
		Help: didYouMean(near), Fixes: fix("write "+near, m.span(first), near),
	}, true
}

// hintParallel: paralel { a = b() }
func hintParallel(m *mistake) (diag.Diagnostic, bool) {
	first := m.tokens[0]
	if m.level != levelStmt || len(m.tokens) < 2 || m.tokens[1].Value != "{" || first.Value == "parallel" || !closeTo(first.Value, "parallel") {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{
		Span: m.span(first), Message: fmt.Sprintf("%q is no statement with steps inside", first.Value),
		Help: didYouMean("parallel"), Fixes: fix("write parallel", m.span(first), "parallel"),
	}, true
}

// hintModifier: b = f() aftr a
func hintModifier(m *mistake) (diag.Diagnostic, bool) {
	if !m.isStep() || m.i < 2 {
		return diag.Diagnostic{}, false
	}
	if open, _ := m.inside(); open != 0 {
		return diag.Diagnostic{}, false
	}
	for _, t := range []lexer.Token{m.at(0), m.at(-1)} {
		if t.Type != tokIdent || slices.Contains(modifiers, t.Value) {
			continue
		}
		near, ok := synonym(t.Value, modifiers)
		if !ok {
			continue
		}
		return diag.Diagnostic{
			Span: m.span(t), Message: fmt.Sprintf("unexpected %q behind a step", t.Value),
			Help: didYouMean(near), Fixes: fix("write "+near, m.span(t), near),
		}, true
	}
	return diag.Diagnostic{}, false
}

var modifiers = []string{"for", "in", "when", "after"}

// hintColon: f(message "hi"), f(message = "hi")
func hintColon(m *mistake) (diag.Diagnostic, bool) {
	open, call := m.inside()
	if open != '(' || !call || !isName(m.at(-1)) {
		return diag.Diagnostic{}, false
	}
	if before := m.at(-2).Value; before != "(" && before != "," {
		return diag.Diagnostic{}, false
	}
	name := m.at(-1).Value
	switch {
	case m.at(0).Value == "=":
		d := m.found("arguments are written with a colon, not with %q", "=")
		d.Help = fmt.Sprintf("write %s: VALUE", name)
		d.Fixes = fix("use a colon", m.file.At(m.span(m.at(-1)).End, m.here().End), ":")
		return d, true
	case startsValue(m.at(0)):
		d := m.found("there is no colon between argument %q and its value", unquote(name, 0))
		d.Help = fmt.Sprintf("write %s: %s", name, m.at(0).Value)
		end := m.span(m.at(-1)).End
		d.Fixes = fix("put in a colon", m.file.At(end, end), ":")
		return d, true
	}
	return diag.Diagnostic{}, false
}

// hintComma: [1 2], f(a: 1 b: 2)
func hintComma(m *mistake) (diag.Diagnostic, bool) {
	open, _ := m.inside()
	if (open != '(' && open != '[') || !endsValue(m.at(-1)) || !startsValue(m.at(0)) {
		return diag.Diagnostic{}, false
	}
	if m.condition() {
		return diag.Diagnostic{}, false
	}
	d := m.found("there is no comma before %s", describe(m.at(0)))
	end := m.span(m.at(-1)).End
	d.Fixes = fix("put in a comma", m.file.At(end, end), ",")
	d.Help = "elements are separated by commas; text goes in double quotes"
	return d, true
}

// hintNoComma: { image "x" command ["y"] }
func hintNoComma(m *mistake) (diag.Diagnostic, bool) {
	open, _ := m.inside()
	before := m.at(-1)
	ended := endsValue(before) && !isName(before) || isTextToken(before)
	if open != 0 && open != '{' || !ended || !isName(m.at(0)) || m.level == levelItem && open == 0 || m.isStep() && slices.Contains(modifiers, m.at(0).Value) {
		return diag.Diagnostic{}, false
	}
	end := m.span(before).End
	d := m.found("there is no comma before %s", describe(m.at(0)))
	d.Help = "what stands on one line is separated by commas"
	d.Fixes = fix("put in a comma", m.file.At(end, end), ",")
	return d, true
}

// condition reports whether the mistake is behind when or after.
func (m *mistake) condition() bool {
	for _, t := range m.tokens[:min(m.i, len(m.tokens))] {
		if t.Type == tokIdent && (t.Value == "when" || t.Value == "after") {
			return true
		}
	}
	return false
}

// hintAssign: image = "x"
func hintAssign(m *mistake) (diag.Diagnostic, bool) {
	equals := m.at(0)
	for k := -1; k >= -2 && equals.Value != "="; k-- {
		equals = m.at(k)
	}
	open, _ := m.inside()
	if equals.Value != "=" || equals.Type != tokPunct || open != 0 || m.i > 2 && m.tokens[2].Type == tokIdent || len(m.tokens) < 3 {
		return diag.Diagnostic{}, false
	}
	d := diag.Diagnostic{
		Span: m.span(equals), Message: `there is no "=" between a key and its value`,
		Help: "leave it out: KEY VALUE",
	}
	if isName(m.tokens[0]) && isName(m.tokens[1]) && m.tokens[2].Value == "=" {
		d.Help = fmt.Sprintf("write %s { %s VALUE }", m.tokens[0].Value, m.tokens[1].Value)
		return d, true
	}
	if m.level == levelStmt || m.level == levelStep {
		d.Message = fmt.Sprintf("%q is not a step: behind %q stands a call, a template or a map", unquote(m.tokens[0].Value, 0), "=")
		d.Help = `to set a field leave out the "="`
	}
	start := m.span(equals).Start
	end := m.span(equals).End
	if start > 0 && m.file.Text[start-1] == ' ' && end < len(m.file.Text) && m.file.Text[end] == ' ' {
		start--
	}
	d.Fixes = fix(`remove the "="`, m.file.At(start, end), "")
	return d, true
}

// hintCall: a = b
func hintCall(m *mistake) (diag.Diagnostic, bool) {
	if !m.isStep() || m.i < 3 || m.tokens[1].Value != "=" || m.at(-1).Type != tokIdent {
		return diag.Diagnostic{}, false
	}
	if m.i > 3 && m.at(-2).Value != "." {
		return diag.Diagnostic{}, false
	}
	callee := m.span(m.at(-1))
	rest := m.file.At(callee.End, callee.End)
	if startsValue(m.at(0)) && !slices.Contains(modifiers, m.at(0).Value) && m.at(0).Value != "{" {
		rest.End = m.span(m.tokens[len(m.tokens)-1]).End
	}
	for i := m.i; i < len(m.tokens) && rest.End > rest.Start; i++ {
		if t := m.tokens[i]; t.Type == tokIdent && slices.Contains(modifiers, t.Value) {
			rest.End = m.span(m.tokens[i-1]).End
		}
	}
	call := "(" + strings.TrimSpace(rest.Text()) + ")"
	return diag.Diagnostic{
		Span: callee, Message: fmt.Sprintf("the call of %q has no parentheses", callee.Text()),
		Help: fmt.Sprintf("write %s%s", callee.Text(), shorten(call)), Fixes: fix("put in parentheses", rest, call),
	}, true
}

// hintKindCall: x = http()
func hintKindCall(m *mistake) (diag.Diagnostic, bool) {
	if !m.isStep() || len(m.tokens) < 3 || m.tokens[1].Value != "=" || m.at(-1).Value != ")" || m.at(0).Type != lexer.EOF {
		return diag.Diagnostic{}, false
	}
	kind := m.tokens[2]
	if _, ok := kinds[kind.Value]; !ok {
		return diag.Diagnostic{}, false
	}
	called := quote(kind.Value)
	return diag.Diagnostic{
		Span: m.span(kind), Message: fmt.Sprintf("%s begins an inline template here, which has a body", called),
		Help:  fmt.Sprintf("write %s { ... }, or %s(...) to call the template of that name", kind.Value, called),
		Fixes: fix("call the template", m.span(kind), called),
	}, true
}

// hintBareText: image busybox:1.36
func hintBareText(m *mistake) (diag.Diagnostic, bool) {
	if m.isStep() || m.i < 2 || m.at(0).Type == lexer.EOF {
		return diag.Diagnostic{}, false
	}
	if open, _ := m.inside(); open != 0 {
		return diag.Diagnostic{}, false
	}
	from := 1
	for from < m.i && m.tokens[from].Value == "." {
		from += 2
	}
	if from < m.i && m.tokens[from].Value == ":" {
		from++
	}
	if from >= len(m.tokens) || from >= m.i {
		return diag.Diagnostic{}, false
	}
	if t := m.tokens[from]; t.Type != tokIdent && t.Type != tokNumber && t.Type != tokQuantity {
		return diag.Diagnostic{}, false
	}
	end := len(m.tokens)
	if as := slices.IndexFunc(m.tokens, func(t lexer.Token) bool { return isWord(t, "as") }); m.tokens[0].Value == "import" && as > from {
		end = as
	}
	text := m.file.At(m.tokens[from].Pos.Offset, m.span(m.tokens[end-1]).End)
	if !quotable(text.Text()) {
		d := m.found("unexpected %s", describe(m.at(0)))
		d.Help = "text goes in double quotes; entries on one line are separated by commas"
		return d, true
	}
	return diag.Diagnostic{
		Span: text, Message: fmt.Sprintf("the text %q has no quotes around it", text.Text()),
		Help:  "text goes in double quotes; entries on one line are separated by commas",
		Fixes: fix("put the text in quotes", text, quote(text.Text())),
	}, true
}

// quotable reports whether text looks like one plain text that only lacks quotes.
func quotable(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"', '\n', '`', '{', '}', '(', '\'':
			return false
		}
	}
	return true
}

// hintNoValue: image
func hintNoValue(m *mistake) (diag.Diagnostic, bool) {
	if m.at(0).Type != lexer.EOF || m.isStep() || len(m.tokens) == 0 || !isName(m.at(-1)) && m.at(-1).Value != ":" {
		return diag.Diagnostic{}, false
	}
	for _, t := range m.tokens {
		if !isName(t) && t.Value != "." && t.Value != ":" {
			return diag.Diagnostic{}, false
		}
	}
	span := m.file.At(m.tokens[0].Pos.Offset, m.here().End)
	d := diag.Diagnostic{Span: span, Message: fmt.Sprintf("%q has no value", span.Text())}
	d.Help = "write KEY VALUE; NAME() calls a template"
	if help, ok := wanting[m.tokens[0].Value]; ok {
		d.Message, d.Help = fmt.Sprintf("nothing follows %q", span.Text()), help
	}
	if near, ok := nearest(m.tokens[0].Value, headerNames); ok && m.level == levelItem {
		d.Help = didYouMean(near)
	}
	if m.level == levelStmt && m.tokens[0].Value == "parallel" {
		d.Message, d.Help = `"parallel" has no block`, "write parallel { ... } around the steps that run at the same time"
	}
	return d, true
}

// wanting is what the words of statements are followed by.
var wanting = map[string]string{
	"param": "write param NAME = VALUE", "artifact": `write artifact NAME "PATH"`, "output": `write output param NAME "PATH", or output artifact NAME "PATH"`,
	"import": `write import "FILE.weft" as NAME, or import workflowTemplate NAME`, "retry": "write retry LIMIT", "run": "write run TEXT",
	"on": "write on EVENT NAME(...)", "manifest": "write manifest { ... }",
}

// hintDangling: when a ==
func hintDangling(m *mistake) (diag.Diagnostic, bool) {
	if m.at(0).Type != lexer.EOF || m.i == 0 {
		return diag.Diagnostic{}, false
	}
	return m.found("the statement ends too early: nothing follows %s", describe(m.at(-1))), true
}

var expected = [...]string{
	levelItem:  "here stands a template (container, script, steps, dag ...), param, artifact, import, manifest, or KEY VALUE",
	levelStmt:  "here stands a step, param, artifact, output, retry, run, parallel, or KEY VALUE",
	levelStep:  "here stands a step: NAME(...) or NAME = NAME(...)",
	levelBlock: "here stands KEY VALUE, or on EVENT NAME(...)",
	levelEntry: "here stands KEY VALUE",
}

func hintUnexpected(m *mistake) (diag.Diagnostic, bool) {
	d := m.found("unexpected %s", describe(m.at(0)))
	switch open, _ := m.inside(); {
	case open == '(' || open == '[':
		d.Help = fmt.Sprintf("it does not fit between %q and %q", string(open), string(closerOf[open]))
	case m.isStep() && m.i > 0:
		d.Help = "behind a call may stand: for, when, after, and a block in braces"
	default:
		d.Help = expected[m.level]
	}
	return d, true
}

func describe(t lexer.Token) string {
	switch t.Type {
	case lexer.EOF:
		return "end of the statement"
	case tokSep:
		return "end of the line"
	case tokString, tokRaw, tokHeredoc:
		return "text " + shorten(firstLine(t.Value))
	}
	return fmt.Sprintf("%q", t.Value)
}

func shorten(text string) string {
	if r := []rune(text); len(r) > 30 {
		return string(r[:29]) + "…"
	}
	return text
}

func didYouMean(name string) string { return fmt.Sprintf("did you mean %q?", name) }
