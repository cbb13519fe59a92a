package kube

import (
	"cmp"
	"slices"
	"time"

	"github.com/weft-lang/weft/runtime/store"
)

// A lockQueue is who holds a lock, and who waits for it, in order. It is kept in an
// annotation of the Lease that stands for the lock.
type lockQueue struct {
	Name    string   `json:"name"`
	Holding []ticket `json:"holding,omitempty"`
	Waiting []ticket `json:"waiting,omitempty"`
}

type ticket struct {
	store.Holder
	Namespace string    `json:"namespace"` // of the run
	Since     time.Time `json:"since"`
	// Elsewhere says of one that waits that another lock which it wants as well was
	// not free. It bars nobody: whoever has that other one may need this one to
	// come to its end.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

func (t ticket) is(o ticket) bool { return t.UID == o.UID && t.Node == o.Node }

func (q *lockQueue) holds(t ticket) bool { return slices.ContainsFunc(q.Holding, t.is) }

// enter gives t its place among those who wait, or keeps the one that it has.
func (q *lockQueue) enter(t ticket) {
	if i := slices.IndexFunc(q.Waiting, t.is); i >= 0 {
		q.Waiting[i].Elsewhere = t.Elsewhere
		return
	}
	q.Waiting = append(q.Waiting, t)
	slices.SortStableFunc(q.Waiting, func(a, b ticket) int {
		return cmp.Or(b.Priority-a.Priority, a.Since.Compare(b.Since))
	})
}

// before are those who keep t from getting the lock now: all who hold it, or the
// first of another run who waits for it.
func (q *lockQueue) before(t ticket, capacity int) []ticket {
	if len(q.Holding) >= capacity {
		return q.Holding
	}
	for i, o := range q.Waiting {
		if o.UID == t.UID {
			break
		}
		if !o.Elsewhere {
			return q.Waiting[i : i+1]
		}
	}
	return nil
}

// hold gives t, which waits for it, the lock.
func (q *lockQueue) hold(t ticket) {
	t = q.Waiting[slices.IndexFunc(q.Waiting, t.is)] // with its place, if it has to go back there
	q.leave(t.is)
	q.Holding = append(q.Holding, t)
}

// yield lets t, if it has the lock or waits for it, wait for another one first.
func (q *lockQueue) yield(t ticket) {
	if i := slices.IndexFunc(q.Holding, t.is); i >= 0 {
		t = q.Holding[i]
		q.leave(t.is)
		q.enter(t)
	}
	if i := slices.IndexFunc(q.Waiting, t.is); i >= 0 {
		q.Waiting[i].Elsewhere = true
	}
}

// leave takes those out that a function picks.
func (q *lockQueue) leave(who func(ticket) bool) {
	q.Holding, q.Waiting = slices.DeleteFunc(q.Holding, who), slices.DeleteFunc(q.Waiting, who)
}

// clone is a queue that can be changed without the other.
func (q *lockQueue) clone() *lockQueue {
	return &lockQueue{Name: q.Name, Holding: slices.Clone(q.Holding), Waiting: slices.Clone(q.Waiting)}
}
