package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-lang/weft/validate"
)

// A stopwatch tells the time that weft takes from the time for which it waits
// for the programs that it asks about scripts.
type stopwatch struct {
	begin time.Time
	mu    sync.Mutex // rules ask side by side
	waits []wait
}

// A wait is for one program.
type wait struct {
	program    string
	begin, end time.Time
	scripts    int
}

// over lets the watch run while a checker is asked.
func (w *stopwatch) over(c validate.Checkers) validate.Checkers {
	return validate.Checkers{Shell: timed{c.Shell, "shellcheck", w}, Python: timed{c.Python, "python3", w}}
}

type timed struct {
	checker validate.ScriptChecker
	program string
	watch   *stopwatch
}

func (t timed) Check(scripts []validate.Script) []validate.ScriptFault {
	begin := time.Now()
	faults := t.checker.Check(scripts)
	t.watch.mu.Lock()
	defer t.watch.mu.Unlock()
	t.watch.waits = append(t.watch.waits, wait{t.program, begin, time.Now(), len(scripts)})
	return faults
}

// report writes one line: what weft took by itself until end, and each program.
func (w *stopwatch) report(to io.Writer, end time.Time) {
	parts := []string{"weft took " + milliseconds(end.Sub(w.begin)-waited(w.waits))}
	for _, program := range []string{"shellcheck", "python3"} {
		var of []wait
		scripts := 0
		for _, a := range w.waits {
			if a.program == program {
				of = append(of, a)
				scripts += a.scripts
			}
		}
		if scripts > 0 {
			parts = append(parts, fmt.Sprintf("%s %s for %s", program, milliseconds(waited(of)), plural(scripts, "script")))
		}
	}
	fmt.Fprintln(to, strings.Join(parts, ", "))
}

// waited is the time covered by waits, which may overlap.
func waited(waits []wait) (sum time.Duration) {
	var until time.Time
	for _, a := range slices.SortedFunc(slices.Values(waits), func(a, b wait) int { return a.begin.Compare(b.begin) }) {
		if a.begin.After(until) {
			until = a.begin
		}
		if a.end.After(until) {
			sum += a.end.Sub(until)
			until = a.end
		}
	}
	return sum
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}
