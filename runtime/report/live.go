package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// Live redraws the tree of a run in place, on a terminal.
type Live struct {
	Out    io.Writer
	Style  Style
	Height int // lines of the terminal; 0 draws all rows
	drawn  int
}

// Draw replaces what was drawn last. Where the tree is higher than the terminal,
// rows of what has ended give way.
func (l *Live) Draw(r *Run, now time.Time) error {
	rows := Rows(r, TreeOptions{Now: now})
	hidden := 0
	if room := l.Height - 2; l.Height > 0 && len(rows) > room {
		rows, hidden = fit(rows, max(room, 1))
	}
	var b bytes.Buffer
	l.erase(&b)
	if err := Text(&b, rows, l.Style); err != nil {
		return err
	}
	if hidden > 0 {
		fmt.Fprintln(&b, l.Style.Faint(fmt.Sprintf("   and %d more that ended or wait", hidden)))
	}
	l.drawn = strings.Count(b.String(), "\n")
	_, err := l.Out.Write(b.Bytes())
	return err
}

// Clear takes the tree away.
func (l *Live) Clear() error {
	var b bytes.Buffer
	l.erase(&b)
	l.drawn = 0
	_, err := l.Out.Write(b.Bytes())
	return err
}

func (l *Live) erase(b *bytes.Buffer) {
	if l.drawn > 0 {
		fmt.Fprintf(b, "\r\x1b[%dA\x1b[J", l.drawn) // Ctrl-C may have been echoed
	}
}

// fit leaves rows out until they fit: first what ended well or never ran, then
// what waits, then the last ones.
func fit(rows []Row, room int) (kept []Row, hidden int) {
	drop := make([]bool, len(rows))
	left := len(rows)
	for _, p := range []func(Row) bool{
		func(r Row) bool { return r.Phase.Fulfilled() && !r.Phase.Bad() },
		func(r Row) bool { return r.Phase == engine.Pending || r.Phase == engine.NoPhase },
		func(Row) bool { return true },
	} {
		for i := len(rows) - 1; i > 0 && left > room; i-- {
			if !drop[i] && p(rows[i]) {
				drop[i], left = true, left-1
			}
		}
	}
	for i, r := range rows {
		if !drop[i] {
			kept = append(kept, r)
		}
	}
	return kept, len(rows) - left
}

// Line tells of a change of one node where there is no terminal: the time, the
// phase, the path, how long it took, and the message.
func Line(v engine.View, now time.Time) string {
	line := fmt.Sprintf("%s  %-9s  %s", now.Format(time.TimeOnly), phaseName(v.Phase), v.Path)
	if v.Phase.Fulfilled() && !v.Started.IsZero() && v.Finished.After(v.Started) {
		line += "  " + Short(v.Finished.Sub(v.Started))
	}
	if v.Message != "" {
		line += "  " + firstLine(plain(v.Message))
	}
	return line
}
