package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
)

// A place that runs over more lines than headLines+tailLines is shown with its
// middle left out.
const (
	headLines = 4
	tailLines = 2
)

// snippet prints the marked lines of one file. A mark within one line is drawn
// under it; the primary one, when it runs over several lines, as a bar beside
// them:
//
//	3 | /   - name: a
//	4 | |     image: b
//	  | |____________^
func (p *printer) snippet(g group, sev diag.Severity) {
	file := g.place.File
	if file.Text == "" {
		return
	}
	p.row("", "")
	bar := blockOf(g.marks)
	previous := 0
	for _, n := range shownLines(g.marks, bar) {
		if previous > 0 && n > previous+1 {
			p.out.WriteString(p.note("...") + "\n")
		}
		previous = n
		p.line(file.Line(n), n, marksOn(g.marks, n), bar, sev)
	}
}

// blockOf is the mark that needs a bar, nil if there is none.
func blockOf(marks []mark) *mark {
	for i := range marks {
		if marks[i].last > marks[i].first {
			return &marks[i]
		}
	}
	return nil
}

// marksOn are the marks to draw under line n, the primary one first.
func marksOn(marks []mark, n int) []mark {
	var on []mark
	for _, m := range marks {
		if m.first == n && m.last == n {
			on = append(on, m)
		}
	}
	return on
}

func shownLines(marks []mark, bar *mark) []int {
	var lines []int
	for _, m := range marks {
		lines = append(lines, m.first, m.last)
	}
	if bar != nil {
		whole := bar.last-bar.first < headLines+tailLines
		for n := bar.first; n <= bar.last; n++ {
			if whole || n < bar.first+headLines || n > bar.last-tailLines {
				lines = append(lines, n)
			}
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	for i := len(lines) - 1; i > 0; i-- { // "..." for a single line saves nothing
		if lines[i] == lines[i-1]+2 {
			lines = slices.Insert(lines, i, lines[i]-1)
		}
	}
	return lines
}

// line prints line n and what is drawn under it.
func (p *printer) line(text string, n int, marks []mark, bar *mark, sev diag.Severity) {
	from, to := 0, 0
	cols := make([][2]int, len(marks))
	for i, m := range marks {
		cols[i] = columns(m, text)
		if i == 0 {
			from, to = cols[0][0], cols[0][1]
		}
	}
	win := p.window(text, textWidth(text), from, to)

	beside, open := "", false // the bar beside the code, and whether it opens below this line
	if bar != nil {
		beside = "  "
		blank := len(text) - len(strings.TrimLeft(text, " \t"))
		switch {
		case n == bar.first && bar.span.Start-bar.span.File.LineStart(n) <= blank:
			beside = p.severity(sev, "/") + " "
		case n == bar.first:
			open = true
		case n > bar.first && n <= bar.last:
			beside = p.severity(sev, "|") + " "
		}
	}
	p.row(strconv.Itoa(n), beside+win.text)

	under := beside
	if bar != nil && n == bar.first && !open {
		under = p.severity(sev, "|") + " "
	}
	for i, m := range marks {
		p.row("", under+p.underline(m, win, cols[i], sev))
	}
	switch {
	case open:
		col := textWidth(text[:min(len(text), bar.span.Start-bar.span.File.LineStart(n))])
		p.row("", " "+p.severity(sev, strings.Repeat("_", win.column(col)+1)+"^"))
	case bar != nil && n == bar.last:
		col := textWidth(text[:min(len(text), bar.span.End-bar.span.File.LineStart(n))])
		p.row("", p.severity(sev, "|"+strings.Repeat("_", max(win.column(col), 1))+"^"))
	}
}

// columns are the display columns [from, to) of m in its line; at least one.
func columns(m mark, text string) [2]int {
	base := m.span.File.LineStart(m.first)
	start := min(m.span.Start-base, len(text))
	end := max(start, min(m.span.End-base, len(text)))
	from := textWidth(text[:start])
	return [2]int{from, from + max(1, textWidth(text[start:end]))}
}

func (p *printer) underline(m mark, win window, cols [2]int, sev diag.Severity) string {
	from := win.column(cols[0])
	to := max(win.column(cols[1]), from+1)
	sign := "-"
	if m.primary {
		sign = "^"
	}
	line := strings.Repeat(sign, to-from)
	if m.label != "" {
		line += " " + m.label
	}
	if m.primary {
		line = p.severity(sev, line)
	} else {
		line = p.note(line)
	}
	return strings.Repeat(" ", from) + line
}

// A window is the part of a long line that is shown.
type window struct {
	text     string
	from, to int // display columns of the line that are shown
	lead     int // columns that the ellipsis before them takes
}

const ellipsis = "..."

// window cuts a line of the given width to what fits behind the gutter, around
// the columns [from, to).
func (p *printer) window(text string, width, from, to int) window {
	room := p.width - p.gutter - len(" |   ")
	if width <= room {
		return window{text: show(text), to: width}
	}
	w := window{to: room - len(ellipsis)}
	if begin := min(from-room/4, width-room+len(ellipsis)); to > w.to && begin > len(ellipsis) {
		w.from, w.lead = begin, len(ellipsis)
		w.to = min(width, w.from+room-2*len(ellipsis))
	}
	var b strings.Builder
	col, cut := min(plain(text), w.from), false
	for _, r := range text[col:] {
		next := col + runeWidth(visible(r))
		switch {
		case col >= w.from && next <= w.to:
			b.WriteRune(r)
		case col >= w.from:
			cut = true
		case next > w.from: // a wide rune that the edge cuts in two
			b.WriteString(strings.Repeat(" ", next-w.from))
		}
		if cut {
			break
		}
		col = next
	}
	w.text = strings.Repeat(".", w.lead) + show(b.String())
	if cut {
		w.text += ellipsis
	}
	return w
}

// column is where column col of the line is shown.
func (w window) column(col int) int {
	return max(0, min(col, w.to)-w.from) + w.lead
}
