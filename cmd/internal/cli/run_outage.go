package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/run"
)

// A toldJournal tells a person when the cluster does not take what happens: the
// run stands still meanwhile, and nothing else would say why.
type toldJournal struct {
	run.Journal
	out    io.Writer
	silent time.Duration // after which something is said
}

// outageAfter is longer than a cluster that is well takes for anything.
const outageAfter = 5 * time.Second

// Append keeps a group of events, however long that takes.
func (j *toldJournal) Append(events []engine.Event) error {
	begun := time.Now()
	timer := time.AfterFunc(j.silent, func() {
		fmt.Fprintln(j.out, "weft: the cluster does not answer; the run waits for it, and its Pods go on")
	})
	err := j.Journal.Append(events)
	if !timer.Stop() && err == nil {
		fmt.Fprintf(j.out, "weft: the cluster answers again, after %s\n", report.Short(time.Since(begun)))
	}
	return err
}
