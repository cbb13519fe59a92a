package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weft-lang/weft/runtime/report"
)

// mostWaits bounds what people are shown: the oldest tell most.
const mostWaits = 40

// print shows the diagnosis to people, or as JSON to programs.
func (d *diagnosis) print(w io.Writer, output string, now time.Time) error {
	if output == outputJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(d)
	}
	out := bufio.NewWriter(w)
	style := report.Style{Color: useColor(colorAuto, w, os.Getenv)}
	fmt.Fprintln(out, d.headline(style, now))
	if d.Driver != nil {
		fmt.Fprintf(out, "  %s\n", d.Driver.text(now))
		if d.Driver.Do != "" {
			fmt.Fprintf(out, "  → %s\n", d.Driver.Do)
		}
	}
	if len(d.Waits) > 0 {
		fmt.Fprintln(out)
	}
	all := grouped(d.Waits)
	shown := all[:min(len(all), mostWaits)]
	width := 0
	for _, w := range shown {
		width = max(width, min(utf8.RuneCountInString(w.Step), 40))
	}
	for _, w := range shown {
		w.print(out, width, now)
	}
	if more := len(all) - len(shown); more > 0 {
		fmt.Fprintf(out, "  and %d more, which -o json lists\n", more)
	}
	return out.Flush()
}

// grouped makes one of steps that the same keeps from going on, unless only time
// helps: then each has its own. The first stands for all.
func grouped(waits []blocked) []blocked {
	var groups []blocked
	var counts []int
	at := map[string]int{}
	for _, w := range waits {
		key := string(w.Class) + sameCause(w.Why)
		i, seen := at[key]
		if seen && w.Do != "" && w.Pod != "" {
			counts[i]++
			continue
		}
		at[key] = len(groups)
		groups, counts = append(groups, w), append(counts, 0)
	}
	for i, n := range counts {
		if n > 0 {
			groups[i].Step += fmt.Sprintf(" and %d more", n)
		}
	}
	return groups
}

// headline says how the run stands.
func (d *diagnosis) headline(style report.Style, now time.Time) string {
	line := style.Mark(d.Phase) + " " + d.Name + " "
	took := report.Duration(d.Started, d.Finished, now)
	switch {
	case d.Phase.Completed():
		line += strings.ToLower(d.Phase.String())
		if took > 0 {
			line += " in " + report.Short(took)
		}
		if d.Message != "" {
			line += ": " + d.Message
		}
		return line + "; it waits for nothing"
	case d.Started.IsZero():
		line += "has not begun"
	case d.Suspended:
		line += "is suspended, begun " + report.Short(took) + " ago"
	default:
		line += "has been running for " + report.Short(took)
	}
	if d.Progress != "" && d.Progress != "0/0" {
		line += ", " + d.Progress + " done"
	}
	return line
}

func (s *driverState) text(now time.Time) string {
	if s.By == "" {
		return s.Message
	}
	text := "driven by " + s.By
	if !s.Since.IsZero() {
		text += " for " + report.Short(max(now.Sub(s.Since), 0))
	}
	if silent := now.Sub(s.Heard); !s.Heard.IsZero() && silent > quiet {
		text += fmt.Sprintf(", and not heard of for %s: it may have died", report.Short(silent))
	}
	return text
}

// quiet is for how long a driver may say nothing: it renews its Lease every 5 seconds.
const quiet = 7 * time.Second

func (w *blocked) print(out io.Writer, width int, now time.Time) {
	since := ""
	if !w.Since.IsZero() {
		since = report.Short(max(now.Sub(w.Since), 0))
	}
	text := w.Why
	if !w.Until.IsZero() {
		text += fmt.Sprintf(", until %s (%s more)", w.Until.Local().Format(time.DateTime), report.Short(max(w.Until.Sub(now), 0)))
	}
	fmt.Fprintf(out, "  %7s  %-*s  %s\n", since, width, w.Step, text)
	indent := strings.Repeat(" ", 2+7+2+width+2)
	for _, h := range w.Holds {
		by := "run " + h.Run
		if h.Step != "" {
			by = h.Step + ", run " + h.Run
		}
		fmt.Fprintf(out, "%sheld by %s\n", indent, by)
	}
	if w.Do != "" {
		fmt.Fprintf(out, "%s→ %s\n", indent, w.Do)
	}
}
