package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
	"github.com/weft-lang/weft/validate/lint"
)

func check(t testing.TB, spec string) *ir.Checked {
	t.Helper()
	text := "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:" + strings.ReplaceAll(spec, "\n", "\n  ")
	r := lint.Run(fstest.MapFS{}, []string{load.Stdin}, lint.Options{
		NoConfig: true, Load: load.Options{Stdin: strings.NewReader(text), StdinName: "wf.yaml"},
	})
	if r.Checked == nil {
		t.Fatalf("%v", r.Findings.Sorted())
	}
	return r.Checked
}

func config(c *ir.Checked) engine.Config {
	return engine.Config{Object: c.Project().Objects[0], Name: "wf", Namespace: "default", UID: "u", Created: time.Now()}
}

// backend runs Pods on the clock of this process: each ends well after a moment.
type backend struct {
	create func(p *run.Pod) error

	mu      sync.Mutex
	known   map[string]bool
	adopted []run.PodRef
	stopped []string
	reports chan run.PodReport
	made    []string
}

func newBackend() *backend {
	return &backend{known: map[string]bool{}, reports: make(chan run.PodReport, 1000)}
}

func (b *backend) Create(_ context.Context, p *run.Pod) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.create != nil {
		if err := b.create(p); err != nil {
			return err
		}
	}
	if b.known[p.Name] {
		return nil
	}
	b.known[p.Name] = true
	b.made = append(b.made, p.Leaf.Path)
	b.end(p.PodRef)
	return nil
}

func (b *backend) end(ref run.PodRef) {
	b.reports <- run.PodReport{PodRef: ref, Report: engine.Report{
		State: engine.PodEnded, Containers: []engine.Container{{Name: "main", Role: engine.RoleMain, Ended: true}},
	}}
}

func (b *backend) Adopt(_ context.Context, refs []run.PodRef) error {
	b.adopted = refs
	for _, ref := range refs {
		b.end(ref)
	}
	return nil
}

func (b *backend) Stop(_ context.Context, ref run.PodRef) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = append(b.stopped, ref.Name)
	return nil
}

func (b *backend) Reports(context.Context) <-chan run.PodReport { return b.reports }

func bare(pod.Input) (*pod.Objects, error) { return nil, nil }

const fan = `
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: a, template: leaf, withSequence: {count: "20"}}
    - - {name: b, template: leaf}
  - name: leaf
    container: {image: "i:1", command: [x]}`

const one = `
  entrypoint: leaf
  templates:
  - name: leaf
    container: {image: "i:1", command: [x]}`

func drive(t testing.TB, spec string, opts run.Options) (*run.Run, run.Result) {
	t.Helper()
	c := check(t, spec)
	opts.Build = bare
	r, err := run.New(c, config(c), opts)
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Go(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, result
}

func TestRunOnARealClock(t *testing.T) {
	b := newBackend()
	changed := map[engine.NodeID]bool{}
	_, result := drive(t, fan, run.Options{Backend: b, Observe: func(_ *engine.Engine, ids []engine.NodeID) {
		for _, id := range ids {
			changed[id] = true
		}
	}})
	if result.Phase != engine.Succeeded || len(b.made) != 21 {
		t.Errorf("%v, %d Pods", result, len(b.made))
	}
	if len(changed) < 24 {
		t.Errorf("%d nodes were observed", len(changed))
	}
}

func TestErrorsOfCreate(t *testing.T) {
	tries := 0
	for _, c := range []struct {
		name    string
		create  func(*run.Pod) error
		phase   engine.Phase
		message string
		tries   int
		said    string // while it is tried
	}{
		{"refused", func(*run.Pod) error {
			return fmt.Errorf("create: %w", &run.Refusal{Class: engine.ClassUser, Message: "no such thing"})
		}, engine.Error, "no such thing", 1, ""},
		{"passing", func(*run.Pod) error {
			if tries < 3 {
				return errors.New("connection refused")
			}
			return nil
		}, engine.Succeeded, "", 3, "connection refused"},
		{"busy", func(*run.Pod) error {
			if tries < 4 {
				return &run.Busy{Class: engine.ClassQuota, Message: "exceeded quota"}
			}
			return nil
		}, engine.Succeeded, "", 4, "exceeded quota"},
		{"busy for long, then passing", func(*run.Pod) error {
			switch {
			case tries < 4:
				return &run.Busy{Class: engine.ClassQuota, Message: fmt.Sprint("exceeded quota, used: ", tries)}
			case tries < 5:
				return errors.New("timed out")
			}
			return nil
		}, engine.Succeeded, "", 5, "timed out"},
		{"lasting", func(*run.Pod) error { return errors.New("connection refused") }, engine.Error, "in 3 tries: connection refused", 3, "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tries = 0
			b := newBackend()
			b.create = func(p *run.Pod) error { tries++; return c.create(p) }
			said := ""
			_, result := drive(t, one, run.Options{Backend: b, Tries: 3, Observe: func(e *engine.Engine, _ []engine.NodeID) {
				if v := e.View(0); v.Phase == engine.Pending && v.Message != "" {
					said = v.Message
				}
			}})
			if said != c.said {
				t.Errorf("while it is tried it says %q, want %q", said, c.said)
			}
			if result.Phase != c.phase || !strings.Contains(result.Message, c.message) || tries != c.tries {
				t.Errorf("%v after %d tries", result, tries)
			}
		})
	}
}

// A driver that is cancelled leaves its Pods alone; the next goes on.
func TestCancelledRunGoesOn(t *testing.T) {
	c := check(t, fan)
	f := store.NewFolder(t.TempDir())
	folder, j, err := f.Create(store.Header{Name: "wf", UID: "u"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b := newBackend()
	b.create = func(*run.Pod) error {
		if len(b.made) == 10 {
			cancel()
		}
		return nil
	}
	r, err := run.New(c, config(c), run.Options{Backend: b, Build: bare, Journal: j, Group: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Go(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the cancelled run ends with %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Signal(t.Context(), engine.Signal{Kind: engine.SignalStop}); !errors.Is(err, run.ErrOver) {
		t.Errorf("a signal to a run without a driver: %v", err)
	}

	b2 := newBackend()
	b2.known = b.known
	j, contents, err := folder.Journal()
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	b2.create = func(p *run.Pod) error {
		if b.known[p.Name] {
			b2.end(p.PodRef) // adopted: it has ended meanwhile
		}
		return nil
	}
	r, err = run.New(c, config(c), run.Options{Backend: b2, Build: bare, Journal: j, History: contents.Replay(-1)})
	if err != nil {
		t.Fatal(err)
	}
	result, err := r.Go(t.Context())
	if err != nil || result.Phase != engine.Succeeded {
		t.Errorf("%v, %v", result, err)
	}
	if n := len(b.made) + len(b2.made); n != 21 {
		t.Errorf("%d Pods were made", n)
	}
}

// A run that has ended is not driven again.
func TestEndedRunStaysEnded(t *testing.T) {
	c := check(t, one)
	f := store.NewFolder(t.TempDir())
	folder, j, err := f.Create(store.Header{Name: "wf", UID: "u"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	b := newBackend()
	if _, result := drive(t, one, run.Options{Backend: b, Journal: j}); result.Phase != engine.Succeeded {
		t.Fatal(result)
	}
	contents, err := folder.Contents()
	if err != nil {
		t.Fatal(err)
	}
	b2 := newBackend()
	r, err := run.New(c, config(c), run.Options{Backend: b2, Build: bare, Journal: j, History: contents.Replay(-1)})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := r.Go(t.Context()); err != nil || result.Phase != engine.Succeeded || len(b2.made) != 0 {
		t.Errorf("%v, %v, %d Pods", result, err, len(b2.made))
	}
}

func TestStopSignal(t *testing.T) {
	const long = `
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: wait}, {name: b, template: leaf}]]
  - name: wait
    suspend: {}
  - name: leaf
    container: {image: "i:1", command: [x]}`
	c := check(t, long)
	b := newBackend()
	r, err := run.New(c, config(c), run.Options{Backend: b, Build: bare})
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan error, 2)
	go func() {
		said <- r.Signal(t.Context(), engine.Signal{Kind: engine.SignalStop}, "wf[0].nowhere")
		said <- r.Signal(t.Context(), engine.Signal{Kind: engine.SignalStop})
	}()
	result, err := r.Go(t.Context())
	if err != nil || result.Phase != engine.Failed {
		t.Errorf("%v, %v", result, err)
	}
	if err := <-said; err == nil || !strings.Contains(err.Error(), `no node "wf[0].nowhere"`) {
		t.Errorf("a signal for a node that is not there: %v", err)
	}
	if err := <-said; err != nil {
		t.Error(err)
	}
}

// stubborn runs Pods that end only when they are stopped, which fails at first.
type stubborn struct {
	*backend
	fails int
}

func (b *stubborn) Create(_ context.Context, p *run.Pod) error {
	b.reports <- run.PodReport{PodRef: p.PodRef, Report: engine.Report{State: engine.PodRunning}}
	return nil
}

func (b *stubborn) Stop(_ context.Context, ref run.PodRef) error {
	if b.fails--; b.fails >= 0 {
		return errors.New("connection refused")
	}
	b.reports <- run.PodReport{PodRef: ref, Report: engine.Report{State: engine.PodLost}}
	return nil
}

// A Pod that nobody stops may run for ever.
func TestStopIsTriedLonger(t *testing.T) {
	c := check(t, one)
	b := &stubborn{backend: newBackend(), fails: 3}
	begun := make(chan struct{})
	tell := sync.OnceFunc(func() { close(begun) })
	r, err := run.New(c, config(c), run.Options{Backend: b, Build: bare, Tries: 2, Observe: func(e *engine.Engine, _ []engine.NodeID) {
		if e.View(0).Phase == engine.Running {
			tell()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	said := make(chan error, 1)
	go func() {
		<-begun
		said <- r.Signal(ctx, engine.Signal{Kind: engine.SignalTerminate})
	}()
	result, err := r.Go(ctx)
	if err != nil || result.Phase != engine.Failed {
		t.Errorf("%v, %v", result, err)
	}
	if err := <-said; err != nil {
		t.Error(err)
	}
	if b.fails >= 0 {
		t.Error("the Pod was not stopped")
	}
}

type failing struct{ after int }

func (j *failing) Append(events []engine.Event) error {
	if j.after -= len(events); j.after < 0 {
		return errors.New("disk full")
	}
	return nil
}

// Nothing follows from events that are not kept.
func TestJournalThatFailsEndsTheDriver(t *testing.T) {
	c := check(t, one)
	b := newBackend()
	r, err := run.New(c, config(c), run.Options{Backend: b, Build: bare, Journal: &failing{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Go(t.Context()); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("the driver ends with %v", err)
	}
	if len(b.made) != 0 {
		t.Errorf("%d Pods were made", len(b.made))
	}
}

// queue is a mutex whose answers take longer the earlier they are asked for.
type queue struct {
	mu    sync.Mutex
	asked int
	line  []string
}

func (q *queue) Acquire(_ context.Context, h store.Holder, _ []engine.Lock) (waiting string, err error) {
	q.mu.Lock()
	q.asked++
	slow := max(0, 10-q.asked)
	q.mu.Unlock()
	time.Sleep(time.Duration(slow) * 3 * time.Millisecond)
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Contains(q.line, h.Node) {
		q.line = append(q.line, h.Node)
	}
	if q.line[0] != h.Node {
		return "m", nil
	}
	return "", nil
}

func (q *queue) Release(_ context.Context, h store.Holder) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.line = slices.DeleteFunc(q.line, func(n string) bool { return n == h.Node })
	return nil
}

// crowd is a queue that notes how many wait in it at most.
type crowd struct {
	queue
	most int
}

func (c *crowd) Acquire(ctx context.Context, h store.Holder, locks []engine.Lock) (string, error) {
	waiting, err := c.queue.Acquire(ctx, h, locks)
	c.queue.mu.Lock()
	defer c.queue.mu.Unlock()
	c.most = max(c.most, len(c.queue.line))
	return waiting, err
}

// Where a lock is kept there is room for some, not for all nodes of a large run.
func TestLocksAreNotCrowded(t *testing.T) {
	b, locks := newBackend(), &crowd{}
	_, result := drive(t, `
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: leaf, withSequence: {count: "120"}}]]
  - name: leaf
    synchronization: {mutexes: [{name: m}]}
    container: {image: "i:1", command: [x]}`, run.Options{Backend: b, Locks: locks})
	if result.Phase != engine.Succeeded || len(b.made) != 120 || !slices.IsSorted(b.made[:9]) {
		t.Error(result, len(b.made))
	}
	if locks.most > 20 {
		t.Errorf("%d wait at once", locks.most)
	}
}

// Nodes that want the same lock get it in the order in which they begin, however
// long an answer takes.
func TestLocksInOrder(t *testing.T) {
	b := newBackend()
	_, result := drive(t, `
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: leaf, withSequence: {count: "8"}}]]
  - name: leaf
    synchronization: {mutexes: [{name: m}]}
    container: {image: "i:1", command: [x]}`, run.Options{Backend: b, Locks: &queue{}})
	if result.Phase != engine.Succeeded {
		t.Error(result)
	}
	if len(b.made) != 8 || !slices.IsSorted(b.made) {
		t.Error(b.made)
	}
}

// BenchmarkLocks is a run of nodes that want the same mutex.
func BenchmarkLocks(b *testing.B) {
	for _, count := range []int{1000, 4000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				locks := &queue{asked: 10}
				_, result := drive(b, fmt.Sprintf(`
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: leaf, withSequence: {count: "%d"}}]]
  - name: leaf
    synchronization: {mutexes: [{name: m}]}
    container: {image: "i:1", command: [x]}`, count), run.Options{Backend: newBackend(), Locks: locks})
				if result.Phase != engine.Succeeded {
					b.Fatal(result)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*count), "µs/node")
		})
	}
}
