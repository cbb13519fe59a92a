package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// Caches are the memoization caches of a folder.
type Caches struct {
	dir string
	now func() time.Time
}

// Caches are the memoization caches that the runs of the folder share.
func (f Folder) Caches(now func() time.Time) *Caches {
	return &Caches{filepath.Join(f.path, ".caches"), now}
}

type cached struct {
	Cache   string          `json:"cache"`
	Key     string          `json:"key"`
	Created time.Time       `json:"created"`
	Outputs *engine.Outputs `json:"outputs"`
}

// path hashes the key: it may be long, or differ from another only in case.
func (c *Caches) path(cache, key string) string {
	sum := sha256.Sum256([]byte(key))
	name := sha256.Sum256([]byte(cache))
	return filepath.Join(c.dir, hex.EncodeToString(name[:8]), hex.EncodeToString(sum[:])+".json")
}

// Get looks up outputs that are not older than maxAge, if that is not 0. They
// are nil when there are none.
func (c *Caches) Get(_ context.Context, cache, key string, maxAge time.Duration) (*engine.Outputs, error) {
	data, err := os.ReadFile(c.path(cache, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var entry cached
	if err == nil {
		err = json.Unmarshal(data, &entry)
	}
	if err != nil {
		return nil, fmt.Errorf("read cache %q: %w", cache, err)
	}
	if maxAge > 0 && c.now().Sub(entry.Created) > maxAge {
		return nil, nil
	}
	return entry.Outputs, nil
}

// Put keeps outputs.
func (c *Caches) Put(_ context.Context, cache, key string, out engine.Outputs) error {
	data, err := json.Marshal(cached{Cache: cache, Key: key, Created: c.now(), Outputs: &out})
	name := c.path(cache, key)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o700)
	}
	if err == nil {
		err = replaceFile(name, data)
	}
	if err != nil {
		return fmt.Errorf("write cache %q: %w", cache, err)
	}
	return nil
}

// Locks are the mutexes and semaphores of a folder. Who waits has a place in a
// queue, by priority and then by the time of its first request.
type Locks struct {
	folder Folder
	// Limit is how many may hold a semaphore at once.
	Limit func(engine.Lock) (int, error)
	now   func() time.Time
}

// Locks are the locks that the runs of the folder share.
func (f Folder) Locks(now func() time.Time, limit func(engine.Lock) (int, error)) *Locks {
	return &Locks{folder: f, Limit: limit, now: now}
}

// Holder is a run, or a node of one, that wants locks.
type Holder struct {
	Run      string `json:"run"`
	UID      string `json:"uid"`
	Node     string `json:"node,omitempty"` // its path; "" is the run as a whole
	Priority int    `json:"priority,omitempty"`
}

func (h Holder) is(o Holder) bool { return h.UID == o.UID && h.Node == o.Node }

type ticket struct {
	Holder
	Since time.Time `json:"since"`
	// Elsewhere says of one that waits that another lock which it wants as well is
	// not free. It bars nobody: whoever has that other one may need this one to come
	// to its end.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

type queue struct {
	Name    string   `json:"name"`
	Holding []ticket `json:"holding,omitempty"`
	Waiting []ticket `json:"waiting,omitempty"`
}

// Acquire takes all of the locks for a holder, or none: then waiting says for
// which it waits, and the holder has a place in the queue of each. Asking again
// for what is held already does no harm.
func (l *Locks) Acquire(ctx context.Context, h Holder, locks []engine.Lock) (waiting string, err error) {
	err = l.exclusively(ctx, func(queues map[string]*queue) error {
		var busy []*queue
		for _, lock := range locks {
			capacity := 1
			if lock.Mutex == "" {
				if capacity, err = l.Limit(lock); err != nil {
					return err
				}
			}
			q := named(queues, lock.String())
			l.drop(q)
			if q.grants(h, l.now(), capacity) {
				continue
			}
			if busy = append(busy, q); waiting == "" {
				waiting = lock.Waiting(capacity-len(q.Holding), capacity)
			}
		}
		if waiting != "" {
			for _, lock := range locks {
				q := queues[lock.String()]
				q.mark(h, slices.ContainsFunc(busy, func(other *queue) bool { return other != q }))
			}
			return nil
		}
		for _, lock := range locks {
			q := queues[lock.String()]
			q.Waiting = slices.DeleteFunc(q.Waiting, func(t ticket) bool { return t.is(h) })
			if !slices.ContainsFunc(q.Holding, func(t ticket) bool { return t.is(h) }) {
				q.Holding = append(q.Holding, ticket{Holder: h, Since: l.now()})
			}
		}
		return nil
	})
	return waiting, err
}

// grants reports whether h may hold the lock now, and gives it a place in the
// queue. Those of one run do not wait for each other's places.
func (q *queue) grants(h Holder, now time.Time, capacity int) bool {
	mine := func(t ticket) bool { return t.is(h) }
	if slices.ContainsFunc(q.Holding, mine) {
		return true
	}
	if !slices.ContainsFunc(q.Waiting, mine) {
		q.Waiting = append(q.Waiting, ticket{Holder: h, Since: now})
		slices.SortStableFunc(q.Waiting, func(a, b ticket) int {
			if a.Priority != b.Priority {
				return b.Priority - a.Priority
			}
			return a.Since.Compare(b.Since)
		})
	}
	first := slices.IndexFunc(q.Waiting, func(t ticket) bool { return t.UID == h.UID || !t.Elsewhere })
	return len(q.Holding) < capacity && q.Waiting[first].UID == h.UID
}

// mark says of h, if it waits, whether another lock keeps it waiting.
func (q *queue) mark(h Holder, elsewhere bool) {
	if i := slices.IndexFunc(q.Waiting, func(t ticket) bool { return t.is(h) }); i >= 0 {
		q.Waiting[i].Elsewhere = elsewhere
	}
}

// Release gives back what a holder holds or waits for.
func (l *Locks) Release(ctx context.Context, h Holder) error {
	return l.exclusively(ctx, func(queues map[string]*queue) error {
		for _, q := range queues {
			q.Holding = slices.DeleteFunc(q.Holding, func(t ticket) bool { return t.is(h) })
			q.Waiting = slices.DeleteFunc(q.Waiting, func(t ticket) bool { return t.is(h) })
		}
		return nil
	})
}

// Holders tells the name of a lock and who holds it.
func (l *Locks) Holders(ctx context.Context, lock engine.Lock) (name string, holders []Holder, err error) {
	name = lock.String()
	err = l.exclusively(ctx, func(queues map[string]*queue) error {
		if q := queues[name]; q != nil {
			for _, t := range q.Holding {
				holders = append(holders, t.Holder)
			}
		}
		return nil
	})
	return name, holders, err
}

// drop frees what is held by runs that have ended or are gone.
func (l *Locks) drop(q *queue) {
	over := func(t ticket) bool {
		r, err := l.folder.Open(t.Run)
		if errors.Is(err, ErrNoRun) {
			return true
		}
		if err != nil {
			return false
		}
		s, err := r.Status()
		return err == nil && s.Phase.Completed()
	}
	q.Holding = slices.DeleteFunc(q.Holding, over)
	q.Waiting = slices.DeleteFunc(q.Waiting, over)
}

func named(queues map[string]*queue, name string) *queue {
	q := queues[name]
	if q == nil {
		q = &queue{Name: name}
		queues[name] = q
	}
	return q
}

// exclusively shows all queues to f and keeps what f makes of them, unless it
// fails.
func (l *Locks) exclusively(ctx context.Context, f func(map[string]*queue) error) error {
	if err := os.MkdirAll(l.folder.path, 0o700); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	unlock, err := lockFileSoon(ctx, filepath.Join(l.folder.path, ".locks.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	name := filepath.Join(l.folder.path, ".locks.json")
	queues := map[string]*queue{}
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &queues)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the locks: %w", err)
	}
	if err := f(queues); err != nil {
		return err
	}
	for name, q := range queues {
		if len(q.Holding)+len(q.Waiting) == 0 {
			delete(queues, name)
		}
	}
	after, err := json.Marshal(queues)
	if err == nil && !bytes.Equal(data, after) {
		err = replaceFile(name, after)
	}
	if err != nil {
		return fmt.Errorf("write the locks: %w", err)
	}
	return nil
}
