package kube

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// A mutex or semaphore is a Lease that does not run out. Who holds it and who
// waits, in which order, is in an annotation, which is only ever replaced in the
// version that was read. Holders whose run has ended or is gone are dropped by
// whoever comes next.

const (
	annotationQueue = "weft.dev/queue"
	labelLock       = "weft.dev/lock"
	maxQueue        = 200 << 10 // annotations of an object take 256 KiB

	// aliveFor is for how long a run that was found going on is taken to be: its locks
	// are free that much later when it is deleted, or dies with its driver.
	aliveFor = 10 * time.Second
)

// Locks are the mutexes and semaphores of a cluster.
type Locks struct {
	cluster *Cluster

	mu   sync.Mutex
	runs map[string]standing       // of others, by UID
	took map[holding][]engine.Lock // what this process asked for
	left map[holding][]engine.Lock // what an earlier driver has; nil until somebody asks
}

var _ run.Locks = (*Locks)(nil)

// Locks are those that runs in the namespace in view take.
func (c *Cluster) Locks() *Locks {
	return &Locks{cluster: c, runs: map[string]standing{}, took: map[holding][]engine.Lock{}}
}

type holding struct{ uid, node string }

// standing is how a run was found. That it is gone stays so.
type standing struct {
	gone bool
	at   time.Time
}

func leaseOf(l engine.Lock) string {
	sum := sha256.Sum256([]byte(l.String()))
	return "weft-lock-" + hex.EncodeToString(sum[:16])
}

func (l *Locks) at(lock engine.Lock) engine.Lock {
	lock.Namespace = cmp.Or(lock.Namespace, l.cluster.Namespace)
	return lock
}

// Acquire takes all of the locks for a holder, or none: then waiting says for
// which it waits, and the holder has a place in its queue.
func (l *Locks) Acquire(ctx context.Context, h store.Holder, locks []engine.Lock) (waiting string, err error) {
	locks = slices.Clone(locks)
	for i := range locks {
		locks[i] = l.at(locks[i])
	}
	// One order for all, so that nobody waits in a circle.
	slices.SortFunc(locks, func(a, b engine.Lock) int { return cmp.Compare(a.String(), b.String()) })
	l.mu.Lock()
	l.took[holding{h.UID, h.Node}] = locks
	l.mu.Unlock()
	for i, lock := range locks {
		waiting, err := l.take(ctx, lock, h)
		if err != nil || waiting != "" {
			for j, other := range locks {
				if j != i {
					err = errors.Join(err, l.yield(ctx, other, h))
				}
			}
			return waiting, err
		}
	}
	return "", nil
}

// take asks for one lock. Waiting says how it stands when that is not free.
func (l *Locks) take(ctx context.Context, lock engine.Lock, h store.Holder) (waiting string, err error) {
	capacity := 1
	if lock.Mutex == "" {
		if capacity, err = l.cluster.in(lock.Namespace).Values().limit(ctx, lock); err != nil {
			return "", err
		}
	}
	t := l.ticket(h)
	err = l.change(ctx, lock, func(q *lockQueue) error {
		waiting = ""
		if q.holds(t) {
			return nil
		}
		q.enter(t)
		for {
			before := q.before(t, capacity)
			if len(before) == 0 {
				q.hold(t)
				return nil
			}
			over, err := l.over(ctx, before, h.UID)
			if err != nil {
				return err
			}
			if len(over) == 0 {
				waiting = lock.Waiting(capacity-len(q.Holding), capacity)
				return nil
			}
			q.leave(func(o ticket) bool { return over[o.UID] })
		}
	})
	return waiting, err
}

func (l *Locks) ticket(h store.Holder) ticket {
	return ticket{Holder: h, Namespace: l.cluster.Namespace, Since: l.cluster.clock.now().UTC()}
}

// Release gives back what a holder holds or waits for.
func (l *Locks) Release(ctx context.Context, h store.Holder) error {
	key := holding{h.UID, h.Node}
	l.mu.Lock()
	locks, known := l.took[key]
	l.mu.Unlock()
	var err error
	if !known {
		if locks, err = l.leftBy(ctx, h); err != nil {
			return err
		}
	}
	for _, lock := range locks {
		err = errors.Join(err, l.giveBack(ctx, lock, h))
	}
	if err == nil {
		l.mu.Lock()
		delete(l.took, key)
		l.mu.Unlock()
	}
	return err
}

// leftBy are the locks of the namespace in view that an earlier driver took for
// a holder and has not given back.
func (l *Locks) leftBy(ctx context.Context, h store.Holder) ([]engine.Lock, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left != nil {
		return l.left[holding{h.UID, h.Node}], nil
	}
	left := map[holding][]engine.Lock{}
	_, err := list(ctx, l.cluster, leaseResource, labelLock, func(page *coordinationv1.LeaseList) {
		for i := range page.Items {
			var q lockQueue
			var lock engine.Lock
			a := page.Items[i].Annotations
			if json.Unmarshal([]byte(a[annotationQueue]), &q) != nil || json.Unmarshal([]byte(a[labelLock]), &lock) != nil {
				continue // nobody can hold it
			}
			for _, t := range slices.Concat(q.Holding, q.Waiting) {
				key := holding{t.UID, t.Node}
				left[key] = append(left[key], lock)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list locks: %w", err)
	}
	l.left = left
	return left[holding{h.UID, h.Node}], nil
}

// giveBack frees one lock.
func (l *Locks) giveBack(ctx context.Context, lock engine.Lock, h store.Holder) error {
	t := l.ticket(h)
	return l.change(ctx, lock, func(q *lockQueue) error {
		q.leave(t.is)
		return nil
	})
}

// yield lets who waits for another lock keep a place in the queue of this one, and
// bar nobody.
func (l *Locks) yield(ctx context.Context, lock engine.Lock, h store.Holder) error {
	t := l.ticket(h)
	return l.change(ctx, lock, func(q *lockQueue) error {
		q.yield(t)
		return nil
	})
}

// over are the UIDs of those runs that have ended or are gone. One's own goes on,
// whatever its status says by now.
func (l *Locks) over(ctx context.Context, all []ticket, own string) (map[string]bool, error) {
	found := map[string]bool{}
	for _, t := range all {
		if t.UID == own || found[t.UID] {
			continue
		}
		over, err := l.isOver(ctx, t)
		if err != nil {
			return nil, err
		}
		if over {
			found[t.UID] = true
		}
	}
	return found, nil
}

func (l *Locks) isOver(ctx context.Context, t ticket) (bool, error) {
	l.mu.Lock()
	known, asked := l.runs[t.UID]
	l.mu.Unlock()
	if asked && (known.gone || time.Since(known.at) < aliveFor) {
		return known.gone, nil
	}
	now := standing{at: time.Now()}
	r, err := l.cluster.in(t.Namespace).OpenRun(ctx, t.Run)
	switch {
	case errors.Is(err, store.ErrNoRun):
		now.gone = true
	case err != nil:
		return false, err
	case r.Header.UID != t.UID:
		now.gone = true
	case r.Status.Phase.Completed():
		return true, nil // it may be retried
	}
	l.mu.Lock()
	l.runs[t.UID] = now
	l.mu.Unlock()
	return now.gone, nil
}

// change replaces the queue of a lock by what f makes of it.
func (l *Locks) change(ctx context.Context, lock engine.Lock, f func(*lockQueue) error) error {
	err := l.cluster.rewrite(ctx, func() (func() error, error) { return l.changed(ctx, lock, f) })
	if err != nil {
		return fmt.Errorf("lock %s: %w", lock.String(), err)
	}
	return nil
}

// changed is the request that changes the queue, nil when nothing is to be changed.
func (l *Locks) changed(ctx context.Context, lock engine.Lock, f func(*lockQueue) error) (write func() error, err error) {
	cluster := l.cluster.in(lock.Namespace)
	lease := &coordinationv1.Lease{}
	err = cluster.get(ctx, leaseResource, leaseOf(lock), lease)
	absent := apierrors.IsNotFound(err)
	if err != nil && !absent {
		return nil, err
	}
	before := lockQueue{Name: lock.String()}
	if text := lease.Annotations[annotationQueue]; text != "" {
		if err := json.Unmarshal([]byte(text), &before); err != nil {
			return nil, fmt.Errorf("its Lease %q is damaged: %w", lease.Name, err)
		}
	}
	after := before.clone()
	if err := f(after); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(&before, after) || absent && len(after.Holding)+len(after.Waiting) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(after)
	if err == nil && len(text) > maxQueue {
		err = errors.New("too many wait for it")
	}
	if err != nil {
		return nil, err
	}
	about, err := json.Marshal(lock)
	if err != nil {
		return nil, err
	}
	lease.Annotations = map[string]string{annotationQueue: string(text), labelLock: string(about)}
	holder := ""
	if len(after.Holding) > 0 {
		holder = after.Holding[0].UID
	}
	lease.Spec.HolderIdentity = &holder
	if absent {
		lease.ObjectMeta = metav1.ObjectMeta{Name: leaseOf(lock), Labels: map[string]string{labelLock: "true"}, Annotations: lease.Annotations}
		return func() error { return cluster.create(ctx, leaseResource, lease, &coordinationv1.Lease{}) }, nil
	}
	return func() error { return cluster.update(ctx, leaseResource, lease.Name, lease, &coordinationv1.Lease{}) }, nil
}
