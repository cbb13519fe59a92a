package sim

import (
	"context"
	"slices"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// Shared is what runs share, in memory: caches, locks, ConfigMaps and Secrets.
type Shared struct {
	world   *World
	caches  map[[2]string]cached
	holders map[engine.Lock][]store.Holder
	// Limits are the capacities of semaphores by ConfigMap and key; 1 where there
	// is none.
	Limits map[[2]string]int
	// Maps and Secrets are values by name and key.
	Maps, Secrets map[[2]string]string
}

type cached struct {
	outputs engine.Outputs
	at      time.Time
}

// Shared is a new set of shared things in the time of the world.
func (w *World) Shared() *Shared {
	return &Shared{world: w, caches: map[[2]string]cached{}, holders: map[engine.Lock][]store.Holder{}}
}

// Get looks outputs up.
func (s *Shared) Get(_ context.Context, cache, key string, maxAge time.Duration) (*engine.Outputs, error) {
	c, ok := s.caches[[2]string{cache, key}]
	if !ok || maxAge > 0 && s.world.now.Sub(c.at) > maxAge {
		return nil, nil
	}
	return &c.outputs, nil
}

// Put keeps outputs.
func (s *Shared) Put(_ context.Context, cache, key string, out engine.Outputs) error {
	s.caches[[2]string{cache, key}] = cached{out, s.world.now}
	return nil
}

func same(a, b store.Holder) bool { return a.UID == b.UID && a.Node == b.Node }

// Acquire takes all locks or none.
func (s *Shared) Acquire(_ context.Context, h store.Holder, locks []engine.Lock) (waiting string, err error) {
	for _, l := range locks {
		others := 0
		for _, o := range s.holders[l] {
			if !same(o, h) {
				others++
			}
		}
		if others >= s.capacity(l) {
			return l.Waiting(s.capacity(l)-others, s.capacity(l)), nil
		}
	}
	for _, l := range locks {
		if !slices.ContainsFunc(s.holders[l], func(o store.Holder) bool { return same(o, h) }) {
			s.holders[l] = append(s.holders[l], h)
		}
	}
	return "", nil
}

func (s *Shared) capacity(l engine.Lock) int {
	if n, ok := s.Limits[[2]string{l.ConfigMap, l.Key}]; ok && l.Mutex == "" {
		return n
	}
	return 1
}

// Release gives back all that a holder has.
func (s *Shared) Release(_ context.Context, h store.Holder) error {
	for l := range s.holders {
		s.holders[l] = slices.DeleteFunc(s.holders[l], func(o store.Holder) bool { return same(o, h) })
	}
	return nil
}

// ConfigMap looks a value up.
func (s *Shared) ConfigMap(_ context.Context, name, key string) (*string, error) {
	return lookup(s.Maps, name, key), nil
}

// Secret looks a value up.
func (s *Shared) Secret(_ context.Context, name, key string) (*string, error) {
	return lookup(s.Secrets, name, key), nil
}

func lookup(values map[[2]string]string, name, key string) *string {
	if v, ok := values[[2]string{name, key}]; ok {
		return &v
	}
	return nil
}
