package fix

import (
	"fmt"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// around is the number of unchanged lines shown on either side of a change.
const around = 3

// A line of a diff: sign is ' ', '-' or '+'.
type line struct {
	sign byte
	text string
}

// Diff shows how a file changes, in the unified format that patch reads. It is
// empty when nothing does.
func Diff(name, before, after string, color bool) string {
	if before == after {
		return ""
	}
	lines := diffLines(before, after)
	p := painter{on: color}
	p.line(bold, "--- a/"+name)
	p.line(bold, "+++ b/"+name)
	oldLine, newLine := 1, 1
	for i := 0; i < len(lines); {
		start, end := hunk(lines, i)
		for ; i < start; i++ {
			oldLine++
			newLine++
		}
		if start == end {
			break
		}
		olds, news := count(lines[start:end])
		p.line(cyan, fmt.Sprintf("@@ -%s +%s @@", span(oldLine, olds), span(newLine, news)))
		for ; i < end; i++ {
			p.diff(lines[i])
		}
		oldLine += olds
		newLine += news
	}
	return p.out.String()
}

func diffLines(before, after string) []line {
	d := diffmatchpatch.New()
	a, b, texts := d.DiffLinesToRunes(before, after)
	var out []line
	for _, part := range d.DiffCharsToLines(d.DiffMainRunes(a, b, false), texts) {
		sign := map[diffmatchpatch.Operation]byte{
			diffmatchpatch.DiffDelete: '-', diffmatchpatch.DiffInsert: '+', diffmatchpatch.DiffEqual: ' ',
		}[part.Type]
		for text := range strings.Lines(part.Text) {
			out = append(out, line{sign, text})
		}
	}
	return out
}

// hunk is the next run of lines from i on in which changes are near each other,
// with what is around it; empty when nothing changes any more.
func hunk(lines []line, i int) (start, end int) {
	first := i
	for first < len(lines) && lines[first].sign == ' ' {
		first++
	}
	if first == len(lines) {
		return first, first
	}
	last := first
	for j := first; j < len(lines) && j <= last+2*around+1; j++ {
		if lines[j].sign != ' ' {
			last = j
		}
	}
	return max(i, first-around), min(len(lines), last+around+1)
}

func count(lines []line) (olds, news int) {
	for _, l := range lines {
		if l.sign != '+' {
			olds++
		}
		if l.sign != '-' {
			news++
		}
	}
	return olds, news
}

// span is a range of lines; an empty one is named by the line in front of it.
func span(start, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", start-1)
	case 1:
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d,%d", start, n)
}

// The colours that git uses.
const (
	bold  = "\x1b[1m"
	cyan  = "\x1b[36m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	reset = "\x1b[m"
)

type painter struct {
	out strings.Builder
	on  bool
}

func (p *painter) line(color, text string) {
	if p.on && color != "" {
		text = color + text + reset
	}
	p.out.WriteString(text + "\n")
}

func (p *painter) diff(l line) {
	text, ended := strings.CutSuffix(l.text, "\n")
	p.line(map[byte]string{'-': red, '+': green}[l.sign], string(l.sign)+text)
	if !ended {
		p.line("", `\ No newline at end of file`)
	}
}
