package run

import (
	"cmp"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// outstanding is what the engine asked for and has no answer to. It follows
// from the events and the engine's actions alone: a run that is resumed derives
// it again, and does what is left.
type outstanding struct {
	leafs    map[leafKey]*leaf
	timers   map[timerKey]*timer
	locks    map[engine.NodeID]*lock
	released map[engine.NodeID]bool
	asked    map[engine.NodeID]engine.Action // CacheGet, CachePut, Fetch
}

// leaf is a leaf whose end has not been reported.
type leaf struct {
	*engine.Leaf
	acknowledged bool // the journal holds that it was created
	stopped      bool // its outcome counts no more
	lost         bool
	// settled tells a Create that has not begun that a report was faster.
	settled atomic.Bool

	// What this driver does about it.
	doing    doing
	tries    int
	failures int    // of these tries, since the backend was busy last
	busy     string // why it had to wait, as reported, without numbers
	name     string // of its Pod
	cancel   func() // of its request
}

// doing is what a driver does about a leaf.
type doing uint8

const (
	nothing  doing = iota // it waits for reports
	queued                // for its turn to be created
	creating              // or requesting
)

type leafKey struct {
	node       engine.NodeID
	generation int
}

func (l *leaf) key() leafKey { return leafKey{l.Node, l.Generation} }

type timerKey struct {
	node  engine.NodeID
	timer engine.TimerID
}

type timer struct {
	at     time.Time
	cancel func()
}

type lock struct {
	engine.Acquire
	held    bool // the journal says so
	asking  bool
	lined   bool   // it has not had an answer yet, and others wait behind it
	waiting string // for what, as reported
	again   func() // takes back that it asks once more
}

func newOutstanding() outstanding {
	return outstanding{
		leafs: map[leafKey]*leaf{}, timers: map[timerKey]*timer{},
		locks: map[engine.NodeID]*lock{}, released: map[engine.NodeID]bool{}, asked: map[engine.NodeID]engine.Action{},
	}
}

// ask notes an action.
func (o *outstanding) ask(a engine.Action) {
	switch a := a.(type) {
	case engine.StartLeaf:
		l := &leaf{Leaf: a.Leaf}
		o.leafs[l.key()] = l
	case engine.StopLeaf:
		if l := o.leafs[leafKey{a.Node, a.Generation}]; l != nil {
			l.stopped = true
		}
	case engine.SetTimer:
		key := timerKey{a.Node, a.Timer}
		if old := o.timers[key]; old != nil && old.cancel != nil {
			old.cancel()
		}
		if a.At.IsZero() {
			delete(o.timers, key)
		} else {
			o.timers[key] = &timer{at: a.At}
		}
	case engine.Acquire:
		o.locks[a.Node] = &lock{Acquire: a}
		delete(o.released, a.Node)
	case engine.Release:
		delete(o.locks, a.Node)
		o.released[a.Node] = true
	case engine.CacheGet:
		o.asked[a.Node] = a
	case engine.CachePut:
		o.asked[a.Node] = a
	case engine.Fetch:
		o.asked[a.Node] = a
	}
}

// answer notes an event, before the engine takes it. It is false for one that
// the engine must not see: a timer that was moved meanwhile.
func (o *outstanding) answer(ev engine.Event) bool {
	switch ev.Kind {
	case engine.EventReport:
		l := o.leafs[leafKey{ev.Node, ev.Generation}]
		if l == nil {
			break
		}
		switch ev.Report.State {
		case engine.PodCreated:
			l.acknowledged = true
		case engine.PodEnded, engine.PodLost, engine.PodRefused:
			delete(o.leafs, l.key())
		}
	case engine.EventTimer:
		key := timerKey{ev.Node, ev.Timer}
		t := o.timers[key]
		if t == nil || t.at.After(ev.At) {
			return false
		}
		delete(o.timers, key)
	case engine.EventLock:
		if l := o.locks[ev.Node]; l != nil {
			l.held = l.held || ev.Lock.Held
		}
	case engine.EventCache, engine.EventFetched:
		delete(o.asked, ev.Node)
	}
	return true
}

// replay lets the engine have the events of the journal. What it asked for on
// the way is outstanding, unless they hold the answer.
func (r *Run) replay() (begun bool, err error) {
	if r.opts.History == nil {
		return false, nil
	}
	for ev, err := range r.opts.History {
		if err != nil {
			return false, err
		}
		begun = true
		for _, a := range r.step(ev) {
			r.note(a)
		}
	}
	return begun, nil
}

// resume does what is outstanding, in an order that is always the same.
func (r *Run) resume() {
	for _, l := range r.open.sortedLeafs() {
		l.tries++ // of an earlier driver, perhaps
		switch {
		case l.stopped:
			r.stop(l)
		case !l.acknowledged:
			r.start(l)
		case r.isRequest(l):
			r.repeat(l)
		}
	}
	timers := slices.SortedFunc(maps.Keys(r.open.timers), func(a, b timerKey) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.timer, b.timer))
	})
	for _, k := range timers {
		r.setTimer(k)
	}
	for _, id := range slices.Sorted(maps.Keys(r.open.released)) {
		r.release(id)
	}
	for _, l := range sorted(r.open.locks) {
		r.acquire(l)
	}
	for _, a := range sorted(r.open.asked) {
		switch a := a.(type) {
		case engine.CacheGet:
			r.cacheGet(a)
		case engine.CachePut:
			r.cachePut(a)
		case engine.Fetch:
			r.fetch(a)
		}
	}
}

func (o *outstanding) sortedLeafs() []*leaf {
	return slices.SortedFunc(maps.Values(o.leafs), func(a, b *leaf) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Generation, b.Generation))
	})
}

func sorted[V any](m map[engine.NodeID]V) []V {
	var all []V
	for _, id := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[id])
	}
	return all
}
