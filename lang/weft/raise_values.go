package weft

import (
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/tree"
)

// verbatim is a map without any sugar, for manifests.
func (r *raiser) verbatim(n *tree.Node) *Map {
	return r.block(n, place{}, &scope{unit: &unit{}, closed: true})
}

// keyed is an entry under a path of keys whose value has place p.
func (r *raiser) keyed(path []string, e tree.Entry, p place) *Entry {
	out := &Entry{Key: &Key{}, Node: Node{at: union(e.Key.Span, e.Value.Place())}}
	for _, k := range path {
		out.Key.Parts = append(out.Key.Parts, name(k))
	}
	out.Value = r.value(e.Value, p, r.scope())
	return out
}

// keyedIn is an entry of an object at p; the last part of the path is its key.
func (r *raiser) keyedIn(path []string, e tree.Entry, p place, s *scope) *Entry {
	out := &Entry{Key: &Key{}, Node: Node{at: union(e.Key.Span, e.Value.Place())}}
	for _, k := range path[:len(path)-1] {
		out.Key.Parts = append(out.Key.Parts, name(k))
	}
	last, value := r.field(e, p, s)
	out.Key.Parts = append(out.Key.Parts, last)
	out.Value = value
	return out
}

// field raises one entry of an object at p: the name to write, which is quoted
// when the sugar of the field does not fit its value, and the value.
func (r *raiser) field(e tree.Entry, p place, s *scope) (*Name, *Value) {
	key := nameAt(e.Key)
	if p.Shape == one && key.bare() {
		if what := nameFields[nameField{p.Type, e.Key.Value}]; what != "" {
			return key, r.nameValue(e.Value, what, s)
		}
	}
	var below place
	if key.bare() || p.Shape == dict {
		below = p.child(e.Key.Value)
	}
	if n, ok := below.namedList(); ok {
		if m := r.namedMap(e.Value, below, n, s); m != nil {
			return key, m
		}
		if e.Value.Kind == tree.Map {
			quoted := quotedName(e.Key.Value)
			quoted.at = key.at
			return quoted, r.value(e.Value, place{}, s)
		}
	}
	return key, r.value(e.Value, below, s)
}

// nameValue raises the value of a field that names a template or a task.
func (r *raiser) nameValue(n *tree.Node, what string, s *scope) *Value {
	at := Node{at: n.Place()}
	switch {
	case n.Kind == tree.List:
		out := &Value{Node: at, List: &List{Node: at}}
		for _, it := range n.Items {
			out.List.Items = append(out.List.Items, r.nameValue(it, what, s))
		}
		return out
	case n.Kind != tree.String || !isIdent(n.Value):
		return r.value(n, place{}, s)
	}
	_, known := s.templates[n.Value]
	if what == "task" {
		_, known = s.steps[n.Value]
	}
	if !known {
		return r.value(n, place{}, s)
	}
	return &Value{Node: at, Ref: &Ref{Parts: []*Name{name(n.Value)}}}
}

// block raises a map at p.
func (r *raiser) block(n *tree.Node, p place, s *scope) *Map {
	m := &Map{Node: Node{at: n.Place()}}
	for _, e := range n.Entries {
		key, v := r.field(e, p, s)
		m.Entries = append(m.Entries, &Entry{
			Node: Node{at: union(e.Key.Span, e.Value.Place())}, Key: &Key{Parts: []*Name{key}}, Value: v,
		})
	}
	return m
}

// namedMap raises a list of named objects, or returns nil if it is not one.
func (r *raiser) namedMap(n *tree.Node, p place, nl namedList, s *scope) *Value {
	if n.Kind != tree.List || len(n.Items) == 0 {
		return nil
	}
	at := Node{at: n.Place()}
	m := &Map{Node: at}
	seen := map[string]bool{}
	for _, it := range n.Items {
		key, value := r.namedItem(it, p.item(), nl, s)
		if key == nil || key.Value == "" || seen[key.Value] {
			return nil
		}
		seen[key.Value] = true
		m.Entries = append(m.Entries, &Entry{Node: Node{at: it.Place()}, Key: &Key{Parts: []*Name{nameAt(key)}}, Value: value})
	}
	return &Value{Node: at, Map: m}
}

// namedItem splits an object into its name and the value behind it.
func (r *raiser) namedItem(it *tree.Node, p place, nl namedList, s *scope) (*tree.Node, *Value) {
	if it.Kind != tree.Map {
		return nil, nil
	}
	if nl.nested {
		meta, spec := it.Get("metadata"), it.Get("spec")
		if len(it.Entries) != 2 || meta == nil || len(meta.Entries) != 1 || spec == nil || spec.Kind != tree.Map {
			return nil, nil
		}
		n := meta.Get("name")
		if n == nil || n.Kind != tree.String {
			return nil, nil
		}
		return n, &Value{Node: Node{at: spec.Place()}, Map: r.block(spec, p.child("spec"), s)}
	}
	n := it.Get("name")
	if n == nil || n.Kind != tree.String {
		return nil, nil
	}
	rest := without(it, "name")
	if nl.main != "" && len(rest.Entries) == 1 && rest.Entries[0].Key.Value == nl.main && rest.Entries[0].Value.IsScalar() {
		return n, r.value(rest.Entries[0].Value, place{}, s)
	}
	return n, &Value{Node: Node{at: it.Place()}, Map: r.block(rest, p, s)}
}

// without is a map less some of its keys.
func without(n *tree.Node, keys ...string) *tree.Node {
	out := &tree.Node{Kind: tree.Map, Span: n.Span, Alias: n.Alias}
next:
	for _, e := range n.Entries {
		for _, k := range keys {
			if e.Key.Value == k {
				continue next
			}
		}
		out.Entries = append(out.Entries, e)
	}
	return out
}

// value raises any value at p.
func (r *raiser) value(n *tree.Node, p place, s *scope) *Value {
	at := Node{at: n.Place()}
	switch n.Kind {
	case tree.Map:
		return &Value{Node: at, Map: r.block(n, p, s)}
	case tree.List:
		l := &List{Node: at}
		for _, it := range n.Items {
			l.Items = append(l.Items, r.value(it, p.item(), s))
		}
		return &Value{Node: at, List: l}
	case tree.String:
		if ref := refTo(n.Value, s); ref != nil {
			return &Value{Node: at, Ref: ref}
		}
		return &Value{Node: at, Literal: textLiteral(n, s)}
	}
	return &Value{Node: at, Literal: n.Value}
}

// refTo is the bare reference that lowers to text, or nil.
func refTo(text string, s *scope) *Ref {
	if !isTag(text) || strings.HasPrefix(text, "$") {
		return nil
	}
	parts := shortest(text[2:len(text)-2], s)
	if parts == nil {
		return nil
	}
	ref := &Ref{}
	for i, part := range parts {
		if i == 0 && !isIdent(part) {
			return nil
		}
		ref.Parts = append(ref.Parts, name(part))
	}
	return ref
}

// shortest is the shortest reference that resolves to a tag's path in this
// scope, nil if there is none.
func shortest(path string, s *scope) []string {
	full := strings.Split(path, ".")
	for _, parts := range append(shortForms(full, s), full) {
		if len(parts) == 0 || !isIdent(parts[0]) {
			continue
		}
		if ref, err := s.resolve(parts); err == nil && ref.path == path {
			return parts
		}
	}
	return nil
}

// shortForms lists the short ways to write a full path.
func shortForms(p []string, s *scope) [][]string {
	tail := func(head string, from int) []string { return append([]string{head}, p[from:]...) }
	switch {
	case p[0] == "item" && s.loop != "":
		return [][]string{tail(s.loop, 1)}
	case len(p) == 3 && (p[0] == "inputs" || p[0] == "workflow") && p[1] == "parameters":
		return [][]string{{p[2]}}
	case len(p) < 3 || p[0] != s.root:
		return nil
	case p[2] != "outputs":
		return [][]string{tail(p[1], 2)}
	case len(p) == 4 && p[3] == "result":
		return [][]string{{p[1], "result"}}
	case len(p) > 3 && p[3] == "parameters":
		return [][]string{append([]string{p[1], "outputs"}, p[4:]...)}
	case len(p) > 4 && p[3] == "artifacts":
		return [][]string{append([]string{p[1], "artifacts"}, p[4:]...)}
	}
	return nil
}

// plainQuantity is a text that reads as an amount even without quotes.
var plainQuantity = pattern.New(`^([0-9]+(\.[0-9]+)?(ms|Ki|Mi|Gi|Ti|[kmMGTsh])|([0-9]+h)?([0-9]+m)?[0-9]+s|[0-9]+h[0-9]+m)$`)

// textLiteral writes the text of n as a literal.
func textLiteral(n *tree.Node, s *scope) string {
	text := n.Value
	switch {
	case plainQuantity().MatchString(text):
		return text
	case wantsHeredoc(n):
		return heredoc(text)
	}
	return quoteRefs(text, s)
}

// quoteRefs writes text in double quotes, with ${} for the tags that have a
// short form.
func quoteRefs(text string, s *scope) string {
	tags, _ := expr.Tags(text)
	var b strings.Builder
	b.WriteByte('"')
	done := 0
	plain := func(to int) {
		part := strings.ReplaceAll(text[done:to], "${", "$${")
		// A $ right before a reference would make "$${", which is an escape.
		b.WriteString(escape(part))
	}
	for _, t := range tags {
		if t.Expr || t.Body != t.Key || t.Start > 0 && text[t.Start-1] == '$' {
			continue
		}
		parts := shortest(t.Key, s)
		if parts == nil {
			continue
		}
		plain(t.Start)
		b.WriteString("${" + escape(joinPath(parts)) + "}")
		done = t.End
	}
	plain(len(text))
	b.WriteByte('"')
	return b.String()
}

func joinPath(parts []string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p
		if !isIdent(p) {
			out[i] = `"` + p + `"`
		}
	}
	return strings.Join(out, ".")
}

// wantsHeredoc reports whether the text of n is better read over several
// lines, and can be.
func wantsHeredoc(n *tree.Node) bool {
	text := n.Value
	if !strings.Contains(text, "\n") || strings.ContainsFunc(text, func(c rune) bool { return c < 0x20 && c != '\n' && c != '\t' || c == 0xfeff || c == 0xfffd }) {
		return false
	}
	lines := strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1
	if n.Style == tree.Literal || n.Style == tree.Folded {
		return lines > 1 || len(text) > 80
	}
	return lines > 3 || lines > 1 && len(text) > 60
}

// heredoc writes text as a heredoc with a tag that no line begins with.
func heredoc(text string) string {
	tag := "EOF"
	for n := 1; startsLine(text, tag); n++ {
		tag = "EOF" + string(rune('0'+n%10)) + strings.Repeat("x", n/10)
	}
	if body, ok := strings.CutSuffix(text, "\n"); ok {
		return "<<" + tag + "\n" + body + "\n" + tag
	}
	return "<<-" + tag + "\n" + text + "\n" + tag
}

func startsLine(text, tag string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), tag) {
			return true
		}
	}
	return false
}

// sameDocument reports whether two documents are equal as JSON, but for white
// space inside when and depends.
func sameDocument(a, b *tree.Node) bool {
	if a.Kind != b.Kind || len(a.Items) != len(b.Items) || len(a.Entries) != len(b.Entries) || a.Value != b.Value {
		return false
	}
	for i := range a.Items {
		if !sameDocument(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, e := range a.Entries {
		other := b.Entry(e.Key.Value)
		if other == nil {
			return false
		}
		spaced := (e.Key.Value == "when" || e.Key.Value == "depends") && e.Value.Kind == tree.String && other.Value.Kind == tree.String
		if spaced && squeeze(e.Value.Value) == squeeze(other.Value.Value) {
			continue
		}
		if !sameDocument(e.Value, other.Value) {
			return false
		}
	}
	return true
}

// squeeze drops white space.
func squeeze(text string) string { return strings.Join(strings.Fields(text), "") }

func hasErrors(l *diag.List) bool { return l.Has(diag.Error) }
