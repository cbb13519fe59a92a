package kube

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/store"
)

// Whoever drives a run holds its Lease, and renews it. That only spares drivers
// to get in each other's way: what keeps them apart is the journal.
const (
	leadSeconds = 15
	renewEvery  = leadSeconds * time.Second / 3
	// leadsFor is for how long nobody can have taken over after a renewal, with
	// room for clocks that do not run alike.
	leadsFor = leadSeconds * time.Second / 2
)

// Lead makes this process the one that drives the run, until it calls release or
// is silent for some seconds. store.ErrLocked says that there is another.
func (r *Run) Lead(ctx context.Context) (release func(), err error) {
	host, _ := os.Hostname()
	me := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
	asked := time.Now()
	lease, err := r.takeLease(ctx, me)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	r.renewed.Store(&asked)
	renewing, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { lease = r.renew(renewing, lease, me, renewEvery) })
	return func() {
		cancel()
		work.Wait()
		r.renewed.Store(nil)
		// A lease that is not given back runs out: trying for longer is no use.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leadSeconds*time.Second)
		defer cancel()
		_, _ = r.putLease(ctx, lease, "")
	}, nil
}

// renew renews the lease until the context ends, or somebody else has it. It returns
// the lease as it was seen last. A request that is not answered must not take the
// time of the next ones.
func (r *Run) renew(ctx context.Context, lease *coordinationv1.Lease, me string, every time.Duration) *coordinationv1.Lease {
	for sleep(ctx, every) {
		asked := time.Now()
		once, cancel := context.WithTimeout(ctx, every)
		renewed, err := r.putLease(once, lease, me)
		cancel()
		switch {
		case err == nil:
			lease = renewed
			r.renewed.Store(&asked)
		case errors.Is(err, store.ErrLocked) || apierrors.IsNotFound(err):
			return lease // another one drives, and the journal will say so
		}
	}
	return lease
}

// leads reports whether nobody else can drive the run now.
func (r *Run) leads() bool {
	t := r.renewed.Load()
	if t == nil {
		return false
	}
	// One of the two clocks stands still while a machine sleeps.
	now := time.Now()
	return max(now.Sub(*t), now.Round(0).Sub(t.Round(0))) < leadsFor
}

func (r *Run) takeLease(ctx context.Context, me string) (*coordinationv1.Lease, error) {
	lease, err := r.lease(ctx)
	switch {
	case err != nil:
		return nil, err
	case lease == nil:
		lease = &coordinationv1.Lease{ObjectMeta: r.owned(kindRun, pod.RunObject(r.Name))}
	case r.cluster.held(lease):
		return nil, store.ErrLocked
	}
	now := metav1.NewMicroTime(r.cluster.clock.now())
	lease.Spec = coordinationv1.LeaseSpec{AcquireTime: &now}
	return r.putLease(ctx, lease, me)
}

// leaseTries bounds how often a lease is written when nobody says whether it was.
const leaseTries = 3

// unanswered reports whether nobody knows what became of a request.
func unanswered(err error) bool {
	var status apierrors.APIStatus
	return err != nil && !errors.As(err, &status)
}

// putLease writes who drives the run, "" for nobody. ErrLocked says that somebody
// else wrote it meanwhile.
func (r *Run) putLease(ctx context.Context, lease *coordinationv1.Lease, holder string) (*coordinationv1.Lease, error) {
	mine := holder
	if lease.Spec.HolderIdentity != nil {
		mine = *lease.Spec.HolderIdentity
	}
	for lost := 0; ; {
		now, seconds := metav1.NewMicroTime(r.cluster.clock.now()), int32(leadSeconds)
		lease.Spec.HolderIdentity, lease.Spec.RenewTime, lease.Spec.LeaseDurationSeconds = &holder, &now, &seconds
		made := &coordinationv1.Lease{}
		var err error
		if lease.ResourceVersion == "" {
			err = r.cluster.create(ctx, leaseResource, lease, made)
		} else {
			err = r.cluster.update(ctx, leaseResource, lease.Name, lease, made)
		}
		if unanswered(err) {
			lost++
		}
		switch {
		case unanswered(err) && lost < leaseTries && sleep(ctx, firstPause):
			continue
		case !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err):
			return made, err
		}
		if lease, err = r.lease(ctx); err != nil {
			return nil, err
		}
		if lease == nil || lease.Spec.HolderIdentity == nil {
			return nil, store.ErrLocked
		}
		// The answer to what was written before may have been lost. That it was written
		// does not say when: it is written again.
		switch held := *lease.Spec.HolderIdentity; {
		case held == "" && holder == "":
			return lease, nil
		case held != holder && held != mine:
			return nil, store.ErrLocked
		}
	}
}

// held reports whether the lease is that of a driver that is there.
func (c *Cluster) held(l *coordinationv1.Lease) bool {
	s := l.Spec
	if s.HolderIdentity == nil || *s.HolderIdentity == "" || s.RenewTime == nil {
		return false
	}
	return c.clock.now().Sub(s.RenewTime.Time) < leadSeconds*time.Second
}

// Driven reports whether some process drives the run.
func (r *Run) Driven(ctx context.Context) (bool, error) {
	lease, err := r.lease(ctx)
	return lease != nil && r.cluster.held(lease), err
}

// lease is the one of the run, nil when nobody ever drove it.
func (r *Run) lease(ctx context.Context) (*coordinationv1.Lease, error) {
	lease := &coordinationv1.Lease{}
	err := r.cluster.get(ctx, leaseResource, pod.RunObject(r.Name), lease)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask who drives %s: %w", r.Name, err)
	}
	return lease, nil
}
