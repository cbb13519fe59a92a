package graph

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"
)

// Measures of text, in pixels. There is no font to ask, so widths are those of
// a wide one.
const (
	letter     = 7.4
	lineHeight = 15
)

// SVG draws the graph, with nothing but the standard library.
func SVG(w io.Writer, g *Graph) error {
	l := newLayout(g, measure)
	const frame = 20
	width, height := l.w+2*frame, l.h+2*frame
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f"`, width, height, width, height)
	b.WriteString(` font-family="Helvetica, Arial, sans-serif" font-size="12">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#627d98"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
`)
	l.draw(&b, frame, frame)
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// measure is the size of a box without what is nested in it.
func measure(n *Node) (w, h float64) {
	if n.Joint {
		return 8, 8
	}
	longest := 0
	for _, l := range n.lines() {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	return max(70, float64(longest)*letter+20), float64(len(n.lines()))*lineHeight + 14
}

// draw draws the layout with its top left corner at x, y.
func (l *layout) draw(b *strings.Builder, x, y float64) {
	for _, r := range l.routes {
		r.draw(b, x, y)
	}
	for _, c := range l.boxes {
		c.draw(b, x+c.x, y+c.y)
	}
}

func (r route) draw(b *strings.Builder, x, y float64) {
	dash := ""
	if r.edge.Hook {
		dash = ` stroke-dasharray="4 3"`
	}
	from := r.path[0]
	fx, fy := x+from.middle(), y+from.y+from.h
	fmt.Fprintf(b, `<path d="M%.1f %.1f`, fx, fy)
	leave := func(p *box) { // straight down, past what stands beside it
		if foot := y + p.foot; foot > fy {
			fy = foot
			fmt.Fprintf(b, " V%.1f", fy)
		}
	}
	leave(from)
	labelX, labelY := 0.0, 0.0
	for i, p := range r.path[1:] {
		tx, ty := x+p.middle(), y+p.y
		bend := (ty - fy) / 2
		fmt.Fprintf(b, " C%.1f %.1f %.1f %.1f %.1f %.1f", fx, fy+bend, tx, ty-bend, tx, ty)
		if i == (len(r.path)-2)/2 { // halfway, where edges to one box are still apart
			labelX, labelY = (fx+tx)/2, fy+bend
		}
		fx, fy = tx, ty
		if p.node == nil {
			leave(p)
		}
	}
	arrow := ` marker-end="url(#arrow)"`
	if r.path[len(r.path)-1].node.Joint {
		arrow = ""
	}
	fmt.Fprintf(b, `" fill="none" stroke="#627d98"%s%s/>`+"\n", dash, arrow)
	if r.edge.Label != "" {
		const halo = ` text-anchor="middle" fill="#52606d" font-size="10" stroke="#f5f7fa" stroke-width="4" paint-order="stroke"`
		text(b, labelX, labelY+3, halo, r.edge.Label)
	}
}

func (c *box) draw(b *strings.Builder, x, y float64) {
	n := c.node
	if n.Joint {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4" fill="#627d98"/>`+"\n", x+4, y+4)
		return
	}
	dash, color, stroke := "", fill(n.Type), "#627d98"
	if n.Guard {
		dash = ` stroke-dasharray="4 3"`
	}
	if c.inner != nil {
		color, stroke = "#f5f7fa", "#9aa5b1"
	} else if n.Fill != "" {
		color = n.Fill
	}
	rect := func(x, y float64) {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5" fill="%s" stroke="%s"%s/>`+"\n", x, y, c.w, c.h, color, stroke, dash)
	}
	if n.Loop { // a pile of cards
		rect(x+6, y+6)
		rect(x+3, y+3)
	}
	rect(x, y)
	for i, l := range n.lines() {
		style := ` fill="#52606d" font-size="11"`
		if i == 0 {
			style = ` fill="#102a43" font-weight="bold"`
		}
		left := x + 10
		if c.inner == nil {
			style += ` text-anchor="middle"`
			left = x + c.w/2
		}
		text(b, left, y+18+float64(i)*lineHeight, style, l)
	}
	if c.inner != nil {
		c.inner.draw(b, x+(c.w-c.inner.w)/2, y+c.head)
	}
}

func text(b *strings.Builder, x, y float64, style, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f"%s>%s</text>`+"\n", x, y, style, html.EscapeString(s))
}
