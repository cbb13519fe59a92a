package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
)

// Pauses between tries.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

func pause(tries int) time.Duration { return min(firstPause<<min(tries, 20), lastPause) }

// isRequest reports whether the driver itself carries a leaf out.
func (r *Run) isRequest(l *leaf) bool {
	return r.opts.Requests != nil && l.Template.Type() == ir.HTTP
}

// input is what a leaf's Pod is built from.
func (r *Run) input(l *leaf) pod.Input {
	return pod.Input{
		Run: pod.Run{
			Name: r.cfg.Name, Namespace: r.cfg.Namespace, UID: r.cfg.UID, OwnerUID: r.opts.OwnerUID, Spec: r.cfg.Object.Spec,
		},
		Node: pod.Node{
			Path: l.Path, Generation: l.Generation, FailedHosts: l.FailedHosts, SecondsLeft: l.SecondsLeft,
		},
		Template: l.Template, Boundary: l.Boundary, Scope: l.Scope, Artifacts: l.Artifacts, WantsResult: l.WantsResult,
		Options: r.opts.Pods,
	}
}

func (r *Run) ref(l *leaf) PodRef {
	if l.name == "" {
		l.name = r.input(l).PodName()
	}
	return PodRef{Node: l.Node, Generation: l.Generation, Name: l.name}
}

// Build is pod.Build with its first error as an error.
func Build(in pod.Input) (*pod.Objects, error) {
	objects, findings := pod.Build(in)
	if objects != nil {
		return objects, nil
	}
	for _, d := range findings {
		if d.Severity != diag.Error {
			continue
		}
		if d.Span.File == nil {
			return nil, errors.New(d.Message)
		}
		return nil, fmt.Errorf("%s: %s", d.Span, d.Message)
	}
	return nil, errors.New("no Pod can be built from the template")
}

// tell takes a report of ours about a leaf.
func (r *Run) tell(l *leaf, report engine.Report) {
	r.take(engine.Event{Kind: engine.EventReport, Node: l.Node, Generation: l.Generation, Report: &report})
}

// known reports whether the end of a leaf is still to come.
func (r *Run) known(l *leaf) bool { return r.open.leafs[l.key()] == l }

// start sees to it that a leaf gets its Pod, or its request is made.
func (r *Run) start(l *leaf) {
	if r.isRequest(l) {
		r.request(l)
		return
	}
	l.doing = queued
	r.creates = append(r.creates, l)
	r.create()
}

// create creates Pods as long as not too many are being created.
func (r *Run) create() {
	for len(r.creates) > 0 && r.creating < r.opts.Creates {
		l := r.creates[0]
		r.creates[0] = nil
		r.creates = r.creates[1:]
		if l.doing != queued || !r.known(l) {
			continue
		}
		if l.acknowledged { // a report was faster
			l.doing = nothing
			continue
		}
		objects, err := r.opts.Build(r.input(l))
		if err != nil {
			l.doing = nothing
			r.tell(l, engine.Report{State: engine.PodRefused, Class: engine.ClassUser, Message: err.Error()})
			continue
		}
		p := &Pod{PodRef: r.ref(l), Leaf: l.Leaf, Objects: objects}
		l.doing = creating
		r.creating++
		r.pending++
		r.loop.Go(func(ctx context.Context) func() {
			var err error
			if !l.settled.Load() {
				err = r.opts.Backend.Create(ctx, p)
			}
			return func() { r.created(l, err) }
		})
	}
}

// created goes on when a Create has returned.
func (r *Run) created(l *leaf, err error) {
	r.creating--
	r.pending--
	l.doing = nothing
	l.tries++
	var refusal *Refusal
	var busy *Busy
	switch {
	case !r.known(l) && l.lost && err == nil:
		r.stopPod(l, 0) // it was made once more, while the loss was reported
	case !r.known(l) || l.acknowledged && !l.stopped:
	case l.stopped:
		r.stop(l)
	case err == nil:
		r.acknowledge(l)
	case errors.As(err, &refusal):
		r.tell(l, engine.Report{State: engine.PodRefused, Class: refusal.Class, Message: refusal.Message})
	case errors.As(err, &busy):
		l.failures = 0
		r.waits(l, busy)
		r.again(l)
	case l.failures+1 < r.opts.Tries:
		l.failures++
		if !errors.Is(err, context.Canceled) { // else it is the driver that ends
			r.waits(l, &Busy{Class: engine.ClassInfrastructure, Message: err.Error()})
		}
		r.again(l)
	default:
		r.tell(l, engine.Report{
			State: engine.PodRefused, Class: engine.ClassInfrastructure,
			Message: fmt.Sprintf("the Pod could not be created in %d tries: %v", l.failures+1, err),
		})
	}
	r.create()
}

// waits tells, once, why a Pod is not there yet. How much of a quota is used, or
// the port of a connection, may be other at every try: that alone is no news.
func (r *Run) waits(l *leaf, why *Busy) {
	if words := strings.Map(withoutDigits, why.Message); l.busy != words {
		l.busy = words
		r.tell(l, engine.Report{State: engine.PodPending, Class: why.Class, Message: why.Message})
	}
}

func withoutDigits(c rune) rune {
	if '0' <= c && c <= '9' {
		return -1
	}
	return c
}

// again creates after a pause.
func (r *Run) again(l *leaf) {
	l.doing = queued
	r.loop.At(r.loop.Now().Add(pause(l.tries-1)), func() {
		if l.doing == queued {
			r.start(l)
		}
	})
}

// acknowledge journals that a Pod was created: from now on one that is not there
// is lost, and never created again.
func (r *Run) acknowledge(l *leaf) {
	if !l.acknowledged {
		l.acknowledged = true
		r.tell(l, engine.Report{State: engine.PodCreated})
	}
}

// report takes what the backend says.
func (r *Run) report(p PodReport) {
	l := r.open.leafs[leafKey{p.Node, p.Generation}]
	if l == nil {
		return // its end is known
	}
	if s := p.Report.State; s != engine.PodLost && s != engine.PodRefused {
		r.acknowledge(l)
	}
	l.settled.Store(true)
	l.lost = p.Report.State == engine.PodLost
	r.tell(l, p.Report)
}

// stop ends the Pod of a leaf, or sees to it that it never gets one.
func (r *Run) stop(l *leaf) {
	switch {
	case l.cancel != nil:
		l.cancel()
	case l.doing == creating:
		// created goes on here.
	case l.doing == queued && l.tries == 0 && !l.acknowledged:
		l.doing = nothing
		r.unborn(l)
	default:
		l.doing = nothing
		r.stopPod(l, 0)
	}
}

// unborn reports the end of a leaf that has no Pod.
func (r *Run) unborn(l *leaf) {
	r.tell(l, engine.Report{State: engine.PodLost, Message: "it was stopped before it was created"})
}

// stopPod ends a Pod. It is tried for longer than creating one, for minutes: a Pod
// that nobody stops may run for ever.
func (r *Run) stopPod(l *leaf, tries int) {
	ref := r.ref(l)
	r.pending++
	r.loop.Go(func(ctx context.Context) func() {
		err := r.opts.Backend.Stop(ctx, ref)
		return func() {
			switch {
			case err != nil && tries+1 < 2*r.opts.Tries:
				r.loop.At(r.loop.Now().Add(pause(tries)), func() {
					r.pending--
					r.stopPod(l, tries+1)
				})
				return
			case !l.acknowledged && r.known(l):
				// Nobody knows whether there was a Pod, so no report may ever come.
				r.unborn(l)
			}
			r.pending--
		}
	})
}

// adopt tells the backend which Pods it will find.
func (r *Run) adopt(ctx context.Context) error {
	if r.opts.History == nil {
		return nil
	}
	var refs []PodRef
	for _, l := range r.open.sortedLeafs() {
		if l.acknowledged && !r.isRequest(l) {
			refs = append(refs, r.ref(l))
		}
	}
	return r.opts.Backend.Adopt(ctx, refs)
}
