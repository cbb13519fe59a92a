package kube

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// A Collector deletes Pods that a run needs no more, as its workflow wants it. What
// they left is in the journal; only their logs go.
type Collector struct {
	backend  *Backend
	gc       pod.GC
	selector labels.Selector

	ctx    context.Context // of the driver
	cancel context.CancelFunc
	hurry  chan struct{} // closed when nothing is waited for any more
	work   sync.WaitGroup
	places chan struct{}
}

// mostDeletes bounds how many Pods are deleted at once.
const mostDeletes = 16

// Collect makes the collector of a run; it is nil when all Pods stay.
func (b *Backend) Collect(ctx context.Context, gc pod.GC) (*Collector, error) {
	if gc.Strategy == "" {
		return nil, nil
	}
	selector := labels.Everything()
	if gc.Selector != nil {
		var err error
		if selector, err = metav1.LabelSelectorAsSelector(gc.Selector); err != nil {
			return nil, fmt.Errorf("podGC.labelSelector: %w", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	return &Collector{
		backend: b, gc: gc, selector: selector, ctx: ctx, cancel: cancel, hurry: make(chan struct{}), places: make(chan struct{}, mostDeletes),
	}, nil
}

// Ended takes a Pod whose end is in the journal.
func (c *Collector) Ended(ref run.PodRef, phase engine.Phase) {
	if c.gc.Strategy != pod.OnPodCompletion && (c.gc.Strategy != pod.OnPodSuccess || phase != engine.Succeeded) {
		return
	}
	c.work.Go(func() {
		delay := time.NewTimer(c.gc.Delay)
		defer delay.Stop()
		select {
		case <-delay.C:
		case <-c.hurry:
		case <-c.ctx.Done():
			return
		}
		c.delete(c.ctx, ref)
	})
}

// delete deletes a Pod, if it is one of those to be deleted. One that cannot be
// deleted now is left to Finish.
func (c *Collector) delete(ctx context.Context, ref run.PodRef) {
	select {
	case c.places <- struct{}{}:
		defer func() { <-c.places }()
	case <-ctx.Done():
		return
	}
	if !c.selector.Empty() {
		p := &corev1.Pod{}
		if err := c.backend.cluster.get(ctx, podResource, ref.Name, p); err != nil || !c.selector.Matches(labels.Set(p.Labels)) {
			return
		}
	}
	_ = c.backend.Stop(ctx, ref)
}

// Finish deletes what is to be deleted of a run that came to an end, or that its
// driver leaves (then phase is not completed). Nobody would do so later: what is
// left of the delay is not waited for.
func (c *Collector) Finish(ctx context.Context, phase engine.Phase) error {
	defer c.cancel()
	if !phase.Completed() {
		c.cancel()
		c.work.Wait()
		return nil
	}
	close(c.hurry)
	enough := time.AfterFunc(patience, c.cancel) // what is not deleted by then is among those listed
	defer enough.Stop()
	c.work.Wait()
	all := c.gc.Strategy == pod.OnPodCompletion || c.gc.Strategy == pod.OnWorkflowCompletion ||
		c.gc.Strategy == pod.OnWorkflowSuccess && phase == engine.Succeeded
	if !all && c.gc.Strategy != pod.OnPodSuccess {
		return nil
	}
	var doomed []*corev1.Pod
	_, err := list(ctx, c.backend.cluster, podResource, c.backend.selector(), func(l *corev1.PodList) {
		for i := range l.Items {
			if p := &l.Items[i]; (all || p.Status.Phase == corev1.PodSucceeded) && c.selector.Matches(labels.Set(p.Labels)) {
				doomed = append(doomed, p)
			}
		}
	})
	if err != nil {
		return fmt.Errorf("list the Pods that are to be deleted: %w", err)
	}
	return c.deleteAll(ctx, doomed)
}

// deleteAll deletes Pods, some at a time, and returns the first error.
func (c *Collector) deleteAll(ctx context.Context, doomed []*corev1.Pod) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(len(doomed)+60)*time.Second)
	defer cancel()
	var work sync.WaitGroup
	var mu sync.Mutex
	var first error
	for _, p := range doomed {
		c.places <- struct{}{}
		work.Go(func() {
			defer func() { <-c.places }()
			err := c.backend.cluster.delete(ctx, podResource, p.Name, p.UID)
			if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = fmt.Errorf("delete Pod %q: %w", p.Name, err)
			}
		})
	}
	work.Wait()
	return first
}
