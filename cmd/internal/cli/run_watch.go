package cli

import (
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
)

// A watcher shows a run while it goes on.
type watcher interface {
	// observe is told what changed; it may read the engine until it returns.
	observe(e *engine.Engine, changed []engine.NodeID)
	// pause leaves the terminal to somebody else, until resume is called.
	pause() (resume func())
	// close ends the showing, before the result is printed.
	close()
}

// newWatcher shows a live tree on a terminal and lines elsewhere. Where the
// result is JSON, what happens on the way goes to standard error.
func newWatcher(s Streams, name, output string) watcher {
	out := s.Out
	if output == outputJSON {
		out = s.Err
	}
	width, terminal := terminalWidth(out)
	if !terminal || os.Getenv("TERM") == "dumb" {
		return newLines(out)
	}
	t := &liveTree{name: name, done: make(chan struct{})}
	t.live = report.Live{Out: out, Style: report.Style{Color: useColor(colorAuto, out, os.Getenv), Width: width}}
	if f, ok := out.(*os.File); ok {
		if _, height, err := term.GetSize(int(f.Fd())); err == nil {
			t.live.Height = height
		}
	}
	t.ended.Go(t.loop)
	return t
}

// liveTree redraws the tree, at most a few times a second.
type liveTree struct {
	name  string
	done  chan struct{}
	ended sync.WaitGroup

	screen sync.Mutex // held while something is drawn
	live   report.Live
	paused bool

	mu    sync.Mutex
	shown *report.Run
	next  time.Time // when the run is to be looked at again
}

// Redrawing costs what the run is long, so long runs are drawn less often.
const (
	redrawEvery  = 100 * time.Millisecond
	nodesPerTick = 2_000
)

func (t *liveTree) observe(e *engine.Engine, _ []engine.NodeID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Before(t.next) && e.Run().Finished.IsZero() {
		return
	}
	t.next = now.Add(redrawEvery * time.Duration(1+e.Len()/nodesPerTick))
	t.shown = snapshot(e, t.name)
}

func (t *liveTree) loop() {
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	for {
		select {
		case <-t.done:
			return
		case <-tick.C:
		}
		t.mu.Lock()
		shown := t.shown
		t.mu.Unlock()
		if shown == nil {
			continue
		}
		if err := t.draw(shown); err != nil {
			return // the terminal is gone; the run is not
		}
	}
}

func (t *liveTree) draw(shown *report.Run) error {
	t.screen.Lock()
	defer t.screen.Unlock()
	if t.paused {
		return nil
	}
	return t.live.Draw(shown, time.Now())
}

func (t *liveTree) pause() (resume func()) {
	set := func(paused bool) {
		t.screen.Lock()
		defer t.screen.Unlock()
		t.paused = paused
		_ = t.live.Clear() // a terminal that is gone shows nothing
	}
	set(true)
	return func() { set(false) }
}

func (t *liveTree) close() {
	close(t.done)
	t.ended.Wait()
	_ = t.live.Clear()
}

// snapshot copies what is to be shown of a run.
func snapshot(e *engine.Engine, name string) *report.Run {
	v := e.Run()
	r := &report.Run{Name: name, Phase: v.Phase, Message: v.Message, Started: v.Started, Finished: v.Finished, Suspended: v.Suspended, Parameters: e.Arguments()}
	if len(v.Outputs.Parameters)+len(v.Outputs.Artifacts) > 0 {
		r.Outputs = &v.Outputs
	}
	for id := range e.Len() {
		r.Nodes = append(r.Nodes, e.View(engine.NodeID(id)))
	}
	return r
}
