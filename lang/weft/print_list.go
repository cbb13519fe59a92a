package weft

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// list prints a list that is not on one line.
func (p *printer) list(l *List) {
	if p.try(p.flatList(l)) {
		return
	}
	if p.hugs(l) {
		p.hugged(l)
		return
	}
	p.write("[")
	p.newline()
	p.depth++
	for i, v := range l.Items {
		if p.joinsRow(l.Items, i) {
			p.out.Truncate(p.out.Len() - 1) // the line break behind the item before
			p.start = p.lineStart()
			p.write(" ")
		}
		p.listed(&v.Node, func() { p.value(v, true) })
	}
	p.foot(&l.Node)
	p.depth--
	p.write("]")
}

// lineStart is the offset of the last line of out.
func (p *printer) lineStart() int { return bytes.LastIndexByte(p.out.Bytes(), '\n') + 1 }

// hugs reports whether the items of a list are all blocks or long texts, so
// that they need no lines for the brackets: [{ ... }, { ... }].
func (p *printer) hugs(l *List) bool {
	if l.commented() || len(l.Items) == 0 {
		return false
	}
	for _, v := range l.Items {
		long := v.Literal != "" && !flatLiteral(v.Literal) && len(l.Items) == 1
		if v.commented() || v.Map == nil && !long || v.Map != nil && len(v.Map.Entries) == 0 {
			return false
		}
		if text, ok := p.flatValue(v, true); ok && (p.depth+1)*len(indentUnit)+utf8.RuneCountInString(text) < maxWidth {
			return false
		}
	}
	return true
}

func (p *printer) hugged(l *List) {
	p.write("[")
	for i, v := range l.Items {
		if i > 0 {
			p.write(", ")
		}
		if v.Map != nil {
			block(p, &v.Map.Node, v.Map.Entries, func(e *Entry) { p.entry(e, true) })
		} else {
			p.literal(v.Literal)
		}
	}
	p.write("]")
}

// joinsRow reports whether item i of a list goes on the line of the item
// before it: where the author put it there, or, without an author, where
// short values fill the line.
func (p *printer) joinsRow(items []*Value, i int) bool {
	if i == 0 || items[i].commented() || items[i-1].commented() {
		return false
	}
	before, ok := p.flatValue(items[i-1], true)
	text, ok2 := p.flatValue(items[i], true)
	if !ok || !ok2 {
		return false
	}
	line := p.out.Bytes()[:p.out.Len()-1]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	if before == "" || utf8.RuneCount(line)+1+utf8.RuneCountInString(text)+1 > maxWidth {
		return false
	}
	if p.source != nil && items[i].at.File == p.source {
		return !strings.Contains(p.source.Text[items[i-1].at.End:items[i].at.Start], "\n")
	}
	return items[i].Literal != "" && items[i-1].Literal != ""
}
