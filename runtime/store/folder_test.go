package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

func create(t *testing.T, f store.Folder, name string) *store.Run {
	t.Helper()
	h := header()
	h.Name, h.UID = name, "uid-"+name
	r, j, err := f.Create(h, []store.File{{Name: "a/wf.yaml", Data: []byte("one")}, {Name: "b/wf.yaml", Data: []byte("two")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFolder(t *testing.T) {
	f := store.NewFolder(filepath.Join(t.TempDir(), "runs"))
	if runs, err := f.List(); len(runs) != 0 || err != nil {
		t.Fatalf("a folder that is not there: %v, %v", runs, err)
	}
	r := create(t, f, "b")
	create(t, f, "a")
	if _, _, err := f.Create(store.Header{Name: "a"}, nil); !errors.Is(err, store.ErrRunExists) {
		t.Errorf("a second run of a name: %v", err)
	}
	for _, name := range []string{"", ".caches", "a/b", "..", `a\b`} {
		if _, _, err := f.Create(store.Header{Name: name}, nil); err == nil {
			t.Errorf("a run of the name %q", name)
		}
	}
	runs, err := f.List()
	if err != nil || len(runs) != 2 || runs[0].Name != "a" {
		t.Fatalf("list: %v, %v", runs, err)
	}
	h, err := r.Header()
	if err != nil || h.Name != "b" {
		t.Fatalf("header: %+v, %v", h, err)
	}
	files, err := r.Sources(h)
	if err != nil || len(files) != 2 || files[0].Name != "a/wf.yaml" || string(files[1].Data) != "two" {
		t.Fatalf("sources: %v, %v", files, err)
	}
	if err := os.WriteFile(r.Path("sources", "1", "wf.yaml"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Sources(h); err == nil {
		t.Error("changed sources are not noticed")
	}
}

func TestOneDriver(t *testing.T) {
	f := store.NewFolder(t.TempDir())
	r := create(t, f, "wf")
	unlock, err := r.Lock()
	if err != nil || !r.Driven() {
		t.Fatal(err)
	}
	if _, err := r.Lock(); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second driver: %v", err)
	}
	if err := f.Delete("wf"); !errors.Is(err, store.ErrLocked) {
		t.Errorf("delete a run that is driven: %v", err)
	}
	unlock()
	if r.Driven() {
		t.Error("driven by nobody")
	}
	if err := f.Delete("wf"); err != nil {
		t.Error(err)
	}
	if _, err := f.Open("wf"); !errors.Is(err, store.ErrNoRun) {
		t.Errorf("a deleted run: %v", err)
	}
}

func TestStatus(t *testing.T) {
	r := create(t, store.NewFolder(t.TempDir()), "wf")
	if s, err := r.Status(); s != (store.Status{}) || err != nil {
		t.Errorf("no status yet: %v, %v", s, err)
	}
	want := store.Status{Phase: engine.Failed, Message: "m", Started: noon}
	if err := r.SetStatus(want); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); s != want || err != nil {
		t.Errorf("status: %v, %v", s, err)
	}
}

func TestSignalsComeInOrder(t *testing.T) {
	r := create(t, store.NewFolder(t.TempDir()), "wf")
	for _, s := range []string{"one", "two", "three"} {
		if err := r.Send([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	signals, err := r.Signals()
	if err != nil || len(signals) != 3 || string(signals[0].Data) != "one" || string(signals[2].Data) != "three" {
		t.Fatalf("signals: %v, %v", signals, err)
	}
	if err := signals[0].Taken(); err != nil {
		t.Fatal(err)
	}
	if signals, err = r.Signals(); err != nil || len(signals) != 2 || string(signals[0].Data) != "two" {
		t.Errorf("after one was taken: %v, %v", signals, err)
	}
}

func TestDefaultPath(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"WEFT_RUNS": "/r", "HOME": "/h"}, "/r"},
		{map[string]string{"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s/weft/runs"},
		{map[string]string{"HOME": "/h"}, "/h/.local/state/weft/runs"},
		{nil, ""},
	} {
		got, err := store.DefaultPath(func(name string) string { return c.env[name] })
		if filepath.ToSlash(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v: %q, %v", c.env, got, err)
		}
	}
}

func TestCaches(t *testing.T) {
	now := noon
	c := store.NewFolder(t.TempDir()).Caches(func() time.Time { return now })
	value := "v"
	if err := c.Put(t.Context(), "cache", "Key", engine.Outputs{Result: &value}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	for _, look := range []struct {
		cache, key string
		age        time.Duration
		want       bool
	}{
		{"cache", "Key", 0, true}, {"cache", "Key", time.Hour, true}, {"cache", "Key", time.Minute, false},
		{"cache", "key", 0, false}, {"other", "Key", 0, false},
	} {
		out, err := c.Get(t.Context(), look.cache, look.key, look.age)
		if err != nil || (out != nil) != look.want || look.want && *out.Result != "v" {
			t.Errorf("%v: %v, %v", look, out, err)
		}
	}
}

func TestLocks(t *testing.T) {
	f := store.NewFolder(t.TempDir())
	a := create(t, f, "a")
	create(t, f, "b")
	now := noon
	locks := f.Locks(func() time.Time { now = now.Add(time.Second); return now }, func(engine.Lock) (int, error) { return 2, nil })
	ctx := t.Context()
	m, n := engine.Lock{Mutex: "m"}, engine.Lock{Mutex: "n"}
	holder := func(run, node string) store.Holder { return store.Holder{Run: run, UID: "uid-" + run, Node: node} }
	acquire := func(h store.Holder, want bool, of ...engine.Lock) {
		t.Helper()
		waiting, err := locks.Acquire(ctx, h, of)
		if err != nil || (waiting == "") != want {
			t.Errorf("%v: waits for %q, %v", h, waiting, err)
		}
	}
	acquire(holder("a", "x"), true, m)
	acquire(holder("a", "x"), true, m)
	acquire(holder("a", "y"), false, m, n)
	acquire(holder("b", "x"), true, n) // not behind y, which waits for m
	acquire(holder("b", "z"), false, m)
	if err := locks.Release(ctx, holder("b", "x")); err != nil {
		t.Fatal(err)
	}
	urgent := holder("b", "u")
	urgent.Priority = 1
	acquire(urgent, true, n)
	if err := locks.Release(ctx, holder("a", "x")); err != nil {
		t.Fatal(err)
	}
	acquire(holder("a", "y"), false, m, n)
	if err := locks.Release(ctx, urgent); err != nil {
		t.Fatal(err)
	}
	acquire(holder("a", "y"), true, m, n)

	semaphore := engine.Lock{ConfigMap: "c", Key: "k"}
	if waiting, _ := locks.Acquire(ctx, holder("b", "0"), []engine.Lock{semaphore, n}); waiting != "Waiting for /Mutex/n lock. Lock status: 0/1" {
		t.Errorf("waits for %q", waiting)
	}
	if err := locks.Release(ctx, holder("b", "0")); err != nil {
		t.Fatal(err)
	}
	acquire(holder("a", "1"), true, semaphore)
	acquire(holder("a", "2"), true, semaphore)
	acquire(holder("b", "3"), false, semaphore)
	acquire(holder("b", "4"), false, m)
	if err := a.SetStatus(store.Status{Phase: engine.Succeeded}); err != nil {
		t.Fatal(err)
	}
	acquire(holder("b", "3"), true, semaphore) // a has ended
	acquire(holder("b", "4"), true, m)
	if err := f.Delete("b"); err != nil {
		t.Fatal(err)
	}
	c := holder("c", "")
	create(t, f, "c")
	acquire(c, true, m, semaphore)
}

func TestLocksGiveUpWithTheContext(t *testing.T) {
	f := store.NewFolder(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	locks := f.Locks(time.Now, nil)
	if _, err := locks.Acquire(ctx, store.Holder{UID: "u"}, []engine.Lock{{Mutex: "m"}}); err != nil {
		t.Errorf("a lock that is free: %v", err)
	}
}
