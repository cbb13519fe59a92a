package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
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

// An outage of the cluster is borne for a while by whoever looks on.
type outage struct {
	say   func(string)
	since time.Time
	told  bool
}

// bear passes over errors of a cluster that does not answer for a while. Those that
// end a command end it.
func (o *outage) bear(err error) error {
	var final *exit
	switch {
	case err == nil:
		if o.told {
			o.say("the cluster answers again, after " + report.Short(time.Since(o.since)))
		}
		o.since, o.told = time.Time{}, false
	case errors.As(err, &final):
		return err
	case errors.Is(err, store.ErrNoRun), kube.Doomed(err):
		return failure("%w", err)
	case o.since.IsZero():
		o.since = time.Now()
	case time.Since(o.since) > attachPatience:
		return failure("%w", err)
	case time.Since(o.since) > outageAfter && !o.told:
		o.told = true
		o.say(fmt.Sprintf("%v; trying again for %s", err, report.Short(attachPatience)))
	}
	return nil
}
