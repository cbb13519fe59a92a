package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// Journal keeps the events of a run. Append returns when they are kept for
// good; an error ends the driver, since nothing may follow from an event that
// could be forgotten.
type Journal interface {
	Append(events []engine.Event) error
}

// Caches are memoization caches. Get returns nil where there is nothing that is
// young enough.
type Caches interface {
	Get(ctx context.Context, cache, key string, maxAge time.Duration) (*engine.Outputs, error)
	Put(ctx context.Context, cache, key string, out engine.Outputs) error
}

// Locks are mutexes and semaphores. Acquire takes all or none: then waiting
// names one that is not free. Both may be repeated.
type Locks interface {
	Acquire(ctx context.Context, h store.Holder, locks []engine.Lock) (waiting string, err error)
	Release(ctx context.Context, h store.Holder) error
}

// Values reads keys of ConfigMaps and Secrets. A value is nil where there is
// none.
type Values interface {
	ConfigMap(ctx context.Context, name, key string) (*string, error)
	Secret(ctx context.Context, name, key string) (*string, error)
}

// Requests carries out http templates.
type Requests interface {
	Do(ctx context.Context, r *Request) engine.Report
}

// Options are what a driver works with. Only Backend must be there.
type Options struct {
	Backend Backend
	// Journal keeps the events; without one the run cannot be resumed.
	Journal Journal
	// History are the events of a run that is resumed.
	History iter.Seq2[engine.Event, error]

	Pods     pod.Options
	OwnerUID string // see pod.Run

	// What runs share. Templates that ask for what is not there end in Error.
	Caches   Caches
	Locks    Locks
	Values   Values
	Priority int // in the queues of locks

	// Requests carries out http templates; without it they go to the backend like
	// Pods, without objects.
	Requests Requests
	// Build makes the objects of a leaf; nil is Build.
	Build func(pod.Input) (*pod.Objects, error)
	// Signals are given to the run before anything else happens: retry, for a run
	// that has ended.
	Signals []engine.Signal
	// Ended is told of each Pod whose end is in the journal, and what became of its
	// node: whatever a Pod says of its end has been read.
	Ended func(ref PodRef, phase engine.Phase)
	// Observe is told after each group of events which nodes are new or have
	// changed, and once when a run is taken up, even if none has. It must not hold on
	// to the engine.
	Observe func(e *engine.Engine, changed []engine.NodeID)

	Loop Loop // nil is NewLoop(time.Now)
	// Creates bounds how many Pods are being created at once; 0 is 64.
	Creates int
	// Tries bounds how often in a row creating a Pod may fail, a Busy backend aside,
	// and half of how often it is tried to be stopped; 0 is 10.
	Tries int
	// Group bounds how many events are kept at once; 0 is 1024.
	Group int
}

// Result is how a run ended.
type Result struct {
	Phase   engine.Phase
	Message string
}

// A Run is a run with its driver.
type Run struct {
	opts   Options
	cfg    engine.Config
	engine *engine.Engine
	loop   Loop

	inbox    []engine.Event // taken, and not in the journal yet
	waiting  []chan<- error // of those who want to know that it is
	changed  []engine.NodeID
	observed bool // Observe was told of the run
	result   *Result
	open     outstanding

	creates  []*leaf // that wait to be created
	creating int
	pending  int                     // pieces of work that the end of the run waits for
	lines    map[engine.Lock][]*lock // those who have no answer yet, in order
	told     map[engine.NodeID]*lock // those who were told to wait, few of all
	saving   map[cacheKey]int
	lookups  map[cacheKey][]engine.CacheGet // that wait until saving is done
	over     chan struct{}
}

// ErrOver says that the driver of a run has ended.
var ErrOver = errors.New("the run is not being driven any more")

// New makes the driver of a run that begins or, with a History, goes on.
func New(checked *ir.Checked, cfg engine.Config, opts Options) (*Run, error) {
	if opts.Backend == nil {
		return nil, errors.New("a run needs a backend")
	}
	e, err := engine.New(checked, cfg)
	if err != nil {
		return nil, err
	}
	if opts.Loop == nil {
		opts.Loop = NewLoop(time.Now)
	}
	if opts.Build == nil {
		opts.Build = Build
	}
	for _, bound := range []struct{ field, standard *int }{
		{&opts.Creates, new(64)}, {&opts.Tries, new(10)}, {&opts.Group, new(1024)},
	} {
		if *bound.field == 0 {
			*bound.field = *bound.standard
		}
	}
	return &Run{
		opts: opts, cfg: cfg, engine: e, loop: opts.Loop, open: newOutstanding(), over: make(chan struct{}), lines: map[engine.Lock][]*lock{}, told: map[engine.NodeID]*lock{}, saving: map[cacheKey]int{}, lookups: map[cacheKey][]engine.CacheGet{},
	}, nil
}

// Go drives the run to its end. When ctx ends before, or the journal fails, it
// returns an error, and the run can be resumed from its journal: its Pods go on
// without a driver.
func (r *Run) Go(ctx context.Context) (Result, error) {
	defer close(r.over)
	defer r.loop.Close()
	begun, err := r.replay()
	if err != nil {
		return Result{}, err
	}
	if err := r.adopt(ctx); err != nil {
		return Result{}, err
	}
	r.loop.Listen(r.opts.Backend.Reports, r.report)
	if begun {
		r.resume()
	} else {
		r.take(engine.Event{Kind: engine.EventStart, Node: engine.NoNode})
	}
	for _, s := range r.opts.Signals {
		r.take(engine.Event{Kind: engine.EventSignal, Node: engine.NoNode, Signal: &s})
	}
	for {
		if err := r.commit(); err != nil {
			return Result{}, err
		}
		if r.result != nil && r.pending == 0 {
			return *r.result, nil
		}
		batch, err := r.loop.Next(ctx)
		if err != nil {
			return Result{}, err
		}
		for _, f := range batch {
			f()
		}
	}
}

// take puts an event into the next group.
func (r *Run) take(ev engine.Event) {
	if ev.At.IsZero() {
		ev.At = r.loop.Now()
	}
	ev.At = ev.At.UTC().Round(0)
	r.inbox = append(r.inbox, ev)
}

// commit keeps what was taken, group by group, and does what follows.
func (r *Run) commit() error {
	for len(r.inbox) > 0 {
		n := min(len(r.inbox), r.opts.Group)
		group := r.inbox[:n:n]
		r.inbox = r.inbox[n:]
		if r.opts.Journal != nil {
			if err := r.opts.Journal.Append(group); err != nil {
				return err
			}
		}
		for _, ev := range group {
			ended := r.ending(ev)
			for _, a := range r.step(ev) {
				r.do(a)
			}
			if ended != nil {
				r.opts.Ended(r.ref(ended), r.engine.View(ended.Node).Phase)
			}
		}
	}
	for _, c := range r.waiting {
		c <- nil
	}
	r.waiting = nil
	if r.opts.Observe != nil && (len(r.changed) > 0 || !r.observed) {
		r.opts.Observe(r.engine, r.changed)
		r.observed = true
	}
	r.changed = r.changed[:0]
	return nil
}

// ending is the leaf whose Pod an event tells the end of, if anybody wants to know.
func (r *Run) ending(ev engine.Event) *leaf {
	if r.opts.Ended == nil || ev.Kind != engine.EventReport || ev.Report.State != engine.PodEnded {
		return nil
	}
	if l := r.open.leafs[leafKey{ev.Node, ev.Generation}]; l != nil && !r.isRequest(l) {
		return l
	}
	return nil
}

// step lets the engine have an event, unless it is of a timer that was moved
// while the event was on its way.
func (r *Run) step(ev engine.Event) []engine.Action {
	if !r.open.answer(ev) {
		return nil
	}
	actions := r.engine.Step(ev)
	if ev.Kind == engine.EventSignal && !r.engine.Run().Phase.Completed() {
		r.result = nil // a run that had ended goes on
	}
	return actions
}

// note keeps what an action leaves to be done.
func (r *Run) note(a engine.Action) {
	r.open.ask(a)
	if end, ok := a.(engine.RunFinished); ok {
		r.result = &Result{end.Phase, end.Message}
	}
}

// do carries out an action.
func (r *Run) do(a engine.Action) {
	r.note(a)
	switch a := a.(type) {
	case engine.StartLeaf:
		r.start(r.open.leafs[leafKey{a.Leaf.Node, a.Leaf.Generation}])
	case engine.StopLeaf:
		if l := r.open.leafs[leafKey{a.Node, a.Generation}]; l != nil {
			r.stop(l)
		}
	case engine.SetTimer:
		r.setTimer(timerKey{a.Node, a.Timer})
	case engine.Acquire:
		r.acquire(r.open.locks[a.Node])
	case engine.Release:
		r.release(a.Node)
	case engine.CacheGet:
		r.cacheGet(a)
	case engine.CachePut:
		r.cachePut(a)
	case engine.Fetch:
		r.fetch(a)
	case engine.NodeChanged:
		if r.opts.Observe != nil {
			r.changed = append(r.changed, a.Node)
		}
	case engine.RunFinished:
	default:
		panic(fmt.Sprintf("run: unknown action %T", a))
	}
}

// Signal gives a signal to the run, for the nodes with these paths; none means
// the whole run. It returns when the signal is in the journal. It may be called
// from any goroutine but that of Go.
func (r *Run) Signal(ctx context.Context, s engine.Signal, paths ...string) error {
	kept := r.Send(func(e *engine.Engine) (engine.Signal, error) {
		for _, p := range paths {
			id, ok := e.Lookup(p)
			if !ok {
				return s, fmt.Errorf("the run has no node %q", p)
			}
			s.Nodes = append(s.Nodes, id)
		}
		return s, nil
	})
	select {
	case err := <-kept:
		return err
	case <-r.over:
		select {
		case err := <-kept: // it was the last thing to happen
			return err
		default:
			return ErrOver
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send gives the run the signal that prepare makes of its state, and tells when
// it is in the journal. It does not wait.
func (r *Run) Send(prepare func(*engine.Engine) (engine.Signal, error)) <-chan error {
	kept := make(chan error, 1)
	r.loop.Post(func() {
		s, err := prepare(r.engine)
		if err != nil {
			kept <- err
			return
		}
		r.take(engine.Event{Kind: engine.EventSignal, Node: engine.NoNode, Signal: &s})
		r.waiting = append(r.waiting, kept)
	})
	return kept
}

// Engine is the state of the run. It may be read when Go has returned, and by
// Observe.
func (r *Run) Engine() *engine.Engine { return r.engine }
