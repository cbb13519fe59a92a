package weft

import (
	"math/big"
	"sort"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// text is the decoded name.
func (n *Name) text() string {
	if n == nil {
		return ""
	}
	if strings.HasPrefix(n.Literal, `"`) || strings.HasPrefix(n.Literal, "'") {
		return unquote(n.Literal, 0).String()
	}
	return n.Literal
}

// bare reports whether the name is written without quotes.
func (n *Name) bare() bool {
	return n != nil && n.Literal != "" && n.Literal[0] != '"' && n.Literal[0] != '\''
}

// newText is a string node made up for a construct at span.
func newText(text string, span source.Span) *tree.Node {
	return &tree.Node{Kind: tree.String, Value: text, Span: span}
}

// newMap and newList are nodes made up for a construct at span.
func newMap(span source.Span, entries ...tree.Entry) *tree.Node {
	return &tree.Node{Kind: tree.Map, Span: span, Entries: entries}
}

func newList(span source.Span, items ...*tree.Node) *tree.Node {
	return &tree.Node{Kind: tree.List, Span: span, Items: items}
}

func entryOf(key string, value *tree.Node) tree.Entry {
	return tree.Entry{Key: newText(key, value.Span), Value: value}
}

// nameNode is the text of a name with the way back to it.
func nameNode(n *Name) *tree.Node {
	b := unquoteName(n)
	return &tree.Node{Kind: tree.String, Value: b.String(), Span: n.at, Offsets: b.offsets(n.at.End)}
}

func unquoteName(n *Name) *textBuilder {
	if n.bare() {
		b := &textBuilder{}
		b.verbatim(n.Literal, n.at.Start)
		return b
	}
	return unquote(n.Literal, n.at.Start)
}

// literalKind tells literals apart by their first characters.
func literalKind(lit string) tree.Kind {
	switch c := lit[0]; {
	case c == '"' || c == '`' || c == '<' || c == '\'':
		return tree.String
	case lit == "null":
		return tree.Null
	case lit == "true" || lit == "false":
		return tree.Bool
	case !jsonNumber.MatchString(lit):
		return tree.String // a quantity
	case strings.ContainsAny(lit, ".eE"):
		return tree.Float
	}
	return tree.Int
}

// isText reports whether lit is written as text: with quotes or as a heredoc.
func isText(lit string) bool { return strings.IndexByte("\"`<'", lit[0]) >= 0 }

func literalStyle(lit string) tree.Style {
	switch lit[0] {
	case '"', '\'':
		return tree.DoubleQuoted
	case '`':
		return tree.RawText
	case '<':
		return tree.Literal
	}
	return tree.Plain
}

// literal lowers a literal that stands at span.
func (l *lowerer) literal(lit string, span source.Span, s *scope) *tree.Node {
	n := &tree.Node{Kind: literalKind(lit), Style: literalStyle(lit), Span: span}
	if n.Kind != tree.String {
		n.Value = canonicalNumber(lit)
		return n
	}
	b := unquote(lit, span.Start)
	if lit[0] == '"' {
		b = l.interpolate(b, span, s)
	}
	n.Value, n.Offsets = b.String(), b.offsets(span.End)
	return n
}

// canonicalNumber spells a number as JSON encoders do.
func canonicalNumber(lit string) string {
	if !strings.ContainsAny(lit, ".eE") {
		return lit
	}
	f, err := strconv.ParseFloat(lit, 64)
	if err != nil {
		return lit
	}
	if abs := max(f, -f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return exponent(strconv.FormatFloat(f, 'e', -1, 64))
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// exponent drops the leading zero of a two-digit exponent: 1e-09 is 1e-9.
func exponent(s string) string {
	if n := len(s); n >= 4 && s[n-4] == 'e' && s[n-3] == '-' && s[n-2] == '0' {
		return s[:n-2] + s[n-1:]
	}
	return s
}

// wholeNumber reports whether text is an integer of any size.
func wholeNumber(text string) bool {
	_, ok := new(big.Int).SetString(text, 10)
	return ok
}

// interpolate replaces ${ref} by the tag it stands for and $${ by ${.
func (l *lowerer) interpolate(in *textBuilder, span source.Span, s *scope) *textBuilder {
	text := in.String()
	if !strings.Contains(text, "${") {
		return in
	}
	out := &textBuilder{}
	done := 0
	origin := &tree.Node{Span: span, Offsets: in.offsets(span.End)}
	for {
		i := strings.Index(text[done:], "${")
		if i < 0 {
			break
		}
		i += done
		if i > done && text[i-1] == '$' {
			out.copy(in, done, i-1)
			out.replaced("${", origin.Source(i-1, i-1).Start)
			done = i + 2
			continue
		}
		out.copy(in, done, i)
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			end = len(text) - i
		}
		body := text[i+2 : min(i+end, len(text))]
		place := origin.Source(i, min(i+end+1, len(text)))
		if parts, ok := splitPath(body); ok && i+end < len(text) {
			partAt := func(n int) source.Span {
				from := i + 2 + partStart(body, parts[:n])
				return origin.Source(from, from+len(parts[n]))
			}
			out.replaced(l.refText(parts, place, partAt, s, false), place.Start)
		} else {
			l.reportInterpolation(body, place)
			out.replaced(text[i:min(i+end+1, len(text))], place.Start)
		}
		done = min(i+end+1, len(text))
	}
	out.copy(in, done, len(text))
	return out
}

func (l *lowerer) reportInterpolation(body string, at source.Span) {
	l.diags.Add(diag.Diagnostic{
		Rule: RuleSyntax, Severity: diag.Error, Span: at,
		Message: "${" + shorten(body) + "} is not a reference",
		Help:    "write $${ for the two characters, or use a raw string between ` and `, where ${ is only text",
		Fixes: []diag.Fix{{Title: "write $${", Edits: []diag.Edit{{
			Span: source.Span{File: at.File, Start: at.Start, End: at.Start}, New: "$",
		}}}},
	})
}

// copy appends the decoded bytes [start, end) of src with their origin.
func (b *textBuilder) copy(src *textBuilder, start, end int) {
	text := src.String()
	first := sort.Search(len(src.segments), func(i int) bool { return src.segments[i].Decoded > start })
	for i := max(first-1, 0); i < len(src.segments) && src.segments[i].Decoded < end; i++ {
		seg, next := src.segments[i], len(text)
		if i+1 < len(src.segments) {
			next = src.segments[i+1].Decoded
		}
		from, to := max(start, seg.Decoded), min(end, next)
		switch {
		case from >= to:
		case seg.Verbatim:
			b.verbatim(text[from:to], seg.Source+from-seg.Decoded)
		default:
			b.replaced(text[from:to], seg.Source)
		}
	}
}

// splitPath splits a.b."c d" into its parts.
func splitPath(text string) (parts []string, ok bool) {
	rest := strings.TrimSpace(text)
	for {
		var part string
		if strings.HasPrefix(rest, `"`) {
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				return nil, false
			}
			part, rest = rest[1:1+end], rest[end+2:]
		} else {
			part, rest = cutIdent(rest)
		}
		if part == "" {
			return nil, false
		}
		parts = append(parts, part)
		if rest == "" {
			return parts, true
		}
		if rest[0] != '.' {
			return nil, false
		}
		rest = rest[1:]
	}
}

// partStart is where the part that follows those before starts in a path.
func partStart(text string, before []string) int {
	start := strings.Index(text, strings.TrimSpace(text))
	for _, part := range before {
		if text[start] == '"' {
			start += len(`""`)
		}
		start += len(part) + len(".")
	}
	if text[start] == '"' {
		start++
	}
	return start
}

// refText is the tag that a reference stands for; what does not resolve is
// reported and stays as it is. place is the reference, partAt its parts.
func (l *lowerer) refText(parts []string, place source.Span, partAt func(int) source.Span, s *scope, bare bool) string {
	ref, err := s.resolve(parts)
	if err != nil {
		at, text := partAt(min(err.part, len(parts)-1)), bare && len(parts) == 1
		if err.part == 0 && err.near == "" {
			at = place
		}
		if !bare && !isIdent(err.near) {
			err.near = "" // it could not stand there without quotes
		}
		l.reportName(err, at, text)
	}
	if ref.path == "" {
		l.doubt(place)
		return strings.Join(parts, ".")
	}
	return "{{" + ref.path + "}}"
}

func (r *Ref) texts() []string {
	out := make([]string, len(r.Parts))
	for i, p := range r.Parts {
		out[i] = p.text()
	}
	return out
}

// span is the place of the whole reference.
func (r *Ref) span() source.Span {
	return union(r.Parts[0].at, r.Parts[len(r.Parts)-1].at)
}

func (l *lowerer) ref(r *Ref, s *scope) *tree.Node {
	span := r.span()
	text := l.refText(r.texts(), span, func(i int) source.Span { return r.Parts[i].at }, s, true)
	b := &textBuilder{}
	b.replaced(text, span.Start)
	return &tree.Node{Kind: tree.String, Value: text, Span: span, Offsets: b.offsets(span.End)}
}

// value lowers v, which stands at p in the document.
func (l *lowerer) value(v *Value, p place, s *scope) *tree.Node {
	switch {
	case v.Literal != "":
		return l.literal(v.Literal, v.at, s)
	case v.Ref != nil:
		return l.ref(v.Ref, s)
	case v.List != nil:
		n := newList(v.at)
		n.Flow = true
		for _, it := range v.List.Items {
			n.Items = append(n.Items, l.value(it, p.item(), s))
		}
		return n
	default:
		return l.build(l.collect(v.Map.Entries), v.at, p, s)
	}
}

// nameValue lowers the value of a field that names a template or a task.
func (l *lowerer) nameValue(v *Value, what string, s *scope) *tree.Node {
	switch {
	case v.List != nil:
		n := newList(v.at)
		for _, it := range v.List.Items {
			n.Items = append(n.Items, l.nameValue(it, what, s))
		}
		return n
	case v.Ref == nil || len(v.Ref.Parts) != 1:
		return l.value(v, place{}, s)
	}
	name := v.Ref.Parts[0]
	if what == "task" {
		if _, ok := s.steps[name.text()]; !ok {
			l.unknownTask(name, s)
		}
		return nameNode(name)
	}
	return l.templateName(name, s.unit)
}

// templateName is the name of a template of this unit as a node.
func (l *lowerer) templateName(name *Name, u *unit) *tree.Node {
	n := nameNode(name)
	if _, ok := u.templates[n.Value]; ok {
		if u.library != nil {
			u.library.need(n.Value)
			n.Value, n.Offsets = u.prefix+n.Value, nil
		}
	} else if name.bare() && !u.broken[n.Value] {
		e := &nameError{rule: RuleUnknownName, message: "no template is called \"" + n.Value + "\""}
		e.help = "put the name in double quotes if the template is declared elsewhere"
		if near, ok := u.nearTemplate(n.Value); ok {
			e.near, e.help = near, didYouMean(near)
		}
		l.reportName(e, name.at, false)
	}
	return n
}
