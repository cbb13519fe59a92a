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
	lockTries       = 30
)

// Locks are the mutexes and semaphores of a cluster.
type Locks struct {
	cluster *Cluster

	mu   sync.Mutex
	over map[string]bool           // UIDs of runs that have ended: they stay so
	took map[holding][]engine.Lock // what this process asked for
	left map[holding][]engine.Lock // what an earlier driver has; nil until somebody asks
}

var _ run.Locks = (*Locks)(nil)

// Locks are those that runs in the namespace in view take.
func (c *Cluster) Locks() *Locks {
	return &Locks{cluster: c, over: map[string]bool{}, took: map[holding][]engine.Lock{}}
}

type holding struct{ uid, node string }

type ticket struct {
	store.Holder
	Namespace string    `json:"namespace"` // of the run
	Since     time.Time `json:"since"`
}

func (t ticket) is(h store.Holder) bool { return t.UID == h.UID && t.Node == h.Node }

type lockQueue struct {
	Name    string   `json:"name"`
	Holding []ticket `json:"holding,omitempty"`
	Waiting []ticket `json:"waiting,omitempty"`
}

// nameOf is the name that people know a lock by.
func nameOf(l engine.Lock) string {
	if l.Mutex != "" {
		return l.Namespace + "/Mutex/" + l.Mutex
	}
	return l.Namespace + "/ConfigMap/" + l.ConfigMap + "/" + l.Key
}

func leaseOf(l engine.Lock) string {
	sum := sha256.Sum256([]byte(nameOf(l)))
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
	slices.SortFunc(locks, func(a, b engine.Lock) int { return cmp.Compare(nameOf(a), nameOf(b)) })
	l.mu.Lock()
	l.took[holding{h.UID, h.Node}] = locks
	l.mu.Unlock()
	for i, lock := range locks {
		got, err := l.take(ctx, lock, h)
		if err != nil || !got {
			for _, before := range locks[:i] {
				err = errors.Join(err, l.giveBack(ctx, before, h, true))
			}
			return nameOf(lock), err
		}
	}
	return "", nil
}

// take asks for one lock.
func (l *Locks) take(ctx context.Context, lock engine.Lock, h store.Holder) (got bool, err error) {
	capacity := 1
	if lock.Mutex == "" {
		if capacity, err = l.cluster.in(lock.Namespace).Values().limit(ctx, lock); err != nil {
			return false, err
		}
	}
	err = l.change(ctx, lock, func(q *lockQueue) error {
		if err := l.drop(ctx, q, h.UID); err != nil {
			return err
		}
		got = q.grant(ticket{h, l.cluster.Namespace, l.cluster.clock.now().UTC()}, capacity)
		return nil
	})
	return got, err
}

// grant gives the lock, if it is free and nobody of another run is before, else a
// place in the queue.
func (q *lockQueue) grant(t ticket, capacity int) bool {
	mine := func(o ticket) bool { return o.is(t.Holder) }
	if slices.ContainsFunc(q.Holding, mine) {
		return true
	}
	if !slices.ContainsFunc(q.Waiting, mine) {
		q.Waiting = append(q.Waiting, t)
		slices.SortStableFunc(q.Waiting, func(a, b ticket) int {
			return cmp.Or(b.Priority-a.Priority, a.Since.Compare(b.Since))
		})
	}
	if len(q.Holding) >= capacity || q.Waiting[0].UID != t.UID {
		return false
	}
	q.Waiting = slices.DeleteFunc(q.Waiting, mine)
	q.Holding = append(q.Holding, t)
	return true
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
		err = errors.Join(err, l.giveBack(ctx, lock, h, false))
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

// giveBack frees one lock. Who goes on waiting keeps a place in the queue.
func (l *Locks) giveBack(ctx context.Context, lock engine.Lock, h store.Holder, wait bool) error {
	return l.change(ctx, lock, func(q *lockQueue) error {
		mine := func(t ticket) bool { return t.is(h) }
		if i := slices.IndexFunc(q.Holding, mine); i >= 0 && wait {
			q.Waiting = slices.Insert(q.Waiting, 0, q.Holding[i])
		}
		q.Holding = slices.DeleteFunc(q.Holding, mine)
		if !wait {
			q.Waiting = slices.DeleteFunc(q.Waiting, mine)
		}
		return nil
	})
}

// drop frees what is held by runs that have ended or are gone.
func (l *Locks) drop(ctx context.Context, q *lockQueue, own string) error {
	asked := map[string]bool{own: true}
	for _, t := range slices.Concat(q.Holding, q.Waiting) {
		if asked[t.UID] {
			continue
		}
		asked[t.UID] = true
		over, err := l.isOver(ctx, t)
		if err != nil {
			return err
		}
		if over {
			theirs := func(o ticket) bool { return o.UID == t.UID }
			q.Holding, q.Waiting = slices.DeleteFunc(q.Holding, theirs), slices.DeleteFunc(q.Waiting, theirs)
		}
	}
	return nil
}

func (l *Locks) isOver(ctx context.Context, t ticket) (bool, error) {
	l.mu.Lock()
	over := l.over[t.UID]
	l.mu.Unlock()
	if over {
		return true, nil
	}
	r, err := l.cluster.in(t.Namespace).OpenRun(ctx, t.Run)
	switch {
	case errors.Is(err, store.ErrNoRun):
		over = true
	case err != nil:
		return false, err
	default:
		over = r.Header.UID != t.UID || r.Status.Phase.Completed()
	}
	// A run that ended may be retried, so only the end of a UID is remembered.
	if over && (r == nil || r.Header.UID != t.UID) {
		l.mu.Lock()
		l.over[t.UID] = true
		l.mu.Unlock()
	}
	return over, nil
}

// change replaces the queue of a lock by what f makes of it. Others may do so at
// the same time: then it is read again.
func (l *Locks) change(ctx context.Context, lock engine.Lock, f func(*lockQueue) error) error {
	var err error
	var pause backoff
	for range lockTries {
		err = l.changeOnce(ctx, lock, f)
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			break
		}
		if !pause.wait(ctx) {
			return ctx.Err()
		}
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", nameOf(lock), err)
	}
	return nil
}

func (l *Locks) changeOnce(ctx context.Context, lock engine.Lock, f func(*lockQueue) error) error {
	cluster := l.cluster.in(lock.Namespace)
	lease := &coordinationv1.Lease{}
	err := cluster.get(ctx, leaseResource, leaseOf(lock), lease)
	absent := apierrors.IsNotFound(err)
	if err != nil && !absent {
		return err
	}
	before := lockQueue{Name: nameOf(lock)}
	if text := lease.Annotations[annotationQueue]; text != "" {
		if err := json.Unmarshal([]byte(text), &before); err != nil {
			return fmt.Errorf("its Lease %q is damaged: %w", lease.Name, err)
		}
	}
	after := before
	after.Holding, after.Waiting = slices.Clone(before.Holding), slices.Clone(before.Waiting)
	if err := f(&after); err != nil {
		return err
	}
	if reflect.DeepEqual(before, after) || absent && len(after.Holding)+len(after.Waiting) == 0 {
		return nil
	}
	text, err := json.Marshal(after)
	if err == nil && len(text) > maxQueue {
		err = errors.New("too many wait for it")
	}
	if err != nil {
		return err
	}
	about, err := json.Marshal(lock)
	if err != nil {
		return err
	}
	lease.Annotations = map[string]string{annotationQueue: string(text), labelLock: string(about)}
	holder := ""
	if len(after.Holding) > 0 {
		holder = after.Holding[0].UID
	}
	lease.Spec.HolderIdentity = &holder
	if absent {
		lease.ObjectMeta = metav1.ObjectMeta{Name: leaseOf(lock), Labels: map[string]string{labelLock: "true"}, Annotations: lease.Annotations}
		return cluster.create(ctx, leaseResource, lease, &coordinationv1.Lease{})
	}
	return cluster.update(ctx, leaseResource, lease.Name, lease, &coordinationv1.Lease{})
}
