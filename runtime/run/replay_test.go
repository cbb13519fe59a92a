package run_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

const waiting = `
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: pod, template: leaf}
      - {name: done, template: leaf}
      - {name: timed, template: timed}
      - {name: bound, template: bound}
      - {name: locked, template: locked}
  - name: leaf
    container: {image: "i:1", command: [x]}
  - name: bound
    timeout: 1h
    container: {image: "i:1", command: [x]}
  - name: timed
    suspend: {duration: 10h}
  - name: locked
    synchronization: {mutexes: [{name: m}]}
    container: {image: "i:1", command: [x]}`

// TestReplay holds that a journal that is read tells what its driver knows: what is
// waited for, and that timers which came too early count for nothing.
func TestReplay(t *testing.T) {
	c := check(t, waiting)
	cfg := config(c)
	r, err := run.NewReplay(c, cfg)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	changed := r.Take(engine.Event{Kind: engine.EventStart, Node: engine.NoNode, At: begin})
	if len(changed) < 5 {
		t.Errorf("%d nodes have changed", len(changed))
	}
	node := func(path string) engine.NodeID {
		id, ok := r.Engine().Lookup(path)
		if !ok {
			t.Fatalf("there is no node %q", path)
		}
		return id
	}
	r.Take(engine.Event{Kind: engine.EventLock, Node: node("wf.locked"), At: begin, Lock: &engine.LockAnswer{Waiting: "m"}})
	r.Take(engine.Event{Kind: engine.EventReport, Node: node("wf.done"), At: begin, Report: &engine.Report{
		State: engine.PodEnded, Containers: []engine.Container{{Name: "main", Role: engine.RoleMain, Ended: true}},
	}})
	timed := node("wf.timed")
	for _, w := range r.Waits() {
		if w.Node == timed {
			early := w.Until.Add(-time.Hour)
			r.Take(engine.Event{Kind: engine.EventTimer, Node: timed, Timer: 3, At: early})
		}
	}
	if v := r.Engine().View(timed); v.Phase != engine.Running {
		t.Errorf("a timer that came too early makes the node %s", v.Phase)
	}
	got := map[string]bool{}
	for _, w := range r.Waits() {
		text := r.Engine().View(w.Node).DisplayName
		switch {
		case w.Pod != nil:
			text += " pod"
		case len(w.Locks) > 0:
			text += " lock " + w.Locks[0].Mutex
		default:
			text += fmt.Sprintf(" %s bound=%v", w.Until.Sub(begin), w.Bound)
		}
		got[text] = true
	}
	want := []string{"pod pod", "timed 10h0m0s bound=false", "bound pod", "bound 1h0m0s bound=true", "locked lock m"}
	for _, text := range want {
		if !got[text] {
			t.Errorf("nothing waits for %q", text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	r.Take(engine.Event{Kind: engine.EventTimer, Node: timed, Timer: 3, At: begin.Add(10 * time.Hour)})
	if v := r.Engine().View(timed); v.Phase != engine.Succeeded {
		t.Errorf("a timer that came in time leaves the node %s", v.Phase)
	}
}
