package weft

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// The canonical style. A construct is first tried on one line (flat.go); when
// it does not fit, must not be there, or was not there in the source, it is
// spread over lines here. The order of things is never changed.

const (
	maxWidth   = 100
	indentUnit = "  "
)

// Print writes a file in canonical style.
func Print(f *File) []byte {
	p := &printer{source: f.Source}
	for i, it := range f.Items {
		if i > 0 && p.gapBetween(f.Items[i-1], it) {
			p.newline()
		}
		p.slot(&it.Node, func() { p.item(it) })
	}
	if len(f.foot) > 0 {
		if p.out.Len() > 0 {
			p.newline()
		}
		p.comments(f.foot)
	}
	return p.out.Bytes()
}

type printer struct {
	source *source.File // of a parsed file; nil when the tree was raised
	out    bytes.Buffer
	depth  int
	start  int // offset in out of the current line
}

// write appends text without line breaks.
func (p *printer) write(text string) {
	if p.out.Len() == p.start {
		p.out.WriteString(strings.Repeat(indentUnit, p.depth))
	}
	p.out.WriteString(text)
}

func (p *printer) newline() {
	p.out.WriteByte('\n')
	p.start = p.out.Len()
}

// column is the width of the current line so far.
func (p *printer) column() int {
	if p.out.Len() == p.start {
		return p.depth * len(indentUnit)
	}
	return utf8.RuneCount(p.out.Bytes()[p.start:])
}

func (p *printer) fits(text string) bool { return p.column()+utf8.RuneCountInString(text) <= maxWidth }

// slot prints something on lines of its own, with its comments.
func (p *printer) slot(n *Node, print func()) {
	if n.notes != nil {
		p.comments(n.notes.head)
		if h := n.notes.head; len(h) > 0 && blankBelow(h[len(h)-1].Span) {
			p.newline()
		}
		if len(n.notes.trail) > 1 {
			p.comments(n.notes.trail[1:])
		}
	}
	print()
	p.trail(n)
	p.newline()
}

func (p *printer) trail(n *Node) {
	if n.notes != nil && len(n.notes.trail) > 0 {
		p.out.WriteString(" " + commentText(n.notes.trail[0]))
	}
}

func (p *printer) comments(cs []tree.Comment) {
	for i, c := range cs {
		p.start = p.out.Len()
		p.write(commentText(c))
		p.newline()
		if i < len(cs)-1 && blankBelow(c.Span) {
			p.newline()
		}
	}
}

func commentText(c tree.Comment) string {
	if c.Text == "" {
		return "#"
	}
	return "# " + c.Text
}

// blankBelow reports whether an empty line follows in the source.
func blankBelow(s source.Span) bool {
	if s.File == nil {
		return false
	}
	line := s.File.Position(s.End).Line + 1
	return line < s.File.Lines() && strings.TrimSpace(s.File.Line(line)) == ""
}

// blankAbove reports whether the author left an empty line above a slot and
// its comments.
func (p *printer) blankAbove(n *Node) bool {
	if p.source == nil || n.at.File != p.source {
		return false
	}
	at := n.at.Start
	if n.notes != nil && len(n.notes.head) > 0 {
		at = min(at, n.notes.head[0].Span.Start)
	}
	line := p.source.Position(at).Line
	first := strings.TrimSpace(p.source.Text[p.source.LineStart(line):at]) == ""
	return first && line > 1 && strings.TrimSpace(p.source.Line(line-1)) == ""
}

// gapBetween says whether an empty line separates two items: always around
// templates and before a header, except between one-line templates of a kind.
func (p *printer) gapBetween(a, b *Item) bool {
	switch {
	case b.Header != nil || b.Manifest != nil || a.Manifest != nil:
		return true
	case a.Template != nil && b.Template != nil && a.Template.Kind == b.Template.Kind:
		_, aFlat := p.flatItem(a)
		_, bFlat := p.flatItem(b)
		return !aFlat || !bFlat || p.blankAbove(&b.Node) || b.notes != nil
	case a.Template != nil || b.Template != nil:
		return true
	}
	return p.blankAbove(&b.Node)
}

// block prints slots between braces, one on a line.
func block[T element](p *printer, n *Node, slots []T, print func(T)) {
	p.write("{")
	p.newline()
	p.depth++
	for i, s := range slots {
		if i > 0 && p.blankAbove(s.base()) {
			p.newline()
		}
		p.slot(s.base(), func() { print(s) })
	}
	p.foot(n)
	p.depth--
	p.write("}")
}

func (p *printer) foot(n *Node) {
	if n.notes != nil {
		p.comments(n.notes.foot)
	}
}

// try prints text if it is the flat form and fits.
func (p *printer) try(text string, ok bool) bool {
	if ok && p.fits(text) {
		p.write(text)
		return true
	}
	return false
}

func (p *printer) item(it *Item) {
	if p.try(p.flatItem(it)) {
		return
	}
	switch {
	case it.Manifest != nil:
		p.write("manifest ")
		p.mapBlock(it.Manifest.Map, false)
	case it.Template != nil:
		t := it.Template
		p.write(t.Kind)
		if t.Name != nil {
			p.write(" " + t.Name.Literal)
		}
		p.signature(t.Sig)
		p.write(" ")
		p.body(t.Body)
	case it.Param != nil:
		p.write("param ")
		p.paramSpec(it.Param.Spec)
	case it.Artifact != nil:
		p.write("artifact ")
		p.artSpec(it.Artifact.Spec)
	case it.Hook != nil:
		p.hook(it.Hook)
	case it.Entry != nil:
		p.entry(it.Entry, false)
	default:
		text, _ := p.flatItem(it)
		p.write(text)
	}
}

// keep prints the flat form of a block with a single entry also when it is too
// long, if the entry on a line of its own would be too long as well.
func (p *printer) keep(entries int, text string, ok bool) bool {
	inner := utf8.RuneCountInString(text) - len("{  }")
	if p.try(text, ok) {
		return true
	}
	if !ok || entries != 1 || (p.depth+1)*len(indentUnit)+inner <= maxWidth {
		return false
	}
	p.write(text)
	return true
}

func (p *printer) signature(s *Signature) {
	if s == nil || len(s.Params) == 0 && s.notes == nil || p.try(p.flatSignature(s)) {
		return
	}
	p.write("(")
	p.newline()
	p.depth++
	for _, spec := range s.Params {
		p.listed(&spec.Node, func() { p.paramSpec(spec) })
	}
	p.foot(&s.Node)
	p.depth--
	p.write(")")
}

// listed prints an element of a list on a line of its own, with its comma.
func (p *printer) listed(n *Node, print func()) {
	p.slot(n, func() { print(); p.write(",") })
}

func (p *printer) paramSpec(s *ParamSpec) {
	if p.try(p.flatParamSpec(s)) {
		return
	}
	p.write(s.Name.Literal)
	if s.Type != nil {
		p.write(": " + flatType(s.Type))
	}
	if s.Default != nil {
		p.write(" = ")
		p.value(s.Default, false)
	}
	if s.Map != nil {
		p.write(" ")
		p.mapBlock(s.Map, false)
	}
}

func (p *printer) artSpec(s *ArtSpec) {
	if p.try(p.flatArtSpec(s)) {
		return
	}
	p.write(s.Name.Literal)
	if s.From != nil {
		p.write(" = ")
		p.value(s.From, false)
	}
	if s.Path != nil {
		p.write(" ")
		p.literal(s.Path.Literal)
	}
	if s.Map != nil {
		p.write(" ")
		p.mapBlock(s.Map, false)
	}
}

func (p *printer) body(b *Body) {
	if text, ok := p.flatBody(b); p.keep(len(b.Stmts), text, ok && len(allSteps(b)) == 0) || p.try(text, ok) {
		return
	}
	block(p, &b.Node, b.Stmts, p.stmt)
}

func (p *printer) stmt(s *Stmt) {
	if p.try(p.flatStmt(s)) {
		return
	}
	switch {
	case s.Param != nil:
		p.write("param ")
		p.paramSpec(s.Param.Spec)
	case s.Artifact != nil:
		p.write("artifact ")
		p.artSpec(s.Artifact.Spec)
	case s.Output != nil:
		p.write("output " + s.Output.Kind + " ")
		p.artSpec(s.Output.Spec)
	case s.Retry != nil:
		p.write("retry ")
		p.value(s.Retry.Limit, false)
		if s.Retry.Map != nil {
			p.write(" ")
			p.mapBlock(s.Retry.Map, false)
		}
	case s.Run != nil:
		p.write("run ")
		if s.Run.Shell != "" {
			p.write(s.Run.Shell + " ")
		}
		p.literal(s.Run.Text.Literal)
	case s.Parallel != nil:
		p.write("parallel ")
		block(p, &s.Parallel.Node, s.Parallel.Steps, p.step)
	case s.Step != nil:
		p.step(s.Step)
	case s.Entry != nil:
		p.entry(s.Entry, false)
	}
}

// entry prints a key and its value; in a literal with a colon between them.
func (p *printer) entry(e *Entry, literal bool) {
	if p.try(p.flatEntry(e, literal)) {
		return
	}
	key, v := dotted(e, true)
	p.write(key)
	if literal || e.Colon && v == e.Value {
		p.write(":")
	}
	p.write(" ")
	p.value(v, literal)
}

// dotted joins the keys of maps with a single entry: a { b { c 1 } } is a.b.c 1.
// Keys in quotes read better in a block, so on one line they stay in theirs.
func dotted(e *Entry, quoted bool) (string, *Value) {
	key := joinNames(e.Key.Parts)
	for {
		v := e.Value
		if v.Map == nil || len(v.Map.Entries) != 1 || v.notes != nil || v.Map.notes != nil || v.Map.Entries[0].notes != nil {
			return key, v
		}
		if !quoted && !v.Map.Entries[0].Key.Parts[0].bare() {
			return key, v
		}
		e = v.Map.Entries[0]
		key += "." + joinNames(e.Key.Parts)
	}
}

func joinNames(names []*Name) string {
	if len(names) == 1 {
		return names[0].Literal
	}
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = n.Literal
	}
	return strings.Join(parts, ".")
}

// value prints a value. Inside of lists maps are literals: they have colons.
func (p *printer) value(v *Value, literal bool) {
	switch {
	case p.try(p.flatValue(v, literal)):
	case v.Map != nil:
		p.mapBlock(v.Map, literal)
	case v.List != nil:
		p.list(v.List)
	case v.Ref != nil:
		p.write(joinNames(v.Ref.Parts))
	default:
		p.literal(v.Literal)
	}
}

func (p *printer) mapBlock(m *Map, literal bool) {
	if text, ok := p.flatMap(m, literal); p.keep(len(m.Entries), text, ok) {
		return
	}
	block(p, &m.Node, m.Entries, func(e *Entry) { p.entry(e, literal) })
}

// literal prints a literal; the text of a heredoc moves with its statement.
func (p *printer) literal(lit string) {
	if !strings.HasPrefix(lit, "<<") {
		lines := strings.Split(lit, "\n") // a raw string: its lines stay as they are
		p.write(lines[0])
		for _, line := range lines[1:] {
			p.newline()
			p.out.WriteString(line)
		}
		return
	}
	marker := firstLine(lit)
	text := unquote(lit, 0).String()
	if strings.HasPrefix(marker, "<<-") && strings.Count(lit, "\n") > 1 {
		text += "\n"
	}
	p.write(strings.TrimRight(marker, " \t"))
	p.newline()
	p.depth++
	for line := range strings.Lines(text) {
		if line != "\n" {
			p.write(line[:len(line)-1])
		}
		p.newline()
	}
	p.write(strings.TrimRight(strings.TrimLeft(marker, "<-"), " \t"))
	p.depth--
}
