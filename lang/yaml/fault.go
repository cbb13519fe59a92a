package yaml

import (
	"fmt"
	"sort"
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
	RuleNotJSON       = "yaml-not-json"
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
	fix            *edit
}

// An edit is a safe way out of a fault.
type edit struct {
	title string
	span  span
	text  string
}

func (s *scanner) fail(f *fault) {
	if s.fault == nil {
		s.fault = f
	}
}

func (b *builder) report(f *fault) {
	if f.rule == "" {
		f = b.bracesFault(f)
	}
	d := diag.Diagnostic{
		Rule: f.rule, Severity: diag.Error, Span: b.file.At(f.span.start, f.span.end),
		Message: f.message, Help: f.help,
	}
	if d.Rule == "" {
		d.Rule = RuleSyntax
		b.broken = append(b.broken, d.Span)
	}
	if f.related.end > f.related.start {
		d.Related = []diag.Related{{Span: b.file.At(f.related.start, f.related.end), Message: f.relatedMessage}}
	}
	if e := f.fix; e != nil {
		d.Fixes = []diag.Fix{{Title: e.title, Safe: true, Edits: []diag.Edit{{Span: b.file.At(e.span.start, e.span.end), New: e.text}}}}
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
			message: fmt.Sprintf("%q cannot start a value", string(c)),
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
		span: span{s.pos, s.pos + 1}, message: "a list cannot start on this line",
		help: `put "- " on a line of its own, or quote the text if it is no list`,
	}
}

// colonFault is about a ":" behind text that cannot be a key any more: it
// stands where a value is expected, or on several lines.
func (s *scanner) colonFault() *fault {
	f := &fault{
		span: span{s.pos, s.pos + 1}, message: `this ":" makes a key of text that is already a value`,
		help: `quote the value if ": " belongs to it; a nested key goes on a line of its own`,
	}
	last := s.tokens[len(s.tokens)-1]
	if start := int(last.start); last.kind == tokScalar && start < s.lineStart {
		key := s.pos - len(strings.TrimLeft(s.text[s.lineStart:s.pos], " \t"))
		f.span = span{key, s.pos}
		f.message = fmt.Sprintf("%s is read as part of the value above, not as a key", s.quote(f.span))
		f.help = "indent it like the other keys, or remove the value above to nest it"
		f.related, f.relatedMessage = s.rest(start), "the value starts here"
	}
	return f
}

// keyFault is about text that only a key could be, and no ":" behind it.
func (s *scanner) keyFault(key simpleKey) *fault {
	at := s.rest(key.pos)
	f := &fault{
		span: at, message: fmt.Sprintf(`%s is neither a key nor part of the value above: ":" is missing`, s.quote(at)),
		help: `write "key: value", or indent the line to make it part of the value above`,
	}
	text := s.text[at.start:at.end]
	if i := strings.IndexByte(text, ':'); i > 0 && !strings.HasPrefix(text[i:], "://") && i+1 < len(text) {
		colon := at.start + i
		f.span = span{colon, colon + 1}
		f.message = `a blank is missing behind ":"`
		f.help = fmt.Sprintf("write %q", text[:i+1]+" "+text[i+1:])
		f.fix = &edit{"insert a blank", span{colon + 1, colon + 1}, " "}
	}
	return f
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

// here is the text of the token at hand, or of the line that it starts.
func (b *builder) here() span {
	t := b.tokens[b.i]
	for i := b.i; t.end == t.start && i+1 < len(b.tokens); i++ {
		t = b.tokens[i+1]
	}
	at := span{int(t.start), int(t.end)}
	if line := b.lineEnd(at.start); at.end > line {
		at.end = line
	}
	return at
}

func (b *builder) contentFault() *fault {
	at := b.here()
	f := &fault{span: at, message: fmt.Sprintf("expected a value, found %s", b.quote(at)), help: "quote it if it is meant as text"}
	switch b.tokens[b.i].kind {
	case tokEnd:
		if open, ok := b.openBracket(); ok {
			return b.flowFault(open)
		}
	case tokDocumentEnd:
		f.message, f.help = `"..." ends a document, and none has started`, "remove this line"
	}
	return f
}

func (b *builder) itemFault(list *tree.Node) *fault {
	at := b.here()
	return &fault{
		span: at, message: fmt.Sprintf(`expected an item of the list, which starts with "- ", found %s`, b.quote(at)),
		help:    "indent this line like the items to add one, or deeper to make it part of the last one",
		related: span{list.Span.Start, list.Span.Start + 1}, relatedMessage: "the list starts here",
	}
}

// blockKeyFault is about what stands in a map where only a key can.
func (b *builder) blockKeyFault(n *tree.Node) *fault {
	at := b.here()
	f := &fault{
		span: at, message: fmt.Sprintf("expected a key, found %s", b.quote(at)),
		related: b.word(n.Span.Start), relatedMessage: "the map starts here",
	}
	sameLine := !strings.ContainsAny(b.text[b.end:at.start], "\r\n")
	switch k := b.tokens[b.i].kind; {
	case k == tokDash:
		f.message = "a list item cannot stand between the keys of a map"
		f.help = "indent it deeper than the key that the list belongs to"
	case k == tokListClose, k == tokMapClose:
		f.message = fmt.Sprintf("nothing opens this %s", b.quote(at))
		f.help = "remove it, or quote the text"
	case k == tokBlockMap, k == tokBlockList:
		f.message = "the indentation of this line fits no line above"
		f.help = "indent it exactly like the lines that it belongs with"
	case sameLine && b.end > 0 && strings.IndexByte(`"'`, b.text[b.end-1]) >= 0:
		quote := b.text[b.end-1 : b.end]
		f.message = fmt.Sprintf("text behind the closing quote: %s", b.quote(at))
		f.help = map[string]string{`"`: `write \" for a quote inside double quotes`, `'`: "write '' for a quote inside single quotes"}[quote]
		f.related = span{}
	case sameLine:
		f.message = fmt.Sprintf("the value is complete, and %s follows", b.quote(at))
		f.help = "quote the whole value"
		f.related = span{}
	}
	return f
}

func (b *builder) flowFault(open token) *fault {
	at := b.here()
	closer := map[tokenKind]string{tokListOpen: "]", tokMapOpen: "}"}[open.kind]
	opener := span{int(open.start), int(open.end)}
	if b.tokens[b.i].kind == tokEnd {
		return &fault{
			span: opener, message: fmt.Sprintf("this %s is never closed", b.quote(opener)),
			help: fmt.Sprintf("close it with %q, or quote the text", closer),
		}
	}
	return &fault{
		span: at, message: fmt.Sprintf(`expected "," or %q, found %s`, closer, b.quote(at)),
		help:    fmt.Sprintf(`put a "," between the entries, or close it with %q`, closer),
		related: opener, relatedMessage: "opened here",
	}
}

// openBracket is the innermost flow collection that is open at the token at hand.
func (b *builder) openBracket() (token, bool) {
	depth := 0
	for i := b.i - 1; i >= 0; i-- {
		switch b.tokens[i].kind {
		case tokListClose, tokMapClose:
			depth++
		case tokListOpen, tokMapOpen:
			if depth == 0 {
				return b.tokens[i], true
			}
			depth--
		}
	}
	return token{}, false
}

func (b *builder) complexKeyFault(key *tree.Node) *fault {
	at := key.Place()
	return &fault{
		span: span{at.Start, at.End}, message: fmt.Sprintf("a %s cannot be a key", key.Kind),
		help: "quote it to make it a string",
	}
}

// bracesReach is how many tokens bracesFault looks back.
const bracesReach = 200

// bracesFault replaces the fault f if an unquoted {{...}} in front of it on its
// line is what is behind it: YAML takes that for a map in a map.
func (b *builder) bracesFault(f *fault) *fault {
	lineStart := strings.LastIndexAny(b.text[:f.span.start], "\r\n") + 1
	last := sort.Search(len(b.tokens), func(i int) bool { return int(b.tokens[i].start) > f.span.start }) - 1
	for i := last; i > last-bracesReach && i >= 0; i-- {
		start := int(b.tokens[i].start)
		if start < lineStart {
			break
		}
		if b.tokens[i].kind != tokMapOpen || !strings.HasPrefix(b.text[start:], "{{") {
			continue
		}
		at := b.rest(start)
		text := b.text[at.start:at.end]
		if b.flowDepth(i) > 0 {
			closing := strings.Index(text, "}}")
			if closing < 0 {
				return f
			}
			closing += 2
			if n := strings.IndexAny(text[closing:], ",]}"); n >= 0 {
				closing += n
			}
			text = strings.TrimRight(text[:closing], " \t")
			at.end = at.start + len(text)
		}
		return &fault{
			span: at, message: "an unquoted {{...}} is read as a map",
			help: fmt.Sprintf("quote it: %s", singleQuoted(text)),
			fix:  &edit{"quote the text", at, singleQuoted(text)},
		}
	}
	return f
}

// flowDepth is how many flow collections are open in front of token i.
func (b *builder) flowDepth(i int) (depth int) {
	for _, t := range b.tokens[:i] {
		switch t.kind {
		case tokListOpen, tokMapOpen:
			depth++
		case tokListClose, tokMapClose:
			depth--
		}
	}
	return depth
}
