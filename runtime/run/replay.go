package run

import (
	"cmp"
	"slices"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
)

// A Replay follows a run from its journal, and does nothing about it: what it
// holds is what the driver of the run holds.
type Replay struct {
	engine *engine.Engine
	open   outstanding
}

// NewReplay makes the state of a run of which no event is known yet.
func NewReplay(checked *ir.Checked, cfg engine.Config) (*Replay, error) {
	e, err := engine.New(checked, cfg)
	if err != nil {
		return nil, err
	}
	return &Replay{engine: e, open: newOutstanding()}, nil
}

// Take takes the next event of the journal, and returns the nodes that are new or
// have changed.
func (r *Replay) Take(ev engine.Event) (changed []engine.NodeID) {
	if !r.open.answer(ev) {
		return nil
	}
	for _, a := range r.engine.Step(ev) {
		r.open.ask(a)
		if c, ok := a.(engine.NodeChanged); ok {
			changed = append(changed, c.Node)
		}
	}
	return changed
}

// Engine is the state of the run.
func (r *Replay) Engine() *engine.Engine { return r.engine }

// A Wait is something that a node, or the run, waits for and that the journal has
// no answer to yet.
type Wait struct {
	Node engine.NodeID // NoNode is the run as a whole
	// Of these one is set.
	Pod   *PodRef       // its Pod, or its request, has not ended
	Until time.Time     // a time
	Locks []engine.Lock // that others hold
	// Bound says of a time that it ends the node, which waits for something else.
	Bound bool
}

// Waits lists what is waited for, by node.
func (r *Replay) Waits() []Wait {
	var waits []Wait
	for _, l := range r.open.sortedLeafs() {
		if !l.stopped {
			waits = append(waits, Wait{Node: l.Node, Pod: &PodRef{Node: l.Node, Generation: l.Generation}})
		}
	}
	for key, t := range r.open.timers {
		waits = append(waits, Wait{Node: key.node, Until: t.at, Bound: key.timer.Bounds()})
	}
	for _, l := range r.open.locks {
		if !l.held {
			waits = append(waits, Wait{Node: l.Node, Locks: l.Locks})
		}
	}
	slices.SortStableFunc(waits, func(a, b Wait) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), a.Until.Compare(b.Until))
	})
	return waits
}
