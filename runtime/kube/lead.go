package kube

import (
	"context"
	"crypto/rand"
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
)

// Lead makes this process the one that drives the run, until it calls release or
// is silent for some seconds. store.ErrLocked says that there is another.
func (r *Run) Lead(ctx context.Context) (release func(), err error) {
	host, _ := os.Hostname()
	me := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text()[:8])
	lease, err := r.takeLease(ctx, me)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		err = store.ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	renewing, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		for sleep(renewing, renewEvery) {
			now := metav1.NowMicro()
			lease.Spec.RenewTime = &now
			made := &coordinationv1.Lease{}
			err := r.cluster.update(renewing, leaseResource, lease.Name, lease, made)
			if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
				return // another one drives, and the journal will say so
			}
			if err == nil {
				lease = made
			}
		}
	})
	return func() {
		cancel()
		work.Wait()
		nobody := ""
		lease.Spec.HolderIdentity = &nobody
		// A lease that is not given back runs out.
		_ = r.cluster.update(context.WithoutCancel(ctx), leaseResource, lease.Name, lease, &coordinationv1.Lease{})
	}, nil
}

func (r *Run) takeLease(ctx context.Context, me string) (*coordinationv1.Lease, error) {
	lease := &coordinationv1.Lease{}
	name := pod.RunObject(r.Name)
	err := r.cluster.get(ctx, leaseResource, name, lease)
	absent := apierrors.IsNotFound(err)
	switch {
	case absent:
		lease = &coordinationv1.Lease{ObjectMeta: r.owned(kindRun, name)}
	case err != nil:
		return nil, err
	case held(lease):
		return nil, store.ErrLocked
	}
	now, seconds := metav1.NowMicro(), int32(leadSeconds)
	lease.Spec = coordinationv1.LeaseSpec{HolderIdentity: &me, AcquireTime: &now, RenewTime: &now, LeaseDurationSeconds: &seconds}
	made := &coordinationv1.Lease{}
	if absent {
		return made, r.cluster.create(ctx, leaseResource, lease, made)
	}
	return made, r.cluster.update(ctx, leaseResource, name, lease, made)
}

func held(l *coordinationv1.Lease) bool {
	s := l.Spec
	if s.HolderIdentity == nil || *s.HolderIdentity == "" || s.RenewTime == nil {
		return false
	}
	return time.Since(s.RenewTime.Time) < leadSeconds*time.Second
}

// Driven reports whether some process drives the run.
func (r *Run) Driven(ctx context.Context) (bool, error) {
	lease, err := r.lease(ctx)
	return lease != nil && held(lease), err
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
