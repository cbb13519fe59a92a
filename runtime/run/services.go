package run

import (
	"context"
	"slices"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// Who waits for a lock asks again after lockPause, and the first of those who
// wait ask at once when this run gives a lock back. Of thousands only lockQueue
// and one more wait where the lock is kept; the others stand in line here.
const (
	lockPause = 500 * time.Millisecond
	lockFirst = 4
	lockQueue = 16
)

// work does something beside the driver that the end of the run waits for.
func (r *Run) work(f func(ctx context.Context) func()) {
	r.pending++
	r.loop.Go(func(ctx context.Context) func() {
		then := f(ctx)
		return func() {
			r.pending--
			then()
		}
	})
}

func (r *Run) setTimer(key timerKey) {
	t := r.open.timers[key]
	if t == nil {
		return // it was taken back
	}
	t.cancel = r.loop.At(t.at, func() {
		if r.open.timers[key] != t {
			return
		}
		at := r.loop.Now()
		if at.Before(t.at) {
			at = t.at
		}
		r.take(engine.Event{Kind: engine.EventTimer, At: at, Node: key.node, Timer: key.timer})
	})
}

func (r *Run) holder(node engine.NodeID) store.Holder {
	h := store.Holder{Run: r.cfg.Name, UID: r.cfg.UID, Priority: r.opts.Priority}
	if node != engine.NoNode {
		h.Node = r.engine.View(node).Path
	}
	return h
}

func (r *Run) tellLock(node engine.NodeID, a engine.LockAnswer) {
	r.take(engine.Event{Kind: engine.EventLock, Node: node, Lock: &a})
}

// acquire asks for locks until it has them. Nodes that want the same lock ask for
// the first time one after the other, so that they get it in the order in which
// they began.
func (r *Run) acquire(l *lock) {
	if r.opts.Locks == nil {
		r.tellLock(l.Node, engine.LockAnswer{Error: "there are no locks where this run is driven"})
		return
	}
	l.lined = true
	for _, key := range l.Locks {
		r.lines[key] = append(r.lines[key], l)
	}
	r.askInTurn(l)
}

// askInTurn asks if nobody is before who wants one of these locks, too.
func (r *Run) askInTurn(l *lock) {
	for _, key := range l.Locks {
		if r.lines[key][0] != l {
			return
		}
	}
	if r.open.locks[l.Node] == l {
		r.ask(l)
	} else {
		r.leaveLines(l) // it does not want them any more
	}
}

// leaveLines lets those behind a node ask when it has its first answer.
func (r *Run) leaveLines(l *lock) {
	if !l.lined {
		return
	}
	l.lined = false
	var next []*lock
	for _, key := range l.Locks {
		if r.lines[key] = r.lines[key][1:]; len(r.lines[key]) == 0 {
			delete(r.lines, key)
		} else if first := r.lines[key][0]; !slices.Contains(next, first) {
			next = append(next, first)
		}
	}
	for _, l := range next {
		if l.lined && !l.asking {
			r.askInTurn(l)
		}
	}
}

func (r *Run) ask(l *lock) {
	l.asking = true
	if l.again != nil {
		l.again() // it asks now
	}
	holder := r.holder(l.Node)
	r.work(func(ctx context.Context) func() {
		waiting, err := r.opts.Locks.Acquire(ctx, holder, l.Locks)
		return func() { r.acquired(l, waiting, err) }
	})
}

func (r *Run) acquired(l *lock, waiting string, err error) {
	l.asking = false
	stays := false // in line
	defer func() {
		if !stays {
			r.leaveLines(l)
		}
	}()
	switch {
	case r.open.locks[l.Node] != l:
		// It was given back while it was asked for.
		if r.open.released[l.Node] {
			r.release(l.Node)
		}
		return
	case err != nil:
		delete(r.told, l.Node)
		r.tellLock(l.Node, engine.LockAnswer{Error: err.Error()})
		return
	case waiting == "":
		delete(r.told, l.Node)
		if !l.held {
			r.tellLock(l.Node, engine.LockAnswer{Held: true})
		}
		return
	case waiting != l.waiting:
		r.tellLock(l.Node, engine.LockAnswer{Waiting: waiting})
	}
	l.waiting = waiting
	r.told[l.Node] = l
	stays = r.waitingFor(l.Locks[0]) > lockQueue
	l.again = r.loop.At(r.loop.Now().Add(lockPause), func() { r.askAgain(l) })
}

func (r *Run) askAgain(l *lock) {
	switch {
	case r.open.locks[l.Node] != l:
		r.leaveLines(l)
	case !l.asking && !l.held && r.result == nil:
		r.ask(l)
	}
}

// waitingFor is how many nodes wait for a lock where it is kept.
func (r *Run) waitingFor(key engine.Lock) int {
	n := 0
	for _, l := range r.told {
		if slices.Contains(l.Locks, key) {
			n++
		}
	}
	return n
}

func (r *Run) release(node engine.NodeID) {
	delete(r.told, node)
	if r.opts.Locks == nil {
		return
	}
	holder := r.holder(node)
	r.work(func(ctx context.Context) func() {
		err := r.opts.Locks.Release(ctx, holder)
		return func() {
			if err != nil {
				r.loop.At(r.loop.Now().Add(lockPause), func() {
					if r.open.released[node] {
						r.release(node)
					}
				})
				return
			}
			waiting := sorted(r.told)
			for _, l := range waiting[:min(lockFirst, len(waiting))] {
				r.askAgain(l)
			}
		}
	})
}

// cacheKey names an entry of a memoization cache.
type cacheKey struct{ cache, key string }

func (r *Run) tellCache(node engine.NodeID, a engine.CacheAnswer, err error) {
	if err != nil {
		a.Error = err.Error()
	}
	r.take(engine.Event{Kind: engine.EventCache, Node: node, Cache: &a})
}

// cacheGet looks something up, after what is being saved under the same key.
func (r *Run) cacheGet(a engine.CacheGet) {
	if r.opts.Caches == nil {
		r.tellCache(a.Node, engine.CacheAnswer{}, nil)
		return
	}
	key := cacheKey{a.Cache, a.Key}
	if r.saving[key] > 0 {
		r.lookups[key] = append(r.lookups[key], a)
		return
	}
	r.work(func(ctx context.Context) func() {
		hit, err := r.opts.Caches.Get(ctx, a.Cache, a.Key, a.MaxAge)
		return func() { r.tellCache(a.Node, engine.CacheAnswer{Hit: hit}, err) }
	})
}

func (r *Run) cachePut(a engine.CachePut) {
	if r.opts.Caches == nil {
		r.tellCache(a.Node, engine.CacheAnswer{}, nil)
		return
	}
	key := cacheKey{a.Cache, a.Key}
	r.saving[key]++
	r.work(func(ctx context.Context) func() {
		err := r.opts.Caches.Put(ctx, a.Cache, a.Key, a.Outputs)
		return func() {
			r.tellCache(a.Node, engine.CacheAnswer{}, err)
			if r.saving[key]--; r.saving[key] > 0 {
				return
			}
			waiting := r.lookups[key]
			delete(r.saving, key)
			delete(r.lookups, key)
			for _, get := range waiting {
				r.cacheGet(get)
			}
		}
	})
}

func (r *Run) fetch(a engine.Fetch) {
	tell := func(f engine.Fetched) { r.take(engine.Event{Kind: engine.EventFetched, Node: a.Node, Fetched: &f}) }
	if r.opts.Values == nil {
		tell(engine.Fetched{Error: "there are no ConfigMaps where this run is driven"})
		return
	}
	r.work(func(ctx context.Context) func() {
		value, err := r.opts.Values.ConfigMap(ctx, a.ConfigMap, a.Key)
		return func() {
			if err != nil {
				tell(engine.Fetched{Error: err.Error()})
				return
			}
			tell(engine.Fetched{Value: value})
		}
	})
}
