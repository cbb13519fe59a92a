package run

import (
	"context"
	"sync"
	"time"
)

// A Loop is where a driver lives: its time, and the work beside it. What is
// handed to a loop comes back from Next, so that the driver itself is one
// goroutine and needs no locks. Simulated runs have a loop of their own.
type Loop interface {
	Now() time.Time
	// Post hands f to the driver.
	Post(f func())
	// At hands f to the driver at a time, unless cancel is called before.
	At(t time.Time, f func()) (cancel func())
	// Go does work beside the driver and then hands the function that work
	// returns to the driver. The context ends with the loop.
	Go(work func(ctx context.Context) func())
	// Listen hands every report to the driver.
	Listen(reports func(ctx context.Context) <-chan PodReport, f func(PodReport))
	// Next waits for what was handed and returns it in order.
	Next(ctx context.Context) ([]func(), error)
	// Close ends all work and waits for it.
	Close()
}

// NewLoop is a loop on the goroutines of this process and on a clock, such as
// time.Now.
func NewLoop(clock func() time.Time) Loop {
	ctx, cancel := context.WithCancel(context.Background())
	return &live{ctx: ctx, cancel: cancel, clock: clock, wake: make(chan struct{}, 1)}
}

type live struct {
	ctx    context.Context // of the work
	cancel context.CancelFunc
	clock  func() time.Time
	work   sync.WaitGroup
	wake   chan struct{} // holds one token while the queue is not empty

	mu    sync.Mutex
	queue []func()
}

func (l *live) Now() time.Time { return l.clock() }

func (l *live) Post(f func()) {
	l.mu.Lock()
	l.queue = append(l.queue, f)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *live) At(t time.Time, f func()) func() {
	timer := time.AfterFunc(t.Sub(l.clock()), func() { l.Post(f) })
	return func() { timer.Stop() }
}

func (l *live) Go(work func(ctx context.Context) func()) {
	l.work.Go(func() { l.Post(work(l.ctx)) })
}

func (l *live) Listen(reports func(ctx context.Context) <-chan PodReport, f func(PodReport)) {
	c := reports(l.ctx)
	l.work.Go(func() {
		for {
			select {
			case <-l.ctx.Done():
				return
			case r, ok := <-c:
				if !ok {
					return
				}
				l.Post(func() { f(r) })
			}
		}
	})
}

func (l *live) Next(ctx context.Context) ([]func(), error) {
	select {
	case <-ctx.Done():
	case <-l.wake:
	}
	if err := ctx.Err(); err != nil { // even when there is always more to do
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	batch := l.queue
	l.queue = nil
	return batch, nil
}

func (l *live) Close() {
	l.cancel()
	l.work.Wait()
}
