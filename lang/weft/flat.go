package weft

import "strings"

// maxFlat is how many entries a block on one line has at most.
const maxFlat = 4

// The flat forms: everything on one line, or not ok.

// oneLine reports whether a construct may go on one line: it was on one line
// in the source, or there is no source.
func (p *printer) oneLine(n *Node) bool {
	if n.notes != nil && (len(n.notes.head) > 0 || len(n.notes.trail) > 0 || len(n.notes.foot) > 0) {
		return false
	}
	return p.source == nil || n.at.File != p.source || !strings.Contains(n.at.Text(), "\n")
}

func (n *Node) commented() bool { return n.notes != nil }

// flatJoin joins the flat forms of elements.
func flatJoin[T element](elems []T, sep string, flat func(T) (string, bool)) (string, bool) {
	parts := make([]string, len(elems))
	for i, e := range elems {
		text, ok := flat(e)
		if !ok || e.base().commented() {
			return "", false
		}
		parts[i] = text
	}
	return strings.Join(parts, sep), true
}

func braces(text string) string {
	if text == "" {
		return "{}"
	}
	return "{ " + text + " }"
}

func (p *printer) flatItem(it *Item) (string, bool) {
	switch {
	case it.Import != nil:
		return flatImport(it.Import), true
	case it.Header != nil:
		if it.Header.Name == nil {
			return it.Header.Kind, true
		}
		return it.Header.Kind + " " + it.Header.Name.Literal, true
	case it.Manifest != nil:
		text, ok := p.flatMap(it.Manifest.Map, false)
		return "manifest " + text, ok
	case it.Template != nil:
		return p.flatTemplate(it.Template)
	case it.Param != nil:
		text, ok := p.flatParamSpec(it.Param.Spec)
		return "param " + text, ok
	case it.Artifact != nil:
		text, ok := p.flatArtSpec(it.Artifact.Spec)
		return "artifact " + text, ok
	case it.Hook != nil:
		return p.flatHook(it.Hook)
	case it.Entry != nil:
		return p.flatEntry(it.Entry, false)
	}
	return "", true
}

func flatImport(im *Import) string {
	text := "import "
	if im.Kind != "" {
		text += im.Kind + " "
	}
	text += im.Name.Literal
	if im.Alias != nil {
		text += " as " + im.Alias.Literal
	}
	return text
}

func (p *printer) flatTemplate(t *Template) (string, bool) {
	head := t.Kind
	if t.Name != nil {
		head += " " + t.Name.Literal
	}
	if t.Sig != nil && (len(t.Sig.Params) > 0 || t.Sig.commented()) {
		sig, ok := p.flatSignature(t.Sig)
		if !ok {
			return "", false
		}
		head += sig
	}
	body, ok := p.flatBody(t.Body)
	text := head + " " + body
	return text, ok && len(text) <= maxWidth
}

func (p *printer) flatSignature(s *Signature) (string, bool) {
	if !p.oneLine(&s.Node) {
		return "", false
	}
	text, ok := flatJoin(s.Params, ", ", p.flatParamSpec)
	return "(" + text + ")", ok
}

func (p *printer) flatParamSpec(s *ParamSpec) (string, bool) {
	text := s.Name.Literal
	if s.Type != nil {
		text += ": " + flatType(s.Type)
	}
	if s.Default != nil {
		v, ok := p.flatValue(s.Default, false)
		if !ok {
			return "", false
		}
		text += " = " + v
	}
	return p.withMap(text, s.Map)
}

// withMap adds the map behind a declaration.
func (p *printer) withMap(text string, m *Map) (string, bool) {
	if m == nil {
		return text, true
	}
	block, ok := p.flatMap(m, false)
	return text + " " + block, ok
}

func flatType(t *Type) string {
	if t.Enum == nil {
		return t.Name
	}
	parts := make([]string, len(t.Enum))
	for i, v := range t.Enum {
		parts[i] = v.Literal
	}
	return strings.Join(parts, " | ")
}

func (p *printer) flatArtSpec(s *ArtSpec) (string, bool) {
	text := s.Name.Literal
	if s.From != nil {
		from, ok := p.flatValue(s.From, false)
		if !ok {
			return "", false
		}
		text += " = " + from
	}
	if s.Path != nil {
		if !flatLiteral(s.Path.Literal) {
			return "", false
		}
		text += " " + s.Path.Literal
	}
	return p.withMap(text, s.Map)
}

// flatLiteral reports whether a literal stands on one line.
func flatLiteral(lit string) bool {
	return !strings.HasPrefix(lit, "<<") && !strings.Contains(lit, "\n")
}

// flatBody keeps several steps apart: on one line they would look parallel.
func (p *printer) flatBody(b *Body) (string, bool) {
	steps := 0
	for _, s := range b.Stmts {
		if s.Parallel != nil {
			return "", false
		}
		if s.Step != nil {
			steps++
		}
	}
	if steps > 1 || len(b.Stmts) > maxFlat || !p.oneLine(&b.Node) {
		return "", false
	}
	text, ok := flatJoin(b.Stmts, ", ", p.flatStmt)
	return braces(text), ok
}

func (p *printer) flatStmt(s *Stmt) (string, bool) {
	switch {
	case s.Param != nil:
		text, ok := p.flatParamSpec(s.Param.Spec)
		return "param " + text, ok
	case s.Artifact != nil:
		text, ok := p.flatArtSpec(s.Artifact.Spec)
		return "artifact " + text, ok
	case s.Output != nil:
		text, ok := p.flatArtSpec(s.Output.Spec)
		return "output " + s.Output.Kind + " " + text, ok
	case s.Retry != nil:
		text, ok := p.flatValue(s.Retry.Limit, false)
		if !ok {
			return "", false
		}
		return p.withMap("retry "+text, s.Retry.Map)
	case s.Run != nil:
		text := "run "
		if s.Run.Shell != "" {
			text += s.Run.Shell + " "
		}
		return text + s.Run.Text.Literal, flatLiteral(s.Run.Text.Literal)
	case s.Parallel != nil:
		return "", false
	case s.Step != nil:
		return p.flatStep(s.Step)
	default:
		return p.flatEntry(s.Entry, false)
	}
}

func (p *printer) flatStep(s *Step) (string, bool) {
	text, ok := "", true
	switch {
	case s.Inline != nil:
		sig := ""
		if s.Inline.Sig != nil {
			if sig, ok = p.flatSignature(s.Inline.Sig); !ok {
				return "", false
			}
		}
		text, ok = p.flatBody(s.Inline.Body)
		text = s.Inline.Kind + sig + " " + text
	case s.Raw != nil:
		text, ok = p.flatMap(s.Raw, false)
	case s.Call != nil:
		text, ok = p.flatCall(s.Call)
	case s.Bare != nil:
		text, ok = p.flatCall(s.Bare)
	}
	if s.Name != nil && !redundantName(s) {
		text = s.Name.Literal + " = " + text
	}
	for _, m := range s.Modifiers {
		mod, modOK := p.flatModifier(m)
		text, ok = text+" "+mod, ok && modOK
	}
	return text, ok
}

func (p *printer) flatCall(c *Call) (string, bool) {
	if !p.oneLine(&c.Node) && (len(c.Args) > 1 || c.commented()) {
		return "", false
	}
	args, ok := p.flatArgs(c.Args)
	return joinNames(c.Callee) + "(" + args + ")", ok
}

func (p *printer) flatArgs(args []*Arg) (string, bool) {
	return flatJoin(args, ", ", func(a *Arg) (string, bool) {
		v, ok := p.flatValue(a.Value, false)
		if a.Name != nil {
			v = a.Name.Literal + ": " + v
		}
		return v, ok
	})
}

func (p *printer) flatModifier(m *Modifier) (string, bool) {
	switch {
	case m.For != nil:
		return p.flatFor(m.For)
	case m.When != nil:
		if v := rawCond(m.When.Cond); v != nil {
			return "when " + v.Literal, flatLiteral(v.Literal)
		}
		text := flatCond(unwrapCond(m.When.Cond))
		return "when " + text, flatLiteral(text)
	case m.After != nil:
		return "after " + flatDeps(unwrapDeps(m.After.Deps)), true
	default:
		if len(m.Block.Items) > maxFlat || !p.oneLine(&m.Node) {
			return "", false
		}
		text, ok := flatJoin(m.Block.Items, ", ", p.flatBlockItem)
		return braces(text), ok
	}
}

func (p *printer) flatBlockItem(it *BlockItem) (string, bool) {
	if it.Hook != nil {
		return p.flatHook(it.Hook)
	}
	return p.flatEntry(it.Entry, false)
}

func (p *printer) flatHook(h *Hook) (string, bool) {
	text, ok := p.flatCall(h.Call)
	text = "on " + h.Event.Literal + " " + text
	if h.When != nil {
		text += " when " + h.When.Literal
		ok = ok && flatLiteral(h.When.Literal)
	}
	return text, ok
}

func (p *printer) flatFor(f *For) (string, bool) {
	text, ok := "", true
	switch {
	case f.Matrix != nil:
		text, ok = p.flatMap(f.Matrix, false)
		text = "matrix " + text
	case f.Value != nil:
		text, ok = p.flatValue(f.Value, false)
	default:
		text, ok = p.flatArgs(f.Sequence)
		text = "sequence(" + text + ")"
	}
	return "for " + f.Var.Literal + " in " + text, ok
}

func flatCond(c *Cond) string {
	parts := make([]string, len(c.Or))
	for i, and := range c.Or {
		parts[i] = flatCondAnd(and)
	}
	return strings.Join(parts, " || ")
}

func flatCondAnd(c *CondAnd) string {
	parts := make([]string, len(c.And))
	for i, not := range c.And {
		parts[i] = flatCondNot(not)
	}
	return strings.Join(parts, " && ")
}

func flatCondNot(c *CondNot) string {
	text := flatOperand(c.Left)
	if c.Not {
		text = "!" + text
	}
	if c.Right != nil {
		text += " " + c.Op + " " + flatOperand(c.Right)
	}
	return text
}

func flatOperand(o *Operand) string {
	switch {
	case o.Group != nil:
		return "(" + flatCond(o.Group) + ")"
	case o.Value.Ref != nil:
		return joinNames(o.Value.Ref.Parts)
	}
	return o.Value.Literal
}

func flatDeps(d *Deps) string {
	parts := make([]string, len(d.Or))
	for i, and := range d.Or {
		parts[i] = flatDepsAnd(and)
	}
	return strings.Join(parts, " || ")
}

func flatDepsAnd(d *DepsAnd) string {
	parts := make([]string, len(d.And))
	for i, not := range d.And {
		parts[i] = flatDepsNot(not)
	}
	return strings.Join(parts, " && ")
}

func flatDepsNot(d *DepsNot) string {
	text := ""
	if d.Not {
		text = "!"
	}
	if d.Group != nil {
		return text + "(" + flatDeps(d.Group) + ")"
	}
	text += d.Task.Literal
	if d.Status != nil {
		text += "." + d.Status.Literal
	}
	return text
}

func (p *printer) flatEntry(e *Entry, literal bool) (string, bool) {
	key, v := dotted(e, false)
	text, ok := p.flatValue(v, literal)
	if literal || e.Colon && v == e.Value {
		key += ":"
	}
	return key + " " + text, ok
}

func (p *printer) flatValue(v *Value, literal bool) (string, bool) {
	switch {
	case v.Map != nil:
		return p.flatMap(v.Map, literal)
	case v.List != nil:
		return p.flatList(v.List)
	case v.Ref != nil:
		return joinNames(v.Ref.Parts), true
	}
	return v.Literal, flatLiteral(v.Literal)
}

func (p *printer) flatMap(m *Map, literal bool) (string, bool) {
	if len(m.Entries) > maxFlat || !p.oneLine(&m.Node) {
		return "", false
	}
	text, ok := flatJoin(m.Entries, ", ", func(e *Entry) (string, bool) { return p.flatEntry(e, literal) })
	return braces(text), ok
}

func (p *printer) flatList(l *List) (string, bool) {
	if !p.oneLine(&l.Node) {
		return "", false
	}
	text, ok := flatJoin(l.Items, ", ", func(v *Value) (string, bool) { return p.flatValue(v, true) })
	return "[" + text + "]", ok
}
