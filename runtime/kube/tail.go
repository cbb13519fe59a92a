package kube

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/runtime/engine"
)

// A Tail reads what others add to a journal. It asks for the next chunk by name,
// which takes no right that reading the run does not take.
type Tail struct {
	run   *Run
	next  int
	group []byte
	parts int // of the group that were read
}

// Tail begins where a history ends.
func (r *Run) Tail(h *History) *Tail { return &Tail{run: r, next: h.whole + 1} }

// More returns the events of the next group, none when it is not there yet.
func (t *Tail) More(ctx context.Context) ([]engine.Event, error) {
	for {
		chunk := &corev1.ConfigMap{}
		err := t.run.cluster.get(ctx, mapResource, t.run.partName(kindJournal, t.next), chunk)
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		part, of, err := partOf(chunk)
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if part == 1 { // whoever wrote the parts before never came to an end
			t.group, t.parts = nil, 0
		}
		if part != t.parts+1 {
			return nil, fmt.Errorf("the journal is damaged: %s does not follow what is before it", chunk.Name)
		}
		t.next++
		t.group, t.parts = append(t.group, chunk.BinaryData[dataKey]...), part
		if part == of {
			return t.events()
		}
	}
}

// events are those of the group that is complete now.
func (t *Tail) events() ([]engine.Event, error) {
	text, err := expand(t.group)
	t.group, t.parts = nil, 0
	if err != nil {
		return nil, fmt.Errorf("the journal is damaged: %w", err)
	}
	var events []engine.Event
	for ev, err := range eventsIn(text) {
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return events, nil
}
