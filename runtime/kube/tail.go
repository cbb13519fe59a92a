package kube

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/runtime/engine"
)

// A Tail reads what others add to a journal. It asks for the next chunk by name,
// which takes no right that reading the run does not take.
type Tail struct {
	run    *Run
	begin  *History
	next   int
	open   joiner
	seen   int // events since it began
	looked time.Time
}

// foldLook is how often a tail looks whether what it waits for was folded already.
const foldLook = time.Second

// Tail begins where a history ends.
func (r *Run) Tail(h *History) *Tail { return &Tail{run: r, begin: h, next: h.whole + 1} }

// More returns the events of the next group, none when it is not there yet.
func (t *Tail) More(ctx context.Context) ([]engine.Event, error) {
	for {
		chunk := &corev1.ConfigMap{}
		err := t.run.cluster.get(ctx, mapResource, t.run.partName(kindJournal, t.next), chunk)
		if apierrors.IsNotFound(err) {
			return t.folded(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		group, err := t.open.add(chunk)
		if err != nil {
			return nil, fmt.Errorf("the journal is damaged: %w", err)
		}
		t.next++
		if group == nil {
			continue
		}
		if events, err := t.events(group); err != nil || len(events) > 0 { // it may hold none
			return events, err
		}
	}
}

// folded returns the events that come next if their chunk is not there because it
// was folded.
func (t *Tail) folded(ctx context.Context) ([]engine.Event, error) {
	if time.Since(t.looked) < foldLook {
		return nil, nil
	}
	t.looked = time.Now()
	object, err := t.run.object(ctx)
	if err != nil || folded(object) < t.next {
		return nil, err
	}
	h, err := t.run.History(ctx)
	if err != nil {
		return nil, err
	}
	seen := t.seen
	for _, err := range t.begin.Events() {
		if err != nil {
			return nil, err
		}
		seen++
	}
	var events []engine.Event
	for ev, err := range h.Events() {
		if err != nil {
			return nil, err
		}
		if seen--; seen < 0 {
			events = append(events, ev)
		}
	}
	t.begin, t.next, t.seen, t.open = h, h.whole+1, 0, joiner{}
	return events, nil
}

// events are those of a group.
func (t *Tail) events(group []byte) ([]engine.Event, error) {
	var events []engine.Event
	for ev, err := range eventsIn(group) {
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	t.seen += len(events)
	return events, nil
}
