package weft

// step prints a step that does not fit on one line: first the call, then each
// modifier, each on one line if it can be.
func (p *printer) step(s *Step) {
	if p.try(p.flatStep(s)) {
		return
	}
	if s.Name != nil && !redundantName(s) {
		p.write(s.Name.Literal + " = ")
	}
	switch {
	case s.Inline != nil:
		p.write(s.Inline.Kind)
		p.signature(s.Inline.Sig)
		p.write(" ")
		p.body(s.Inline.Body)
	case s.Raw != nil:
		p.mapBlock(s.Raw, false)
	case s.Call != nil:
		p.call(s.Call)
	case s.Bare != nil:
		p.call(s.Bare)
	}
	for _, m := range s.Modifiers {
		p.write(" ")
		p.modifier(m)
	}
}

// redundantName reports whether the name of a step is what it calls anyway.
func redundantName(s *Step) bool {
	return s.Call != nil && s.Name.text() == s.Call.Callee[len(s.Call.Callee)-1].text()
}

// call prints a call. A single argument that is merely long stays where it is:
// another line would not make it shorter.
func (p *printer) call(c *Call) {
	text, ok := p.flatCall(c)
	if ok && (p.fits(text) || len(c.Args) < 2 && c.Args[0].Value.Literal != "") {
		p.write(text)
		return
	}
	p.write(joinNames(c.Callee) + "(")
	p.newline()
	p.depth++
	for _, a := range c.Args {
		p.listed(&a.Node, func() { p.arg(a) })
	}
	p.foot(&c.Node)
	p.depth--
	p.write(")")
}

func (p *printer) arg(a *Arg) {
	if a.Name != nil {
		p.write(a.Name.Literal + ": ")
	}
	p.value(a.Value, false)
}

func (p *printer) modifier(m *Modifier) {
	if p.try(p.flatModifier(m)) {
		return
	}
	switch {
	case m.For != nil:
		p.loop(m.For)
	case m.When != nil:
		p.when(m.When.Cond)
	case m.After != nil:
		p.after(m.After.Deps)
	case m.Block != nil:
		block(p, &m.Node, m.Block.Items, p.blockItem)
	}
}

func (p *printer) blockItem(it *BlockItem) {
	switch {
	case p.try(p.flatBlockItem(it)):
	case it.Hook != nil:
		p.hook(it.Hook)
	default:
		p.entry(it.Entry, false)
	}
}

func (p *printer) hook(h *Hook) {
	if p.try(p.flatHook(h)) {
		return
	}
	p.write("on " + h.Event.Literal + " ")
	p.call(h.Call)
	if h.When != nil {
		p.write(" when ")
		p.literal(h.When.Literal)
	}
}

func (p *printer) loop(f *For) {
	p.write("for " + f.Var.Literal + " in ")
	switch {
	case f.Matrix != nil:
		p.write("matrix ")
		p.mapBlock(f.Matrix, false)
	case f.Value != nil:
		p.value(f.Value, false)
	default:
		text, _ := p.flatArgs(f.Sequence)
		p.write("sequence(" + text + ")")
	}
}

// when breaks a long condition behind its outermost operators, inside of
// parentheses that are there for this.
func (p *printer) when(c *Cond) {
	p.write("when ")
	if v := rawCond(c); v != nil {
		p.literal(v.Literal)
		return
	}
	c = unwrapCond(c)
	var parts []string
	sign := " ||"
	if len(c.Or) > 1 {
		for _, and := range c.Or {
			parts = append(parts, flatCondAnd(and))
		}
	} else {
		sign = " &&"
		for _, not := range c.Or[0].And {
			parts = append(parts, flatCondNot(not))
		}
	}
	p.broken(parts, sign)
}

func (p *printer) after(d *Deps) {
	p.write("after ")
	d = unwrapDeps(d)
	var parts []string
	sign := " ||"
	if len(d.Or) > 1 {
		for _, and := range d.Or {
			parts = append(parts, flatDepsAnd(and))
		}
	} else {
		sign = " &&"
		for _, not := range d.Or[0].And {
			parts = append(parts, flatDepsNot(not))
		}
	}
	p.broken(parts, sign)
}

func (p *printer) broken(parts []string, sign string) {
	if len(parts) == 1 {
		p.write(parts[0])
		return
	}
	p.write("(")
	p.newline()
	p.depth++
	for i, part := range parts {
		p.write(part)
		if i < len(parts)-1 {
			p.write(sign)
		}
		p.newline()
	}
	p.depth--
	p.write(")")
}
