//go:build apiserver

package kube

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

func idle(*corev1.Pod) play { return play{silent: true} }

func TestAPIServerKeepsRuns(t *testing.T) {
	c, _ := newPlace(t, idle)
	ctx := t.Context()
	noise := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB
	for i := range noise {
		noise[i] ^= byte(i * i >> 7)
	}
	files := []store.File{{Name: "a.yaml", Data: []byte("a: 1\n")}, {Name: "b.bin", Data: noise}}
	h := store.Header{Name: "ci", UID: "0b5b1f0e-0000-4000-8000-000000000001", Created: time.Now().UTC().Truncate(time.Second)}
	r, err := c.CreateRun(ctx, h, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateRun(ctx, h, files); !errors.Is(err, store.ErrRunExists) {
		t.Errorf("a second run of the name: %v", err)
	}
	if _, err := c.OpenRun(ctx, "other"); !errors.Is(err, store.ErrNoRun) {
		t.Errorf("no such run: %v", err)
	}
	if err := r.SetStatus(ctx, store.Status{Phase: engine.Running, Progress: "1/2"}); err != nil {
		t.Error(err)
	}
	runs, err := c.Runs(ctx)
	if err != nil || len(runs) != 1 || runs[0].Name != "ci" || runs[0].Status.Progress != "1/2" || !runs[0].Header.Created.Equal(h.Created) {
		t.Fatalf("%v, %v", runs, err)
	}
	got, err := runs[0].Sources(ctx)
	if err != nil || len(got) != 2 || !bytes.Equal(got[1].Data, noise) {
		t.Errorf("%d sources, %v", len(got), err)
	}

	release, err := r.Lead(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Lead(ctx); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second driver: %v", err)
	}
	if err := r.Delete(ctx); !errors.Is(err, store.ErrLocked) {
		t.Errorf("deleting what is driven: %v", err)
	}
	for i := range 3 {
		if err := r.Send(ctx, fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	signals, err := r.Signals(ctx)
	if err != nil || len(signals) != 3 || string(signals[2].Data) != "2" {
		t.Fatalf("%v, %v", signals, err)
	}
	if err := r.Taken(ctx, signals[0]); err != nil {
		t.Error(err)
	}
	if left, err := r.Signals(ctx); err != nil || len(left) != 2 {
		t.Errorf("%v, %v", left, err)
	}
	release()
	if driven, err := r.Driven(ctx); err != nil || driven {
		t.Errorf("driven: %v, %v", driven, err)
	}
	// All that the run is made of goes with it.
	_, err = list(ctx, c, mapResource, "weft.dev/run=ci", func(l *corev1.ConfigMapList) {
		for _, m := range l.Items {
			if m.Name != "weft-run-ci" && (len(m.OwnerReferences) != 1 || string(m.OwnerReferences[0].UID) != r.OwnerUID()) {
				t.Errorf("%s is not owned by the run: %v", m.Name, m.OwnerReferences)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
	if err := r.Delete(ctx); err != nil {
		t.Error(err)
	}
	if _, err := c.OpenRun(ctx, "ci"); !errors.Is(err, store.ErrNoRun) {
		t.Errorf("after deleting: %v", err)
	}
}

func TestAPIServerJournal(t *testing.T) {
	c, _ := newPlace(t, idle)
	ctx := t.Context()
	r, err := c.CreateRun(ctx, store.Header{Name: "ci", UID: "0b5b1f0e-0000-4000-8000-000000000001"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := r.Journal(ctx, &History{})
	event := func(message string) []engine.Event {
		return []engine.Event{{Kind: engine.EventReport, At: time.Now().UTC(), Report: &engine.Report{Message: message}}}
	}
	var large strings.Builder
	for i := range 200_000 {
		fmt.Fprint(&large, i*i%9973*7919, " ")
	}
	for _, message := range []string{"one", large.String(), "three"} {
		if err := j.Append(event(message)); err != nil {
			t.Fatal(err)
		}
	}
	h, err := r.History(ctx)
	if err != nil || h.Groups != 3 || h.chunks < 4 {
		t.Fatalf("%d groups, %d chunks, %v", h.Groups, h.chunks, err)
	}
	var got []string
	for ev, err := range h.Events() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, ev.Report.Message)
	}
	if len(got) != 3 || got[1] != large.String() {
		t.Errorf("%d events", len(got))
	}
	// Another driver goes on, and this one cannot.
	other := r.Journal(ctx, h)
	if err := other.Append(event("four")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.Append(event("not four")); !errors.Is(err, ErrFenced) {
			t.Errorf("the old driver writes: %v", err)
		}
	}
	// A group that was never completely written does not count.
	parts := r.parts(kindJournal, h.chunks+2, make([]byte, maxPart+1))
	if err := c.create(ctx, mapResource, parts[0], &corev1.ConfigMap{}); err != nil {
		t.Fatal(err)
	}
	h, err = r.History(ctx)
	if err != nil || h.Groups != 4 {
		t.Fatalf("%d groups, %v", h.Groups, err)
	}
	if err := r.Journal(ctx, h).Append(event("five")); err != nil {
		t.Fatal(err)
	}
	if h, err = r.History(ctx); err != nil || h.Groups != 5 {
		t.Errorf("%d groups, %v", h.Groups, err)
	}
}

func TestAPIServerLocks(t *testing.T) {
	c, _ := newPlace(t, idle)
	ctx := t.Context()
	limit := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "limits"}, Data: map[string]string{"two": "2", "bad": "x"}}
	if err := c.create(ctx, mapResource, limit, limit); err != nil {
		t.Fatal(err)
	}
	holders(t, c, "a", "b", "gone")
	mutex := []engine.Lock{{Mutex: "m"}}
	both := []engine.Lock{{Mutex: "m"}, {ConfigMap: "limits", Key: "two"}}
	l := c.Locks()
	want := func(h store.Holder, locks []engine.Lock, waiting string) {
		t.Helper()
		got, err := l.Acquire(ctx, h, locks)
		if err != nil || got != waiting {
			t.Errorf("%v: waits for %q, want %q: %v", h, got, waiting, err)
		}
	}
	name := "Waiting for " + c.Namespace + "/Mutex/m lock. Lock status: 0/1"
	want(holder("a", "1"), mutex, "")
	want(holder("a", "1"), mutex, "")
	want(holder("b", "1"), both, name)
	want(holder("a", "2"), mutex, name)
	if err := l.Release(ctx, holder("a", "1")); err != nil {
		t.Error(err)
	}
	want(holder("a", "2"), mutex, strings.Replace(name, "0/1", "1/1", 1)) // b was first
	want(holder("b", "1"), both, "")
	if _, err := l.Acquire(ctx, holder("b", "2"), []engine.Lock{{ConfigMap: "limits", Key: "bad"}}); err == nil {
		t.Error("a limit that is no number was taken")
	}
	// A driver that comes later gives back what the earlier one took.
	l = c.Locks()
	if err := l.Release(ctx, holder("b", "1")); err != nil {
		t.Error(err)
	}
	want(holder("a", "2"), mutex, "")
	if err := l.Release(ctx, holder("a", "2")); err != nil {
		t.Error(err)
	}
	// What is held by a run that is gone is free.
	want(holder("gone", ""), mutex, "")
	want(holder("a", "3"), mutex, name)
	r, err := c.OpenRun(ctx, "gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	want(holder("a", "3"), mutex, name) // which is noticed a while later
	l = c.Locks()
	want(holder("a", "3"), mutex, "")
}

// Many want a semaphore at once, and never do more have it than may.
func TestAPIServerLocksContended(t *testing.T) {
	c, _ := newPlace(t, idle)
	ctx := t.Context()
	limit := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "limits"}, Data: map[string]string{"two": "2"}}
	if err := c.create(ctx, mapResource, limit, limit); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if _, err := c.CreateRun(ctx, store.Header{Name: fmt.Sprint("r", i), UID: fmt.Sprint("u", i)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	locks := []engine.Lock{{ConfigMap: "limits", Key: "two"}}
	var active, most atomic.Int64
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			l := c.Locks()
			h := store.Holder{Run: fmt.Sprint("r", i%4), UID: fmt.Sprint("u", i%4), Node: fmt.Sprint(i)}
			for {
				waiting, err := l.Acquire(ctx, h, locks)
				if err != nil {
					t.Error(err)
					return
				}
				if waiting == "" {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			n := active.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			active.Add(-1)
			if err := l.Release(ctx, h); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d had it at once", most.Load())
	}
}

func TestAPIServerCachesAndValues(t *testing.T) {
	c, _ := newPlace(t, idle)
	ctx := t.Context()
	caches := c.Caches()
	text := "42"
	if hit, err := caches.Get(ctx, "results", "k", 0); hit != nil || err != nil {
		t.Errorf("%v, %v", hit, err)
	}
	if err := caches.Put(ctx, "results", "k", engine.Outputs{Result: &text}); err != nil {
		t.Fatal(err)
	}
	if hit, err := caches.Get(ctx, "results", "k", time.Hour); err != nil || hit == nil || *hit.Result != "42" {
		t.Errorf("%v, %v", hit, err)
	}
	if hit, err := caches.Get(ctx, "results", "k", time.Nanosecond); hit != nil || err != nil {
		t.Errorf("%v, %v", hit, err)
	}
	large := strings.Repeat("x", 300<<10)
	for _, key := range []string{"a", "b", "c", "d"} {
		if err := caches.Put(ctx, "results", key, engine.Outputs{Result: &large}); err != nil {
			t.Fatal(err)
		}
	}
	if hit, err := caches.Get(ctx, "results", "d", 0); err != nil || hit == nil {
		t.Errorf("the newest is gone: %v", err)
	}
	if hit, err := caches.Get(ctx, "results", "k", 0); err != nil || hit != nil {
		t.Errorf("the oldest is there: %v", err)
	}

	own := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "own"}, Data: map[string]string{"k": "v"}}
	if err := c.create(ctx, mapResource, own, own); err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "own"}, Data: map[string][]byte{"k": []byte("s")}}
	if err := c.create(ctx, secretResource, secret, secret); err != nil {
		t.Fatal(err)
	}
	if err := caches.Put(ctx, "own", "k", engine.Outputs{}); err == nil {
		t.Error("the user's ConfigMap was taken for a cache")
	}
	values := run.Values(c.Values())
	if v, err := values.ConfigMap(ctx, "own", "k"); err != nil || v == nil || *v != "v" {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := values.Secret(ctx, "own", "k"); err != nil || v == nil || *v != "s" {
		t.Errorf("%v, %v", v, err)
	}
	for _, key := range [][2]string{{"own", "x"}, {"none", "k"}} {
		if v, err := values.ConfigMap(ctx, key[0], key[1]); err != nil || v != nil {
			t.Errorf("%v, %v", v, err)
		}
	}
}
