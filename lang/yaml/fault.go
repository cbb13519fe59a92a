package yaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// The rules that this package reports.
const (
	RuleSyntax        = "yaml-syntax"
	RuleDuplicateKey  = "yaml-duplicate-key"
	RuleMergeOverride = "yaml-merge-override"
	RuleEncoding      = "yaml-encoding"
	RuleLimits        = "yaml-limits"
	RuleSeparator     = "separator-inside-block-scalar"
	RuleTrailing      = "yaml-trailing-content"
)

// A fault is an error in the text of one document, not yet bound to its file.
type fault struct {
	rule    string // "" means RuleSyntax
	span    span
	message string
	help    string

	related        span // another place that explains it, none if empty
	relatedMessage string
	fix            *diag.Fix
}

func (s *scanner) fail(f *fault) {
	if s.fault == nil {
		s.fault = f
	}
}

func (b *builder) report(f *fault) {
	d := diag.Diagnostic{
		Rule: f.rule, Severity: diag.Error, Span: b.file.At(f.span.start, f.span.end),
		Message: f.message, Help: f.help,
	}
	if d.Rule == "" {
		d.Rule = RuleSyntax
	}
	if f.related.end > f.related.start {
		d.Related = []diag.Related{{Span: b.file.At(f.related.start, f.related.end), Message: f.relatedMessage}}
	}
	b.findings.Add(d)
}

// word is the span of the text at start up to a blank or the end of the line.
func (s *scanner) word(start int) span {
	end := start
	for !s.endsWord(end) {
		end++
	}
	if end == start && start < len(s.text) && s.breakLen(start) == 0 {
		end++
	}
	return span{start, end}
}

// rest is the span of the text from start to the end of its line, without a
// comment or blanks behind it.
func (s *scanner) rest(start int) span {
	text := s.text[start:s.lineEnd(start)]
	if i := strings.Index(text, " #"); i > 0 {
		text = text[:i]
	}
	text = strings.TrimRight(text, " \t")
	return span{start, start + len(text)}
}

func (s *scanner) quote(at span) string {
	text := s.text[at.start:at.end]
	if utf8.RuneCountInString(text) > 40 {
		text = string([]rune(text)[:39]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

func (s *scanner) directiveFault() *fault {
	return &fault{span: s.rest(s.pos), message: "directives are not read", help: `remove this line, or quote the text if a value starts with "%"`}
}

func (s *scanner) strayFault() *fault {
	at := s.rest(s.pos)
	switch c := s.text[s.pos]; {
	case c == '\t':
		return s.tabFault(s.pos)
	default:
		return &fault{
			span:    span{s.pos, s.pos + 1},
			message: fmt.Sprintf("%q cannot start a value", c),
			help:    fmt.Sprintf("quote the text: %s", singleQuoted(s.text[at.start:at.end])),
		}
	}
}

func (s *scanner) tabFault(at int) *fault {
	end := at
	for s.at(end) == '\t' {
		end++
	}
	return &fault{span: span{at, end}, message: "a tab cannot indent YAML", help: "use spaces"}
}

func (s *scanner) dashFault() *fault {
	return &fault{
		span: span{s.pos, s.pos + 1}, message: "a list item cannot start here",
		help: `put "- " on its own line, or quote the text if it is no list`,
	}
}

func (s *scanner) colonFault() *fault {
	f := &fault{
		span: span{s.pos, s.pos + 1}, message: `a ":" cannot stand here, the value has already begun`,
		help: `quote the value if it holds ": "; a nested key goes on its own line`,
	}
	return f
}

func (s *scanner) keyFault(key simpleKey) *fault {
	return &fault{
		span: s.rest(key.pos), message: `this is neither a key nor part of the value above: a ":" is missing`,
		help: `write "key: value", or indent the line to make it part of the value above`,
	}
}

func (s *scanner) nameFault(kind tokenKind) *fault {
	at := s.rest(s.pos)
	return &fault{
		span:    s.word(s.pos),
		message: fmt.Sprintf("%s cannot start a value: it is read as %s", s.quote(span{s.pos, s.pos + 1}), map[tokenKind]string{tokAlias: "an alias", tokAnchor: "an anchor"}[kind]),
		help:    fmt.Sprintf("quote the text: %s", singleQuoted(s.text[at.start:at.end])),
	}
}

func (s *scanner) tagFault(start int) *fault {
	at := s.rest(start)
	return &fault{
		span: s.word(start), message: `"!" starts a tag, and this is no valid one`,
		help: fmt.Sprintf("quote the text: %s", singleQuoted(s.text[at.start:at.end])),
	}
}

func (s *scanner) headerFault(start int) *fault {
	return &fault{
		span: s.rest(s.pos), message: fmt.Sprintf("text cannot follow %q on its line", s.text[start:start+1]),
		help: "start the text on the next line, or quote it",
	}
}

func (s *scanner) quoteFault(start int) *fault {
	return &fault{
		span: span{start, start + 1}, message: "this quote is never closed",
		help: fmt.Sprintf("close it with another %c", s.text[start]),
	}
}

func (s *scanner) escapeFault() *fault {
	end := min(s.pos+2, len(s.text))
	return &fault{
		span: span{s.pos, end}, message: fmt.Sprintf("unknown escape %s in double quotes", s.text[s.pos:end]),
		help: `write "\\" for a backslash, or use single quotes`,
	}
}

func (s *scanner) depthFault() *fault {
	return &fault{
		rule: RuleLimits, span: span{s.pos, s.pos + 1},
		message: fmt.Sprintf("values are nested more than %d deep", maxDepth),
		help:    "no workflow needs that; is this the right file?",
	}
}

func (b *builder) here() span {
	t := b.tokens[b.i]
	if t.end > t.start {
		return span{int(t.start), int(t.end)}
	}
	return b.rest(int(t.start))
}

func (b *builder) contentFault() *fault {
	at := b.here()
	return &fault{span: at, message: fmt.Sprintf("expected a value, found %s", b.quote(at)), help: "quote the text if it is one"}
}

func (b *builder) itemFault(list *tree.Node) *fault {
	return &fault{
		span: b.here(), message: `expected a list item, which starts with "- "`, help: "indent this line like the items, or less to end the list",
		related: span{list.Span.Start, list.Span.Start + 1}, relatedMessage: "the list starts here",
	}
}

func (b *builder) blockKeyFault(n *tree.Node, m mapReader) *fault {
	at := b.here()
	first := b.word(n.Span.Start)
	return &fault{
		span: at, message: fmt.Sprintf("expected a key, found %s", b.quote(at)),
		help: "keys of one map are indented alike", related: first, relatedMessage: "the map starts here",
	}
}

func (b *builder) flowFault(open token) *fault {
	at := b.here()
	closer := map[tokenKind]string{tokListOpen: "]", tokMapOpen: "}"}[open.kind]
	f := &fault{
		span: at, message: fmt.Sprintf(`expected "," or %q, found %s`, closer, b.quote(at)),
		related: span{int(open.start), int(open.end)}, relatedMessage: "opened here",
	}
	if b.tokens[b.i].kind == tokEnd {
		f.span = span{int(open.start), int(open.end)}
		f.message = fmt.Sprintf("this %q is never closed", b.text[open.start:open.end])
		f.help = fmt.Sprintf("close it with %q", closer)
		f.related = span{}
	}
	return f
}

func (b *builder) complexKeyFault(key *tree.Node) *fault {
	at := key.Place()
	return &fault{span: span{at.Start, at.End}, message: fmt.Sprintf("a %s cannot be a key", key.Kind), help: "quote it to make it a string"}
}
