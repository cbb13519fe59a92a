package weft

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// What people write who know other languages, and how .weft says it.

// foreign are words that begin a statement elsewhere.
var foreign = map[string]struct{ message, help string }{
	"if":       {`a step does not start with "if"`, `a condition stands behind the call: NAME(...) when x.result == "yes"`},
	"else":     {`there is no "else"`, `write the opposite behind the other call: NAME(...) when x.result != "yes"`},
	"for":      {`a step does not start with "for"`, "a loop stands behind the call: NAME(...) for i in [1, 2]"},
	"foreach":  {`a step does not start with "foreach"`, "a loop stands behind the call: NAME(...) for i in [1, 2]"},
	"while":    {`there is no "while"`, "a loop stands behind the call: NAME(...) for i in [1, 2]; a template may call itself"},
	"var":      {`"var" declares nothing`, "write param NAME = VALUE"},
	"let":      {`"let" declares nothing`, "write param NAME = VALUE"},
	"const":    {`"const" declares nothing`, "write param NAME = VALUE"},
	"return":   {`a template has no "return"`, "write output param NAME = VALUE"},
	"def":      {`"def" is not a kind of template`, kindsHelp},
	"func":     {`"func" is not a kind of template`, kindsHelp},
	"function": {`"function" is not a kind of template`, kindsHelp},
	"task":     {`"task" is not a kind of template`, kindsHelp},
}

const kindsHelp = "a template is a container, script, steps, dag, resource, suspend, http, plugin, data or containerSet"

// hintForeign: if x.result == "a" { ... }
func hintForeign(m *mistake) (diag.Diagnostic, bool) {
	first := m.tokens[0]
	said, ok := foreign[first.Value]
	if !ok || first.Type != tokIdent || m.level > levelStep {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{Span: m.span(first), Message: said.message, Help: said.help}, true
}

// isForeign reports whether a statement is of another language, or a name with a
// tag in it, so that there is nothing to be found in its block.
func isForeign(l level, tokens []lexer.Token) bool {
	if len(tokens) < 2 || l > levelStep {
		return false
	}
	if isHeader(l, tokens) && len(tokens) > 3 && tokens[2].Value == "{" && tokens[3].Value == "{" {
		return true
	}
	_, ok := foreign[tokens[0].Value]
	return ok && tokens[0].Type == tokIdent
}

// isHeader reports whether tokens begin like a header.
func isHeader(l level, tokens []lexer.Token) bool {
	return l == levelItem && len(tokens) > 0 && slices.Contains(headerNames, tokens[0].Value)
}

// hintHeader: workflow hello world, workflow hello { ... }
func hintHeader(m *mistake) (diag.Diagnostic, bool) {
	if !isHeader(m.level, m.tokens) || m.i < 2 {
		return diag.Diagnostic{}, false
	}
	name, next := m.tokens[1], m.at(0)
	switch {
	case next.Value == "{" && strings.HasPrefix(m.file.Text[next.Pos.Offset:], "{{"):
		d := m.found("the name of a %s cannot hold a {{tag}}", m.tokens[0].Value)
		d.Help = "end it in a dash, and the cluster completes it: NAME-"
		return d, true
	case next.Value == "{":
		d := m.found("a %s has no braces around it", m.tokens[0].Value)
		d.Help = "everything up to the next header belongs to it: remove the braces"
		return d, true
	case m.i > 2:
		return diag.Diagnostic{}, false
	case next.Value == ":":
		d := m.found("a header ends with its name")
		d.Help = "remove the colon"
		d.Fixes = fix("remove the colon", m.here(), "")
		return d, true
	case next.Type != tokIdent || name.Type != tokIdent:
		return diag.Diagnostic{}, false
	}
	words := []string{}
	for _, t := range m.tokens[1:] {
		if t.Type != tokIdent {
			return diag.Diagnostic{}, false
		}
		words = append(words, t.Value)
	}
	last := m.tokens[len(m.tokens)-1]
	text := m.file.At(name.Pos.Offset, m.span(last).End)
	joined := strings.Join(words, "-")
	return diag.Diagnostic{
		Span: text, Message: "the name of a " + m.tokens[0].Value + " is one word",
		Help: "write " + joined, Fixes: fix("write "+joined, text, joined),
	}, true
}

// hintBody: container main:
func hintBody(m *mistake) (diag.Diagnostic, bool) {
	if open, _ := m.inside(); m.level != levelItem || m.at(0).Value != ":" || open != 0 {
		return diag.Diagnostic{}, false
	}
	if _, ok := kinds[m.tokens[0].Value]; !ok {
		return diag.Diagnostic{}, false
	}
	d := m.found("a template stands in braces")
	d.Help = fmt.Sprintf("write %s { ... }", m.file.At(m.tokens[0].Pos.Offset, m.span(m.at(-1)).End).Text())
	return d, true
}

// hintUnknownKind: job main { ... }
func hintUnknownKind(m *mistake) (diag.Diagnostic, bool) {
	if m.level != levelItem || len(m.tokens) < 3 || m.tokens[0].Type != tokIdent || !isName(m.tokens[1]) {
		return diag.Diagnostic{}, false
	}
	if v := m.tokens[2].Value; v != "(" && v != "{" || slices.Contains(statementWords, m.tokens[0].Value) {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{
		Span: m.span(m.tokens[0]), Message: fmt.Sprintf("%q is not a kind of template", m.tokens[0].Value), Help: kindsHelp,
	}, true
}

// hintOutput: output result "/tmp/result"
func hintOutput(m *mistake) (diag.Diagnostic, bool) {
	if m.level != levelStmt || m.tokens[0].Value != "output" || len(m.tokens) < 2 || !isName(m.tokens[1]) {
		return diag.Diagnostic{}, false
	}
	if isWord(m.tokens[1], "param") || isWord(m.tokens[1], "artifact") {
		return diag.Diagnostic{}, false
	}
	name := m.tokens[1].Value
	return diag.Diagnostic{
		Span: m.span(m.tokens[0]), Message: fmt.Sprintf("it does not say what kind of output %q is", unquote(name, 0)),
		Help: fmt.Sprintf("write output param %s, or output artifact %s", name, name),
	}, true
}

// hintRun: run python3.11 "print()"
func hintRun(m *mistake) (diag.Diagnostic, bool) {
	last := m.tokens[len(m.tokens)-1]
	if m.level != levelStmt || m.tokens[0].Value != "run" || m.i < 2 || !isTextToken(last) {
		return diag.Diagnostic{}, false
	}
	words := m.file.At(m.tokens[1].Pos.Offset, m.span(m.tokens[len(m.tokens)-2]).End)
	return diag.Diagnostic{
		Span: words, Message: fmt.Sprintf("what runs a text is one word, and not %q", words.Text()),
		Help: "write command and args in a container, command and source in a script",
	}, true
}

// hintHook: on exit { say("x") }, onExit say("x")
func hintHook(m *mistake) (diag.Diagnostic, bool) {
	first := m.tokens[0]
	if isWord(first, "on") && m.at(0).Value == "{" {
		d := m.found("a hook is one call, without braces")
		d.Help = "write on EVENT NAME(...)"
		return d, true
	}
	if isWord(first, "onExit") && m.at(0).Value == "(" {
		return diag.Diagnostic{
			Span: m.span(first), Message: "onExit names a template, and calls none", Help: "write on exit NAME(...), or onExit NAME",
			Fixes: fix("write on exit", m.span(first), "on exit"),
		}, true
	}
	return diag.Diagnostic{}, false
}

// hintNamed: a: say("1"), a := say("1")
func hintNamed(m *mistake) (diag.Diagnostic, bool) {
	if m.level != levelStmt && m.level != levelStep || len(m.tokens) < 4 || m.tokens[1].Value != ":" || !isName(m.tokens[0]) {
		return diag.Diagnostic{}, false
	}
	mark := m.span(m.tokens[1])
	callee := 2
	if m.tokens[2].Value == "=" {
		mark.End = m.span(m.tokens[2]).End
		callee = 3
	}
	if callee+1 >= len(m.tokens) || !isName(m.tokens[callee]) || m.tokens[callee+1].Value != "(" {
		return diag.Diagnostic{}, false
	}
	text := "="
	if mark.Start > 0 && m.file.Text[mark.Start-1] != ' ' {
		text = " ="
	}
	return diag.Diagnostic{
		Span: mark, Message: fmt.Sprintf(`a step gets its name with "=", not with %q`, mark.Text()),
		Help: "write " + m.tokens[0].Value + " = " + m.tokens[callee].Value + "(...)", Fixes: fix("write =", mark, text),
	}, true
}

// junctions are the words for what .weft writes as an operator.
var junctions = map[string]string{"and": "&&", "or": "||", "AND": "&&", "OR": "||"}

// hintJunction: c() when x == "1" and y == "2"
func hintJunction(m *mistake) (diag.Diagnostic, bool) {
	operator, ok := junctions[m.at(0).Value]
	if !ok || !m.condition() {
		return diag.Diagnostic{}, false
	}
	d := m.found("%q is written %q", m.at(0).Value, operator)
	d.Help = "write " + operator
	d.Fixes = fix("write "+operator, m.here(), operator)
	return d, true
}

// hintList: c() after [a, b]
func hintList(m *mistake) (diag.Diagnostic, bool) {
	if m.at(0).Value != "[" || !isWord(m.at(-1), "after") {
		return diag.Diagnostic{}, false
	}
	d := m.found("tasks behind after are no list")
	d.Help = "join them: after a && b where all must have succeeded, after a || b where one is enough"
	return d, true
}

// hintParam: param name string = "x", param name = = "x"
func hintParam(m *mistake) (diag.Diagnostic, bool) {
	if m.tokens[0].Value != "param" || m.i < 1 {
		return diag.Diagnostic{}, false
	}
	switch t := m.at(0); {
	case m.i == 1 && t.Value == "=":
		d := m.found("the parameter has no name")
		d.Help = wanting["param"]
		return d, true
	case m.i == 1:
	case m.i == 2 && t.Type == tokIdent:
		end := m.span(m.tokens[1]).End
		d := m.found("there is no colon between parameter %q and its type", unquote(m.tokens[1].Value, 0))
		d.Help = fmt.Sprintf("write param %s: %s", m.tokens[1].Value, t.Value)
		d.Fixes = fix("put in a colon", m.file.At(end, end), ":")
		return d, true
	case t.Type != lexer.EOF:
		d := m.found("unexpected %s", describe(t))
		d.Help = "a parameter is written param NAME, param NAME: TYPE = VALUE, or param NAME = VALUE"
		return d, true
	}
	return diag.Diagnostic{}, false
}

// hintSignature: container main(x: ), container main(x =)
func hintSignature(m *mistake) (diag.Diagnostic, bool) {
	open, call := m.inside()
	mark := m.at(0)
	if mark.Type != tokPunct || mark.Value == ")" || mark.Value == "," {
		mark = m.at(-1)
	}
	if open != '(' || call || mark.Value != ":" && mark.Value != "=" {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{
		Span: m.span(mark), Message: fmt.Sprintf("no %s follows %q", map[string]string{":": "type", "=": "value"}[mark.Value], mark.Value),
		Help: "a parameter is written NAME, NAME: TYPE, NAME: TYPE = VALUE, or NAME = VALUE",
	}, true
}

// hintLoop: a() for x [1], a() for in [1]
func hintLoop(m *mistake) (diag.Diagnostic, bool) {
	switch {
	case !m.isStep():
	case isWord(m.at(-2), "for") && isWord(m.at(-1), "in"):
		d := m.found("the loop has no variable")
		d.Help = "write for NAME in VALUE"
		return d, true
	case isWord(m.at(-2), "for") && isName(m.at(-1)) && startsValue(m.at(0)):
		end := m.span(m.at(-1)).End
		d := m.found(`there is no "in" between the variable of the loop and what it runs over`)
		d.Help = "write for NAME in VALUE"
		d.Fixes = fix(`put in an "in"`, m.file.At(end, end), " in")
		return d, true
	}
	return diag.Diagnostic{}, false
}

// hintComparison: a() when x = "y"
func hintComparison(m *mistake) (diag.Diagnostic, bool) {
	if !m.isStep() || m.at(0).Value != "=" || !slices.ContainsFunc(m.tokens[:m.i], func(t lexer.Token) bool { return isWord(t, "when") }) {
		return diag.Diagnostic{}, false
	}
	d := m.found(`a comparison is written "==", not "="`)
	d.Help = "write =="
	d.Fixes = fix("write ==", m.here(), "==")
	return d, true
}

// hintResult: say("hi").result
func hintResult(m *mistake) (diag.Diagnostic, bool) {
	if !m.isStep() || m.at(0).Value != "." || m.at(-1).Value != ")" {
		return diag.Diagnostic{}, false
	}
	d := m.found("a call is a step, and no value")
	d.Help = "give the step a name, x = NAME(...), and write x.result in a later one"
	return d, true
}

// hintTasks: c = f() after a, b
func hintTasks(m *mistake) (diag.Diagnostic, bool) {
	start := m.tokens[0].Pos.Offset
	line := m.file.Text[strings.LastIndexByte(m.file.Text[:start], '\n')+1 : start]
	before := strings.TrimRight(line, " \t")
	if m.level != levelStmt || !strings.HasSuffix(before, ",") || !strings.Contains(line, " after ") || m.tokens[0].Type != tokIdent {
		return diag.Diagnostic{}, false
	}
	comma := start - len(line) + len(before) - 1
	return diag.Diagnostic{
		Span: m.file.At(comma, comma+1), Message: "tasks behind after are joined with &&, not with a comma",
		Help: "write && where all must have succeeded, and || where one is enough", Fixes: fix("write &&", m.file.At(comma, comma+1), " &&"),
	}, true
}

// synonyms are words that people try first.
var synonyms = map[string]string{
	"depends": "after", "dependsOn": "after", "needs": "after", "requires": "after", "if": "when", "unless": "when", "foreach": "for", "over": "for",
	"str": "string", "text": "string", "String": "string", "integer": "int", "Int": "int", "float": "number", "double": "number",
	"cron": "cronWorkflow", "schedule": "cronWorkflow", "job": "workflow", "pipeline": "workflow",
	"boolean": "bool", "Bool": "bool", "object": "json", "map": "json", "list": "json", "array": "json", "any": "json",
}

// synonym is the word among known that people mean who write word.
func synonym(word string, known []string) (string, bool) {
	if s, ok := synonyms[word]; ok && slices.Contains(known, s) {
		return s, true
	}
	return nearest(word, known)
}

// notText reports a file that is no text at all.
func notText(f *source.File) (diag.Diagnostic, bool) {
	for i := 0; i < len(f.Text); {
		r, size := utf8.DecodeRuneInString(f.Text[i:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return diag.Diagnostic{
				Rule: RuleSyntax, Severity: diag.Error, Span: f.At(i, i+1), Message: fmt.Sprintf("byte 0x%02X is no text", f.Text[i]),
				Help: "save the file as UTF-8",
			}, true
		}
		i += size
	}
	return diag.Diagnostic{}, false
}

// yamlFile reports a file that begins like a manifest in YAML, and says nothing
// else about it.
func yamlFile(f *source.File) (diag.Diagnostic, bool) {
	for i, line := 0, ""; i < len(f.Text); i += len(line) + 1 {
		line, _, _ = strings.Cut(f.Text[i:], "\n")
		text := strings.TrimRight(line, " \t\r")
		if text == "" || text == "---" || strings.HasPrefix(text, "#") {
			continue
		}
		key, _, _ := strings.Cut(text, ":")
		return diag.Diagnostic{
			Rule: RuleSyntax, Severity: diag.Error, Span: f.At(i, i+len(text)), Message: "this file is YAML, and not .weft",
			Help: "name it .yaml, or turn it into .weft: weft convert",
		}, len(key) < len(text) && slices.Contains([]string{"apiVersion", "kind", "metadata"}, key)
	}
	return diag.Diagnostic{}, false
}
