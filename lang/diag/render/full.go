package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// Full prints every finding with the source it speaks of, the exact text
// underlined, related places, the way out and a fix where there is one.
//
//	error[unresolved-reference]: there is no template "ecko"
//	 --> hello.yaml:8:19
//	  |
//	8 |         template: ecko
//	  |                   ^^^^
//	  |
//	  = help: did you mean "echo"?
func Full(w io.Writer, r Report, opts Options) error {
	p := &printer{palette: paletteFor(opts), width: opts.Width}
	if p.width <= 0 {
		p.width = 120
	}
	p.width = max(p.width, 40)
	for _, d := range r.Diagnostics {
		p.diagnostic(d)
		p.out.WriteByte('\n')
	}
	p.out.WriteString(p.summary(r) + "\n")
	_, err := io.WriteString(w, p.out.String())
	return err
}

// A printer lays out one finding after the other.
type printer struct {
	palette
	out    strings.Builder
	width  int
	gutter int // columns of the line numbers of the finding at hand
}

func (p *printer) diagnostic(d diag.Diagnostic) {
	fmt.Fprintf(&p.out, "%s: %s\n",
		p.severity(d.Severity, d.Severity.String()+"["+d.Rule+"]"), p.strong(cleanLines(d.Message)))

	groups := groupMarks(d)
	fixes := make([]change, len(d.Fixes))
	last := 1
	for _, g := range groups {
		for _, m := range g.marks {
			last = max(last, m.last)
		}
	}
	for i, f := range d.Fixes {
		fixes[i] = changeOf(f)
		last = max(last, fixes[i].line+len(fixes[i].removed)+len(fixes[i].added)-1)
	}
	p.gutter = len(strconv.Itoa(last))

	for i, g := range groups {
		arrow := "-->"
		if i > 0 {
			arrow = ":::"
		}
		fmt.Fprintf(&p.out, "%*s%s %s%s\n", p.gutter, "", p.note(arrow), clean(g.place.String()), originNote(g.place))
		p.snippet(g, d.Severity)
	}
	if d.Help != "" || len(d.Fixes) > 0 {
		if len(groups) > 0 {
			p.row("", "")
		}
		p.remark("help", d.Help)
	}
	for i, f := range d.Fixes {
		// Lines that come right under the help need no heading.
		if d.Help == "" || len(d.Fixes) > 1 || fixes[i].line == 0 {
			p.remark("fix", f.Title)
		}
		p.change(fixes[i])
	}
}

// row prints one line behind the gutter.
func (p *printer) row(number, text string) {
	bar := p.note(fmt.Sprintf("%*s |", p.gutter, number))
	if text != "" {
		text = " " + strings.TrimRight(text, " ")
	}
	p.out.WriteString(bar + text + "\n")
}

// remark prints "= key: text", further lines of text aligned under the first.
func (p *printer) remark(key, text string) {
	if text == "" {
		return
	}
	indent := strings.Repeat(" ", p.gutter+1+len("= ")+len(key)+len(": "))
	text = strings.ReplaceAll(cleanLines(text), "\n", "\n"+indent)
	fmt.Fprintf(&p.out, "%*s %s %s: %s\n", p.gutter, "", p.note("="), p.strong(key), text)
}

// change prints what a fix leaves of the lines that it touches, or, when that
// is nothing, the lines that it removes.
func (p *printer) change(c change) {
	line := func(sign string, i int, text string) {
		text = p.window(text, textWidth(text), 0, 0).text
		p.out.WriteString(p.good(fmt.Sprintf("%*d %s %s", p.gutter, c.line+i, sign, text)) + "\n")
	}
	if len(c.added) == 0 {
		for i, text := range c.removed {
			line("-", i, text)
		}
	}
	for i, text := range c.added {
		line("+", i, text)
	}
}

// A change is what a fix does to the lines of a file, cut down to those that
// differ. A change too large to be read at a glance has no lines.
type change struct {
	line           int // of the first line that differs
	removed, added []string
}

// maxChange is the largest change, in lines, that a finding shows.
const maxChange = 5

func changeOf(f diag.Fix) change {
	first, removed, added, ok := rewrite(f.Edits)
	if !ok {
		return change{}
	}
	was, is := strings.Split(removed, "\n"), strings.Split(added, "\n")
	head := 0
	for head < min(len(was), len(is)) && was[head] == is[head] {
		head++
	}
	tail := 0
	for tail < min(len(was), len(is))-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	c := change{line: first + head, removed: was[head : len(was)-tail], added: is[head : len(is)-tail]}
	if len(c.removed) > maxChange || len(c.added) > maxChange {
		return change{}
	}
	return c
}

// rewrite makes the edits on the lines that they touch: it returns the number
// of the first of those lines and their text before and after. It fails on
// edits that overlap or belong to several files.
func rewrite(edits []diag.Edit) (first int, before, after string, ok bool) {
	if len(edits) == 0 || edits[0].Span.File == nil {
		return 0, "", "", false
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	file := edits[0].Span.File
	first = file.Position(edits[0].Span.Start).Line
	start := file.LineStart(first)
	end := file.LineStart(file.Position(edits[len(edits)-1].Span.End).Line + 1)
	var b strings.Builder
	at := start
	for _, e := range edits {
		if e.Span.File != file || e.Span.Start < at || e.Span.End > end {
			return 0, "", "", false
		}
		b.WriteString(file.Text[at:e.Span.Start])
		b.WriteString(e.New)
		at = e.Span.End
	}
	b.WriteString(file.Text[at:end])
	return first, file.Text[start:end], b.String(), true
}

// A mark is one place to underline.
type mark struct {
	span        source.Span
	label       string
	primary     bool
	first, last int // lines
}

// A group is the marks of one finding in one file.
type group struct {
	place source.Span // what the arrow names
	marks []mark
}

// groupMarks gathers the places of a finding by file, its own file first.
func groupMarks(d diag.Diagnostic) []group {
	var groups []group
	add := func(span source.Span, label string, primary bool) {
		if span.IsZero() {
			return
		}
		m := newMark(span, label, primary)
		for i := range groups {
			if groups[i].place.File == span.File {
				groups[i].marks = append(groups[i].marks, m)
				return
			}
		}
		groups = append(groups, group{place: span, marks: []mark{m}})
	}
	add(d.Span, "", true)
	for _, r := range d.Related {
		add(r.Span, clean(r.Message), false)
	}
	return groups
}

// newMark drops blanks from the end of the span, so that a block does not seem
// to reach to the line below it. Of a related place that runs over several
// lines the first is enough.
func newMark(span source.Span, label string, primary bool) mark {
	text := span.File.Text
	start := max(0, min(span.Start, len(text)))
	end := max(start, min(span.End, len(text)))
	end = start + len(strings.TrimRight(text[start:end], " \t\r\n"))
	m := mark{span: span.File.At(start, end), label: label, primary: primary}
	m.first = span.File.Position(start).Line
	m.last = span.File.Position(end).Line
	if !primary && m.last > m.first {
		m.last = m.first
		m.span.End = span.File.LineStart(m.first) + len(span.File.Line(m.first))
	}
	return m
}
