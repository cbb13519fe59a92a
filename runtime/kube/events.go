package kube

import (
	"context"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// Trouble is what keeps a Pod from starting of which its status says nothing: a
// volume that is not to be had, a sandbox that cannot be made. Events tell, and only
// whoever may list them hears of it; others, and a Pod without trouble, get "".
func (r *Run) Trouble(ctx context.Context, pod string) string {
	found, err := r.cluster.troubles(ctx, ",involvedObject.name="+pod)
	if err != nil {
		return ""
	}
	return found[pod].text
}

// warning is what an event says, and when.
type warning struct {
	text string
	at   time.Time
}

// mostEvents bounds how many pages of events are read.
const mostEvents = 8

// troubles are what events say keeps Pods from starting, by the name of the Pod.
func (c *Cluster) troubles(ctx context.Context, selector string) (map[string]warning, error) {
	options := metav1.ListOptions{Limit: page, FieldSelector: "involvedObject.kind=Pod,type=Warning" + selector}
	last := map[string]*corev1.Event{}
	for range mostEvents {
		var found corev1.EventList
		if err := c.listPage(ctx, eventResource, &options, &found); err != nil {
			return nil, err
		}
		for i := range found.Items {
			e := &found.Items[i]
			pod := e.InvolvedObject.Name
			if strings.HasPrefix(e.Reason, "Failed") && (last[pod] == nil || seen(last[pod]).Before(seen(e))) {
				last[pod] = e
			}
		}
		if options.Continue = found.Continue; options.Continue == "" {
			break
		}
	}
	says := map[string]warning{}
	for pod, e := range last {
		says[pod] = warning{joined(e.Reason, strings.TrimSpace(e.Message)), seen(e).Time}
	}
	return says, nil
}

// followTrouble tells of Pods that do not start what events say of them, where
// events may be listed.
func (b *Backend) followTrouble(ctx context.Context) {
	for wait := b.waits.quiet; sleep(ctx, wait); {
		wait = b.waits.quiet
		if !b.someQuiet() {
			continue
		}
		found, err := b.cluster.troubles(ctx, "")
		if refusalOf(err) != nil {
			wait = b.waits.refused // they are not for us, but may be later
		}
		for pod, what := range found {
			b.tellTrouble(pod, what)
		}
	}
}

// hush notes since when the Pod says nothing: not even that it found no node, or
// nothing on the node that it found. What events told meanwhile is still so.
func (t *tracked) hush(p *corev1.Pod, r *engine.Report, now time.Time) {
	placed := p.Spec.NodeName != ""
	switch {
	case r.State != engine.PodPending || r.Message != "":
		t.quiet, t.trouble = time.Time{}, ""
	case t.quiet.IsZero() || t.placed != placed:
		t.quiet, t.still, t.placed, t.trouble = now, *r, placed, ""
	default:
		r.Message = t.trouble
	}
}

// someQuiet reports whether a Pod has said nothing for long.
func (b *Backend) someQuiet() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.pods {
		if !t.done && !t.quiet.IsZero() && b.cluster.clock.now().Sub(t.quiet) >= b.waits.quiet {
			return true
		}
	}
	return false
}

// tellTrouble reports what keeps a Pod from starting, if that is news. What happened
// only when the Pod came to its node may be over: a volume that was not there yet.
func (b *Backend) tellTrouble(pod string, what warning) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.pods[pod]
	if t == nil || t.done || t.quiet.IsZero() || what.at.Sub(t.quiet) < b.waits.quiet/2 {
		return
	}
	report := t.still
	t.trouble, report.Message = what.text, what.text
	if state := fingerprint(&report); state != t.told {
		t.told = state
		b.reports.add(run.PodReport{PodRef: t.ref, Report: report})
	}
}

// seen is when an event happened last.
func seen(e *corev1.Event) *metav1.Time {
	if e.LastTimestamp.IsZero() {
		return &metav1.Time{Time: e.EventTime.Time}
	}
	return &e.LastTimestamp
}
