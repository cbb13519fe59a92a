package store_test

import (
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

func TestExpires(t *testing.T) {
	end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	one, two, three := int64(1), int64(2), int64(3)
	all := &store.TTL{Completion: &one, Success: &two, Failure: &three}
	for _, c := range []struct {
		name  string
		ttl   *store.TTL
		phase engine.Phase
		after int64 // seconds; -1 never
	}{
		{"nothing said", nil, engine.Succeeded, -1},
		{"nothing said of it", &store.TTL{Failure: &one}, engine.Succeeded, -1},
		{"it runs", all, engine.Running, -1},
		{"success", all, engine.Succeeded, 2},
		{"failure", all, engine.Failed, 3},
		{"error", all, engine.Error, 3},
		{"any end", &store.TTL{Completion: &one}, engine.Failed, 1},
		{"no time at all", &store.TTL{Success: new(int64)}, engine.Succeeded, 0},
	} {
		at, ok := c.ttl.Expires(store.Status{Phase: c.phase, Finished: end})
		if ok != (c.after >= 0) || ok && !at.Equal(end.Add(time.Duration(c.after)*time.Second)) {
			t.Errorf("%s: %v, %v", c.name, at, ok)
		}
	}
}
