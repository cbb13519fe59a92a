//go:build apiserver

package kube

import (
	"math/rand/v2"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// noise is a text that cannot be compressed much.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('!' + random.IntN(90))
	}
	return string(text)
}

// TestAPIServerTail holds that who follows a journal sees each group once, when all
// of it is there, and none that a driver died over.
func TestAPIServerTail(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{} })
	r, err := c.CreateRun(t.Context(), store.Header{Name: "tail", UID: "tail-uid"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	history := func() *History {
		h, err := r.History(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	event := func(node engine.NodeID, text string) engine.Event {
		return engine.Event{Kind: engine.EventReport, At: time.Now(), Node: node, Report: &engine.Report{State: engine.PodRunning, Message: text}}
	}
	more := func(tail *Tail, want ...engine.NodeID) {
		t.Helper()
		events, err := tail.More(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(events) != len(want) {
			t.Fatalf("%d events, want %d", len(events), len(want))
		}
		for i, ev := range events {
			if ev.Node != want[i] {
				t.Errorf("event of node %d, want %d", ev.Node, want[i])
			}
		}
	}
	tail := r.Tail(history())
	more(tail)
	j := r.Journal(t.Context(), history())
	if err := j.Append([]engine.Event{event(1, ""), event(2, "")}); err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]engine.Event{event(3, noise(2*maxPart))}); err != nil {
		t.Fatal(err)
	}
	more(tail, 1, 2)
	more(tail, 3)
	more(tail)

	// A driver that dies in the middle of a group leaves parts that mean nothing.
	torn := r.parts(kindJournal, j.next, compressed(t, []byte(noise(2*maxPart))))
	if err := c.create(t.Context(), mapResource, torn[0], &corev1.ConfigMap{}); err != nil {
		t.Fatal(err)
	}
	late := r.Tail(history())
	more(tail)
	more(late)
	if err := r.Journal(t.Context(), history()).Append([]engine.Event{event(4, "")}); err != nil {
		t.Fatal(err)
	}
	more(tail, 4)
	more(late, 4)
}
