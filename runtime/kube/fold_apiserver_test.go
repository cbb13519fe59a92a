//go:build apiserver

package kube

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/store"
)

// messagesOf are the messages of a journal.
func messagesOf(t *testing.T, h *History) []string {
	t.Helper()
	var got []string
	for ev, err := range h.Events() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, ev.Report.Message)
	}
	return got
}

// journalObjects counts the ConfigMaps that hold a run's journal.
func journalObjects(t *testing.T, r *Run) (n int) {
	t.Helper()
	_, err := list(t.Context(), r.cluster, mapResource, r.selector(kindJournal, kindFolded), func(l *corev1.ConfigMapList) { n += len(l.Items) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newRun(t *testing.T) *Run {
	t.Helper()
	c, _ := newPlace(t, idle)
	r, err := c.CreateRun(t.Context(), store.Header{Name: "ci", UID: fmt.Sprintf("%08x-0000-4000-8000-000000000001", rand.Uint32())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A journal that was folded, by several drivers and between large groups, reads
// as if it never was.
func TestAPIServerFold(t *testing.T) {
	r, ctx := newRun(t), t.Context()
	var incompressible strings.Builder
	for incompressible.Len() < 2*maxPart {
		fmt.Fprintf(&incompressible, "%016x", rand.Uint64())
	}
	large := incompressible.String()
	var want []string
	tail := r.Tail(&History{})
	var tailed []string
	follow := func() {
		for {
			tail.looked = time.Time{}
			events, err := tail.More(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if len(events) == 0 {
				return
			}
			for _, ev := range events {
				tailed = append(tailed, ev.Report.Message)
			}
		}
	}
	for driver := range 4 {
		release, err := r.Lead(ctx)
		if err != nil {
			t.Fatal(err)
		}
		h, err := r.History(ctx)
		if err != nil {
			t.Fatal(err)
		}
		j := r.Journal(ctx, h)
		for i := range 90 {
			message := fmt.Sprint(driver, "/", i)
			if driver == 1 && i%40 == 7 {
				message = large
			}
			want = append(want, message)
			if err := j.Append(note(message)); err != nil {
				t.Fatal(err)
			}
			if driver == 2 && i%25 == 0 {
				follow()
			}
		}
		if driver == 2 {
			// A driver dies while it writes a group, and leaves what it had not folded.
			j.folder.busy.Wait()
			parts := r.parts(kindJournal, j.next, make([]byte, maxPart+1))
			if err := r.cluster.create(ctx, mapResource, parts[0], &corev1.ConfigMap{}); err != nil {
				t.Fatal(err)
			}
		} else {
			j.Close(context.WithoutCancel(ctx))
		}
		release()
	}
	h, err := r.History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := messagesOf(t, h); !reflect.DeepEqual(got, want) {
		t.Errorf("%d events instead of %d", len(got), len(want))
	}
	follow()
	if !reflect.DeepEqual(tailed, want) {
		t.Errorf("a follower saw %d events instead of %d", len(tailed), len(want))
	}
	// Three large groups of three chunks each, the folds between them.
	if n := journalObjects(t, r); n > 3*3+4 {
		t.Errorf("%d objects are left", n)
	}
}

// A driver that slept while another one went on does not come back to life when
// the chunks that would have kept it out were folded.
func TestAPIServerFoldFences(t *testing.T) {
	r, ctx := newRun(t), t.Context()
	release, err := r.Lead(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sleeper := r.Journal(ctx, &History{})
	if err := sleeper.Append(note("one")); err != nil {
		t.Fatal(err)
	}
	release() // as if it had not been renewed

	other, err := r.cluster.OpenRun(ctx, r.Name)
	if err != nil {
		t.Fatal(err)
	}
	if release, err = other.Lead(ctx); err != nil {
		t.Fatal(err)
	}
	defer release()
	h, err := other.History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	next := other.Journal(ctx, h)
	for _, message := range []string{"two", "three"} {
		if err := next.Append(note(message)); err != nil {
			t.Fatal(err)
		}
	}
	next.Close(ctx)
	if n := journalObjects(t, r); n != 1 {
		t.Errorf("%d objects are left", n)
	}
	if err := sleeper.Append(note("not two")); !errors.Is(err, ErrFenced) {
		t.Errorf("the sleeper writes: %v", err)
	}
	if h, err = r.History(ctx); err != nil {
		t.Fatal(err)
	}
	if got := messagesOf(t, h); !reflect.DeepEqual(got, []string{"one", "two", "three"}) {
		t.Errorf("the journal holds %q", got)
	}
}

// What a driver that has died had sent is read when it arrives before the next one
// begins, and has not happened when it arrives later. That one goes on either way.
func TestAPIServerLateChunk(t *testing.T) {
	for name, before := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			r, ctx := newRun(t), t.Context()
			dead := r.Journal(ctx, &History{})
			if err := dead.Append(note("one")); err != nil {
				t.Fatal(err)
			}
			config, _, err := access.config()
			if err != nil {
				t.Fatal(err)
			}
			late := before
			config.Wrap(func(next http.RoundTripper) http.RoundTripper {
				return tap{next, func(q *http.Request) (*http.Response, error) {
					if q.Method == http.MethodPost && late {
						late = false
						return nil, dead.Append(note("late"))
					}
					return nil, nil
				}}
			})
			c, err := newCluster(config, r.cluster.Namespace)
			if err != nil {
				t.Fatal(err)
			}
			mine := r.seenFrom(c)
			h, err := mine.Claim(ctx)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"one", "two"}
			if before {
				want = []string{"one", "late", "two"}
			}
			if got := messagesOf(t, h); !reflect.DeepEqual(got, want[:len(want)-1]) {
				t.Errorf("the next driver begins with %q", got)
			}
			if err := dead.Append(note("too late")); !errors.Is(err, ErrFenced) {
				t.Errorf("the dead one writes: %v", err)
			}
			if err := mine.Journal(ctx, h).Append(note("two")); err != nil {
				t.Errorf("the next one does not go on: %v", err)
			}
			if h, err = r.History(ctx); err != nil {
				t.Fatal(err)
			}
			if got := messagesOf(t, h); !reflect.DeepEqual(got, want) {
				t.Errorf("the journal holds %q", got)
			}
		})
	}
}

// A driver that slept while it folded does not leave folds that end where those of
// the next one do not.
func TestAPIServerFoldAsleep(t *testing.T) {
	r, ctx := newRun(t), t.Context()
	release, err := r.Lead(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var block strings.Builder
	for block.Len() < 20_000 {
		block.WriteByte(byte(' ' + 1 + rand.IntN(90)))
	}
	// One of these chunks takes 16 KiB, and many of them folded not much more.
	var want []string
	write := func(j *Journal, n int) {
		for range n {
			want = append(want, fmt.Sprint(len(want), block.String()))
			if err := j.Append(note(want[len(want)-1])); err != nil {
				t.Fatal(err)
			}
		}
	}
	sleeper := r.Journal(ctx, &History{})
	write(sleeper, 20)
	release() // as if it had not been renewed

	other, err := r.cluster.OpenRun(ctx, r.Name)
	if err != nil {
		t.Fatal(err)
	}
	if release, err = other.Lead(ctx); err != nil {
		t.Fatal(err)
	}
	defer release()
	h, err := other.History(ctx)
	if err != nil {
		t.Fatal(err)
	}
	next := other.Journal(ctx, h)
	write(next, 20)
	next.Close(ctx)

	all := sleeper.folder.pending
	rest, err := r.foldAll(ctx, all[:8])
	if err == nil {
		_, err = r.foldAll(ctx, append(rest, all[8:]...))
	}
	if !errors.Is(err, errNotLeading) {
		t.Errorf("the sleeper folds: %v", err)
	}
	if h, err = r.History(ctx); err != nil {
		t.Fatal(err)
	}
	if got := messagesOf(t, h); !reflect.DeepEqual(got, want) {
		t.Errorf("the journal holds %d events instead of %d", len(got), len(want))
	}
}
