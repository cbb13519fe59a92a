//go:build apiserver

package kube

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// A tap is a transport that a function looks at, and may answer for.
type tap struct {
	next http.RoundTripper
	look func(*http.Request) (*http.Response, error) // nothing lets the request pass
}

func (t tap) RoundTrip(q *http.Request) (*http.Response, error) {
	if answer, err := t.look(q); answer != nil || err != nil {
		return answer, err
	}
	return t.next.RoundTrip(q)
}

// holders makes runs with names.
func holders(t *testing.T, c *Cluster, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := c.CreateRun(t.Context(), store.Header{Name: name, UID: name + "-uid"}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func holder(name, node string) store.Holder {
	return store.Holder{Run: name, UID: name + "-uid", Node: node}
}

// Who waits for two locks, one of which is free, does not keep that one from those
// that the other one depends on: nobody would ever go on.
func TestAPIServerLocksWithin(t *testing.T) {
	c, _ := newPlace(t, idle)
	holders(t, c, "both", "outer", "later")
	l, ctx := c.Locks(), t.Context()
	waits, want := mutexes(t, c, l)
	want(holder("outer", ""), "", "y")                 // for as long as the run lasts
	want(holder("both", "1"), waits("y", 0), "x", "y") // and leaves x alone
	want(holder("outer", "1"), "", "x")                // which outer needs to come to its end
	want(holder("both", "1"), waits("x", 0), "x", "y") // now it waits for that one
	want(holder("later", "1"), waits("x", 0), "x")
	for _, node := range []string{"1", ""} {
		if err := l.Release(ctx, holder("outer", node)); err != nil {
			t.Error(err)
		}
	}
	want(holder("later", "1"), waits("x", 1), "x") // which is behind the other one
	want(holder("both", "1"), "", "x", "y")
}

// Who waited for the second of two locks, and now waits for the first, does not keep
// the second from those who have the first.
func TestAPIServerLocksYield(t *testing.T) {
	c, _ := newPlace(t, idle)
	holders(t, c, "both", "one", "other")
	l := c.Locks()
	waits, want := mutexes(t, c, l)
	want(holder("one", "1"), "", "y")
	want(holder("both", "1"), waits("y", 0), "x", "y")
	want(holder("other", "1"), "", "x")
	want(holder("both", "1"), waits("x", 0), "x", "y")
	if err := l.Release(t.Context(), holder("one", "1")); err != nil {
		t.Error(err)
	}
	want(holder("other", "2"), "", "y") // which it needs to give x back
	for _, node := range []string{"2", "1"} {
		if err := l.Release(t.Context(), holder("other", node)); err != nil {
			t.Error(err)
		}
	}
	want(holder("both", "1"), "", "x", "y")
}

// mutexes are how those are told to wait who ask for mutexes, and asking for some.
func mutexes(t *testing.T, c *Cluster, l *Locks) (waits func(mutex string, free int) string, want func(h store.Holder, waiting string, mutexes ...string)) {
	waits = func(mutex string, free int) string {
		return engine.Lock{Namespace: c.Namespace, Mutex: mutex}.Waiting(free, 1)
	}
	want = func(h store.Holder, waiting string, mutexes ...string) {
		t.Helper()
		var locks []engine.Lock
		for _, m := range mutexes {
			locks = append(locks, engine.Lock{Mutex: m})
		}
		if got, err := l.Acquire(t.Context(), h, locks); err != nil || got != waiting {
			t.Errorf("%v: %q, want %q: %v", h, got, waiting, err)
		}
	}
	return waits, want
}

// Many runs that wait for one lock ask for it, and not again and again how each of
// the others is.
func TestAPIServerLocksAsk(t *testing.T) {
	const runs, rounds = 20, 5
	var asked atomic.Int64
	c, kubelet := newPlaceWith(t, idle, func(next http.RoundTripper) http.RoundTripper {
		return tap{next, func(q *http.Request) (*http.Response, error) {
			if q.Method == http.MethodGet && strings.Contains(q.URL.Path, "/weft-run-") {
				asked.Add(1)
			}
			return nil, nil
		}}
	})
	var all []*Locks
	for i := range runs {
		holders(t, kubelet.cluster, fmt.Sprint("r", i))
		all = append(all, c.Locks())
	}
	for range rounds {
		for i, l := range all {
			waiting, err := l.Acquire(t.Context(), holder(fmt.Sprint("r", i), "1"), []engine.Lock{{Mutex: "m"}})
			if err != nil || (waiting == "") != (i == 0) {
				t.Errorf("%d: %q, %v", i, waiting, err)
			}
		}
	}
	if n := asked.Load(); n > 2*runs {
		t.Errorf("asked %d times for runs", n)
	}
}

// A cluster that cannot be reached for a moment keeps those waiting who ask for
// locks, caches and values. It is no answer.
func TestAPIServerOutlasts(t *testing.T) {
	var left atomic.Int64
	c, kubelet := newPlaceWith(t, idle, func(next http.RoundTripper) http.RoundTripper {
		return tap{next, func(q *http.Request) (*http.Response, error) {
			switch n := left.Add(-1); {
			case n < 0:
				return nil, nil
			case n%2 == 0:
				return status(q, http.StatusInternalServerError, "InternalError", "etcdserver: leader changed"), nil
			}
			return nil, errors.New("connect: connection refused")
		}}
	})
	holders(t, kubelet.cluster, "r")
	limits := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "limits"}, Data: map[string]string{"two": "2"}}
	if err := kubelet.cluster.create(t.Context(), mapResource, limits, limits); err != nil {
		t.Fatal(err)
	}
	c = c.Outlasting()
	l, caches, ctx, text := c.Locks(), c.Caches(), t.Context(), "42"
	for name, do := range map[string]func() error{
		"a lock": func() error {
			waiting, err := l.Acquire(ctx, holder("r", "1"), []engine.Lock{{Mutex: "m"}, {ConfigMap: "limits", Key: "two"}})
			if waiting != "" {
				return errors.New("it waits for " + waiting)
			}
			return err
		},
		"a cache": func() error {
			if err := caches.Put(ctx, "cache", "k", engine.Outputs{Result: &text}); err != nil {
				return err
			}
			left.Store(3)
			hit, err := caches.Get(ctx, "cache", "k", 0)
			if err == nil && hit == nil {
				return errors.New("it holds nothing")
			}
			return err
		},
		"a value": func() error {
			value, err := c.Values().ConfigMap(ctx, "limits", "two")
			if err == nil && value == nil {
				return errors.New("there is none")
			}
			return err
		},
	} {
		left.Store(3)
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
