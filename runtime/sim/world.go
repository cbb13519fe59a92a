// Package sim runs workflows without running anything: Pods are simulated, time
// is virtual, and what becomes of a Pod is scripted or drawn from a seed. The
// driver, the engine and the objects are those of every other run.
//
// A World is all that is outside a driver. It lives on when a driver is killed,
// so that another can resume; it delays, doubles, reorders and loses what it is
// told to. Everything happens on the goroutine of the driver, so a seed always
// leads to the same run.
package sim

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/weft-lang/weft/runtime/run"
)

// ErrStuck says that a run has not ended, and nothing will ever happen again.
var ErrStuck = errors.New("the run waits for something that never happens")

// ErrEndless says that more happened than World.Most.
var ErrEndless = errors.New("the run goes on and on")

// ErrKilled ends a driver that its World kills.
var ErrKilled = errors.New("the driver was killed")

// Epoch is when virtual time begins.
var Epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// World is simulated Pods in virtual time.
type World struct {
	script Script
	faults Faults
	rand   *rand.Rand

	now    time.Time
	seq    int
	coming occurrences

	pods  map[string]*simulated // by name
	watch *watch                // of the driver that listens
	cut   bool                  // the watch: reports get lost, and are told again later

	// Most is how much may happen in this world; 0 is no bound. Happened is how
	// much has.
	Most, Happened int

	// Vanished are the paths of nodes whose Pods were lost.
	Vanished map[string]bool
	made     map[string]bool // names of Pods, those that vanished included
	// Recreated, if there is one, is told of Pods that are made again after they
	// vanished.
	Recreated func(run.PodRef)
}

// New is a World in which Pods do what a script says.
func New(script Script, faults Faults) *World {
	return &World{
		script: script, faults: faults, rand: rand.New(rand.NewPCG(faults.Seed, 0x77656674)),
		now: Epoch, pods: map[string]*simulated{}, made: map[string]bool{}, Vanished: map[string]bool{},
	}
}

// Now is the virtual time.
func (w *World) Now() time.Time { return w.now }

// occurrence is something that happens at a time.
type occurrence struct {
	at  time.Time
	seq int // of equal times, the first first
	do  func()
}

type occurrences []occurrence

func (o occurrences) Len() int { return len(o) }
func (o occurrences) Less(i, j int) bool {
	if !o[i].at.Equal(o[j].at) {
		return o[i].at.Before(o[j].at)
	}
	return o[i].seq < o[j].seq
}
func (o occurrences) Swap(i, j int) { o[i], o[j] = o[j], o[i] }
func (o *occurrences) Push(x any)   { *o = append(*o, x.(occurrence)) }
func (o *occurrences) Pop() any {
	last := len(*o) - 1
	x := (*o)[last]
	(*o)[last] = occurrence{}
	*o = (*o)[:last]
	return x
}

// After lets something happen after a while that is no fault and no Pod: what a
// person does.
func (w *World) After(d time.Duration, do func()) { w.after(d, do) }

// after lets something happen after a while.
func (w *World) after(d time.Duration, do func()) { w.at(w.now.Add(d), do) }

func (w *World) at(t time.Time, do func()) {
	if t.Before(w.now) {
		t = w.now
	}
	w.seq++
	heap.Push(&w.coming, occurrence{t, w.seq, do})
}

// happen lets the next thing happen.
func (w *World) happen() bool {
	if len(w.coming) == 0 {
		return false
	}
	next := heap.Pop(&w.coming).(occurrence)
	w.now = next.at
	w.Happened++
	next.do()
	return true
}

// Sleep lets things happen for a while, without a driver.
func (w *World) Sleep(d time.Duration) {
	until := w.now.Add(d)
	for len(w.coming) > 0 && !w.coming[0].at.After(until) {
		w.happen()
	}
	w.now = until
}

// Running are the paths of the nodes whose Pods have not ended.
func (w *World) Running() []string {
	var paths []string
	for _, s := range w.pods {
		if !s.over {
			paths = append(paths, s.Leaf.Path)
		}
	}
	slices.Sort(paths)
	return paths
}

// Loop is a loop for one driver, which is killed after so many occurrences; 0
// lets it live.
func (w *World) Loop(lifetime int) run.Loop { return &loop{world: w, lifetime: lifetime} }

// loop is where one driver lives.
type loop struct {
	world    *World
	handed   []func()
	dead     bool
	lifetime int
}

func (l *loop) Now() time.Time { return l.world.now }

func (l *loop) Post(f func()) { l.handed = append(l.handed, f) }

func (l *loop) At(t time.Time, f func()) func() {
	cancelled := false
	l.world.at(t, func() {
		if !cancelled && !l.dead {
			l.Post(f)
		}
	})
	return func() { cancelled = true }
}

// Go does the work later, and hands over its end later still: a driver may be
// killed before it, or between the two.
func (l *loop) Go(work func(ctx context.Context) func()) {
	w := l.world
	w.after(w.latency(), func() {
		if l.dead {
			return
		}
		then := work(context.Background())
		w.after(w.latency(), func() {
			if !l.dead {
				l.Post(then)
			}
		})
	})
}

func (l *loop) Listen(reports func(ctx context.Context) <-chan run.PodReport, f func(run.PodReport)) {
	l.world.listen(&watch{loop: l, tell: f})
}

// Next lets things happen until the driver has something to do.
func (l *loop) Next(ctx context.Context) ([]func(), error) {
	for len(l.handed) == 0 || l.world.faults.again(l.world.rand) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if l.lifetime > 0 {
			if l.lifetime--; l.lifetime == 0 {
				return nil, ErrKilled
			}
		}
		if w := l.world; w.Most > 0 && w.Happened > w.Most {
			return nil, ErrEndless
		}
		if !l.world.happen() {
			if len(l.handed) == 0 {
				return nil, ErrStuck
			}
			break
		}
	}
	batch := l.handed
	l.handed = nil
	return batch, nil
}

func (l *loop) Close() { l.dead = true }
