package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/runtime/engine"
)

// Style says how lines look.
type Style struct {
	Color bool
	Width int // columns to cut lines at; 0 cuts none
}

// symbol and color of a phase.
var looks = [...]struct{ symbol, color string }{
	engine.NoPhase:   {"◷", "33"},
	engine.Pending:   {"◷", "33"},
	engine.Running:   {"●", "36"},
	engine.Succeeded: {"✔", "32"},
	engine.Skipped:   {"○", "2"},
	engine.Failed:    {"✖", "31"},
	engine.Error:     {"⚠", "31"},
	engine.Omitted:   {"○", "2"},
}

func paint(on bool, code, s string) string {
	if !on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Mark is the symbol of a phase, coloured when asked.
func (s Style) Mark(p engine.Phase) string { return paint(s.Color, looks[p].color, looks[p].symbol) }

// Faint is text that matters less.
func (s Style) Faint(text string) string { return paint(s.Color, "2", text) }

// Text prints rows as a tree with columns for template, duration and message.
// A column of wide tables is as wide as what stands in it, up to a bound.
func Text(w io.Writer, rows []Row, s Style) error {
	out := bufio.NewWriter(w)
	if s.Width == 0 { // else they are cut anyway
		rows = brief(rows)
	}
	name, template := 0, 0
	for _, r := range rows {
		name = max(name, min(utf8.RuneCountInString(r.Indent)+utf8.RuneCountInString(r.title()), 60))
		template = max(template, min(utf8.RuneCountInString(r.Template), 30))
	}
	for _, r := range rows {
		fmt.Fprintln(out, r.line(s, name, template))
	}
	return out.Flush()
}

// brief cuts messages that stand in other rows, too. Those of rows with others below
// them give way.
func brief(rows []Row) []Row {
	rows = slices.Clone(rows)
	var b Brief
	for _, holds := range []bool{false, true} {
		for i := range rows {
			if holds == (i+1 < len(rows) && len(rows[i+1].Indent) > len(rows[i].Indent)) {
				rows[i].Message = b.Of(rows[i].Message)
			}
		}
	}
	return rows
}

func (r Row) title() string {
	if r.Order > 0 {
		return fmt.Sprintf("%d. %s", r.Order, r.Name)
	}
	return r.Name
}

// line is the text of a row with padded columns.
func (r Row) line(s Style, name, template int) string {
	mark := s.Mark(r.Phase)
	if r.Suspend {
		mark = paint(s.Color, "36", "ǁ")
	}
	title := r.title()
	if room := name - utf8.RuneCountInString(r.Indent); utf8.RuneCountInString(title) > room && room > 1 {
		title = shorten(title, room)
	}
	left := utf8.RuneCountInString(r.Indent) + utf8.RuneCountInString(title)
	duration := ""
	if r.Duration > 0 {
		duration = Short(r.Duration)
	}
	tail := fmt.Sprintf("  %-*s  %7s", template, shorten(r.Template, 30), duration)
	message := firstLine(plain(r.Message))
	if s.Width > 0 {
		room := s.Width - max(left, name) - 2 - utf8.RuneCountInString(tail) - 2
		message = shorten(message, max(room, 0))
	}
	line := s.Faint(r.Indent) + mark + " " + title + strings.Repeat(" ", max(name-left, 0)) + s.Faint(tail)
	if message != "" {
		color := looks[r.Phase].color
		if !r.Phase.Bad() {
			color = "2"
		}
		line += "  " + paint(s.Color, color, message)
	}
	return strings.TrimRight(line, " ")
}

func firstLine(s string) string {
	line, _, more := strings.Cut(strings.TrimSpace(s), "\n")
	if more {
		return line + " ..."
	}
	return line
}

// shorten cuts s to n columns.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n <= 1 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}
