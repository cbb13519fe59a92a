package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

// How much of the logs of failed steps is shown at the end of a run.
const (
	tailLines = 12
	tailSteps = 5
)

// showText prints the tree, the outputs, the ends of the logs of what failed, and
// what to do next.
func (d *driving) showText(r *report.Run) error {
	out := d.streams.Out
	width, _ := terminalWidth(out)
	style := report.Style{Color: useColor(colorAuto, out, os.Getenv), Width: width}
	if err := report.Text(out, report.Rows(r, report.TreeOptions{Now: time.Now(), All: d.flags.all}), style); err != nil {
		return err
	}
	if r.Outputs != nil {
		for _, p := range r.Outputs.Parameters {
			fmt.Fprintf(out, "output %s: %s\n", p.Name, p.Value)
		}
	}
	if err := d.tails(out, r, style); err != nil {
		return err
	}
	how := strings.ToLower(r.Phase.String())
	switch {
	case r.Suspended:
		how = "suspended"
	case !r.Phase.Completed():
		how = "unfinished"
	}
	line := fmt.Sprintf("\n%s %s %s", style.Mark(r.Phase), d.header.Name, how)
	if took := report.Duration(r.Started, r.Finished, time.Now()); took > 0 {
		line += " in " + report.Short(took)
	}
	if r.Message != "" {
		line += ": " + strings.TrimSpace(r.Message)
	}
	_, err := fmt.Fprintf(out, "%s\n  %s\n", line, style.Faint(d.next(r)))
	return err
}

// next says what a person may want to do with the run.
func (d *driving) next(r *report.Run) string {
	logs, page := d.command("logs"), d.command("report")+" > run.html"
	switch {
	case r.Phase == engine.Succeeded:
		return logs + "    " + page
	case r.Phase.Completed():
		return logs + "    " + page + "    " + d.command("retry")
	case !d.driven():
		return "nobody drives it; go on by " + d.command("run --resume")
	case waits(r):
		return d.command("resume")
	case d.cluster != nil:
		return d.command("run --attach") + "    " + d.command("doctor")
	}
	return d.command("logs -f") + "    " + d.command("doctor")
}

// driven reports whether somebody drives the run. A cluster that does not tell
// leaves it at that.
func (d *driving) driven() bool {
	if d.cluster == nil {
		return d.run.Driven()
	}
	driven, err := d.cluster.expected()
	return driven || err != nil
}

// waits reports whether a run, or a step of it, goes on when somebody says so.
func waits(r *report.Run) bool {
	return r.Suspended || slices.ContainsFunc(r.Nodes, func(v engine.View) bool {
		return v.Type == engine.SuspendNode && v.Phase == engine.Running
	})
}

// tails prints the ends of the logs of steps that failed, and of no more than a
// few.
func (d *driving) tails(out io.Writer, r *report.Run, style report.Style) error {
	shown, left := 0, 0
	for _, v := range r.Nodes {
		if v.Type != engine.PodNode || !v.Phase.Bad() || retriedWell(r, v) {
			continue
		}
		if shown == tailSteps {
			left++
			continue
		}
		logs, err := d.logs(v)
		if err != nil {
			return err
		}
		for _, l := range logs {
			text, cut := tail(l.Text, tailLines)
			if text == "" {
				continue
			}
			shown++
			title := fmt.Sprintf("%s, container %s", v.Path, l.Container)
			if cut {
				title += fmt.Sprintf(", last %d lines", tailLines)
			}
			fmt.Fprintf(out, "\n%s %s\n", style.Mark(v.Phase), title)
			for line := range strings.Lines(text) {
				fmt.Fprintf(out, "    %s\n", strings.TrimRight(line, "\r\n"))
			}
		}
	}
	if left > 0 {
		fmt.Fprintf(out, "\n%s\n", style.Faint(fmt.Sprintf("%d more steps failed", left)))
	}
	return nil
}

// retriedWell reports whether an attempt failed and a later one did not.
func retriedWell(r *report.Run, v engine.View) bool {
	if !v.Retried {
		return false
	}
	base := v.Path[:strings.LastIndexByte(v.Path, '(')]
	for _, o := range r.Nodes {
		if o.Path == base {
			return o.Phase == engine.Succeeded
		}
	}
	return false
}

// tail is the last n lines of a text, and whether there are more.
func tail(text string, n int) (last string, cut bool) {
	text = strings.TrimRight(text, "\n")
	at := len(text)
	for range n {
		at = strings.LastIndexByte(text[:at], '\n')
		if at < 0 {
			return text, false
		}
	}
	return text[at+1:], true
}
