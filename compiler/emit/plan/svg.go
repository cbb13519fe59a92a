package plan

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// Measures of the picture, in pixels.
const (
	rowHeight  = 22
	turnWidth  = 56
	labelWidth = 340
	margin     = 16
	maxRows    = 400
	maxTurns   = 200
)

// SVG draws plans as timelines, one below the other: a row for each run, in the
// turn in which it starts. Runs of one loop in one turn share a row when there
// are many.
func SVG(w io.Writer, plans []*Plan) error {
	var body strings.Builder
	width, y := 640, margin
	for _, p := range plans {
		y = p.draw(&body, y)
		width = max(width, labelWidth+min(p.Turns, maxTurns)*turnWidth+2*margin)
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="Helvetica, Arial, sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="#ffffff"/>
%s</svg>
`, width, y+margin, body.String())
	return err
}

// A bar is one row: a run, or the alike runs of a loop.
type bar struct {
	label       string
	start       int
	times       int
	conditional bool
	open        bool
	kind        string
}

// bars folds runs that differ in nothing but their item.
func (p *Plan) bars() []bar {
	var out []bar
	at := map[string]int{}
	for _, r := range p.Runs {
		key := fmt.Sprint(itemless(r.Name), r.Start, r.Template, r.Conditional)
		if i, ok := at[key]; ok {
			out[i].times += r.Times
			out[i].label = itemless(r.Name)
			continue
		}
		at[key] = len(out)
		out = append(out, bar{strings.TrimPrefix(r.Name, RunName(p.object)), r.Start, r.Times, r.Conditional, r.Open != "", r.Type})
	}
	for i := range out {
		out[i].label = strings.TrimLeft(strings.TrimPrefix(out[i].label, RunName(p.object)), ".")
	}
	return out
}

// itemless is a node name without what stands for items.
func itemless(name string) string {
	var b strings.Builder
	depth := 0
	for _, c := range name {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// colors are the fills of bars by template type; others are those of Pods.
var colors = map[string]string{"suspend": "#f2c94c", "http": "#bb8fce", "plugin": "#bb8fce"}

func (p *Plan) draw(b *strings.Builder, y int) int {
	text := func(x, y int, style, s string) {
		fmt.Fprintf(b, `<text x="%d" y="%d"%s>%s</text>`+"\n", x, y, style, html.EscapeString(s))
	}
	text(margin, y+14, ` font-size="15" font-weight="bold" fill="#1f2933"`, fmt.Sprintf("%s %s", p.Kind, p.Name))
	y += 36
	text(margin, y, ` fill="#52606d"`, fmt.Sprintf("Pods: %s; at once: %s", p.pods(), p.width()))
	y += 18
	bars := p.bars()
	shown := bars[:min(len(bars), maxRows)]
	for t := range min(p.Turns, maxTurns) {
		x := margin + labelWidth + t*turnWidth
		text(x+turnWidth/2, y, ` text-anchor="middle" fill="#9aa5b1"`, fmt.Sprint(t+1))
		fmt.Fprintf(b, `<path d="M%d %dv%d" stroke="#e4e7eb"/>`+"\n", x, y+6, len(shown)*rowHeight)
	}
	y += 8
	for _, bar := range shown {
		text(margin+labelWidth-10, y+15, ` text-anchor="end" fill="#1f2933"`, clipped(bar.label, 48))
		bar.draw(b, y)
		y += rowHeight
	}
	if n := len(bars) - len(shown); n > 0 {
		text(margin, y+14, ` fill="#52606d"`, fmt.Sprintf("and %s more", plural(n, "row")))
		y += rowHeight
	}
	return y + margin
}

func (r bar) draw(b *strings.Builder, y int) {
	if r.start >= maxTurns {
		return
	}
	x := margin + labelWidth + r.start*turnWidth
	fill, dash := "#6fa8dc", ""
	if c, ok := colors[r.kind]; ok {
		fill = c
	}
	if r.conditional || r.open {
		dash = ` fill-opacity="0.45" stroke="#3d5a80" stroke-dasharray="4 3"`
	}
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="3" fill="%s"%s/>`+"\n", x+2, y+3, turnWidth-4, rowHeight-6, fill, dash)
	count := ""
	switch {
	case r.open:
		count = "× n"
	case r.times > 1:
		count = fmt.Sprintf("× %d", r.times)
	}
	if count != "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#102a43">%s</text>`+"\n", x+turnWidth/2, y+15, count)
	}
}

// clipped shortens a text in front, where node names are alike.
func clipped(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return "…" + string(r[len(r)-n+1:])
}
