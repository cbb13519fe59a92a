package kube

import (
	"context"
	"sync"
)

// A gate bounds how many Pods are created at once. An API server that says it
// has too much to do halves the bound; creating well raises it again, slowly.
type gate struct {
	mu      sync.Mutex
	limit   int
	most    int
	active  int
	good    int // requests that went well since the bound was last moved
	era     int // raised whenever the bound is halved
	waiting []chan struct{}
}

func newGate(most int) *gate { return &gate{limit: most, most: most} }

// enter waits for a place, and tells in which era it was given.
func (g *gate) enter(ctx context.Context) (era int, err error) {
	for {
		g.mu.Lock()
		if g.active < g.limit {
			g.active++
			era := g.era
			g.mu.Unlock()
			return era, nil
		}
		free := make(chan struct{})
		g.waiting = append(g.waiting, free)
		g.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			g.mu.Lock()
			g.wake() // in case the place was meant for this one
			g.mu.Unlock()
			return 0, ctx.Err()
		}
	}
}

// leave gives the place back, and says whether the API server had too much to do.
// Those that were under way together say it together, which counts once.
func (g *gate) leave(era int, throttled bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active--
	switch {
	case throttled && era == g.era:
		g.limit, g.good = max(1, g.limit/2), 0
		g.era++
	case throttled || g.limit == g.most:
	default:
		if g.good++; g.good >= g.limit {
			g.limit, g.good = g.limit+1, 0
		}
	}
	g.wake()
}

// wake lets as many try as there are places.
func (g *gate) wake() {
	n := min(len(g.waiting), g.limit-g.active)
	for i := range max(n, 0) {
		close(g.waiting[i])
	}
	g.waiting = g.waiting[max(n, 0):]
}
