package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

const header = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:\n  entrypoint: main\n  templates:\n"

func engineOf(t testing.TB, templates string, change func(*engine.Config)) *engine.Engine {
	t.Helper()
	checked, object := load(t, map[string]string{"wf.yaml": header + templates})
	cfg := engine.Config{Object: object, Name: "wf", Namespace: "ns", UID: "uid", Created: epoch}
	change(&cfg)
	e, err := engine.New(checked, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestDepth holds that templates which call themselves without end do end.
func TestDepth(t *testing.T) {
	endless := `
  - name: main
    inputs: {parameters: [{name: go, value: "yes"}]}
    steps: [[{name: again, template: main, when: "{{inputs.parameters.go}} == yes"}]]
`
	for _, depth := range []int{0, 5} {
		p := newPlayer(t, engineOf(t, endless, func(c *engine.Config) { c.MaxDepth = depth }), "")
		p.play()
		want := depth
		if depth == 0 {
			want = engine.DefaultMaxDepth
		}
		if nodes := p.e.Len(); nodes != 2*want-1 {
			t.Errorf("%d nodes, want %d", nodes, 2*want-1)
		}
		last := p.e.View(engine.NodeID(p.e.Len() - 1))
		if last.Type != engine.SkippedNode || last.Phase != engine.Error || !strings.HasPrefix(last.Message, "Maximum recursion depth exceeded.") {
			t.Errorf("the deepest node is %s, %s: %s", last.Type, last.Phase, last.Message)
		}
		group := p.e.View(engine.NodeID(p.e.Len() - 2))
		if want := "child '" + last.Path + "' failed"; group.Phase != engine.Failed || group.Message != want {
			t.Errorf("its group is %s: %s, want Failed: %s", group.Phase, group.Message, want)
		}
		if p.ended == nil || p.ended.Phase != engine.Failed {
			t.Errorf("the run ended as %v", p.ended)
		}
	}
}

// TestMaxNodes holds that a run which grows too large ends, and stops its Pods.
func TestMaxNodes(t *testing.T) {
	wide := `
  - name: main
    steps: [[{name: fan, template: main, withSequence: {count: "10"}}]]
`
	p := newPlayer(t, engineOf(t, wide, func(c *engine.Config) { c.MaxNodes = 5000 }), "")
	p.play()
	if p.ended == nil || p.ended.Phase != engine.Error || !strings.Contains(p.ended.Message, "no more than 5000") {
		t.Fatalf("the run ended as %+v", p.ended)
	}
	if p.e.Len() > 5100 {
		t.Errorf("there are %d nodes", p.e.Len())
	}
	for id := range engine.NodeID(p.e.Len()) {
		if v := p.e.View(id); !v.Phase.Fulfilled() {
			t.Fatalf("%s is %s", v.Path, v.Phase)
		}
	}
}

// TestLongChain holds that neither steps that end at once nor attempts that fail
// at once go on by recursion: a small stack has to do.
func TestLongChain(t *testing.T) {
	var b strings.Builder
	b.WriteString("  - name: main\n    steps:\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "    - - {name: s%d, template: leaf, when: \"a == b\"}\n", i)
	}
	b.WriteString("  - name: leaf\n    container: {image: busybox, command: [x]}\n")
	e := engineOf(t, b.String(), func(*engine.Config) {})
	done := make(chan engine.RunView)
	go func() {
		e.Step(engine.Event{Kind: engine.EventStart, At: epoch})
		done <- e.Run()
	}()
	if run := <-done; run.Phase != engine.Succeeded || run.Counts[engine.Skipped] != 3000 {
		t.Errorf("the run is %s with %v", run.Phase, run.Counts)
	}
}

// TestNothingToRun goes through what New refuses.
func TestNothingToRun(t *testing.T) {
	if _, err := engine.New(nil, engine.Config{}); err == nil {
		t.Error("a run of nothing was made")
	}
	checked, object := load(t, map[string]string{"wf.yaml": header + "  - name: main\n    container: {image: busybox, command: [x]}\n"})
	if _, err := engine.New(checked, engine.Config{Object: object, Name: "wf", Entrypoint: "mian"}); err == nil || !strings.Contains(err.Error(), `"mian"`) {
		t.Errorf("a run of a template that is not there: %v", err)
	}
}

// TestBlocked goes through what nodes wait for.
func TestBlocked(t *testing.T) {
	in := map[string]string{"wf.yaml": header + `
  - name: main
    dag:
      tasks:
      - {name: bound, template: bound}
      - {name: locked, template: locked, withItems: [0, 1]}
      - {name: retry, template: retry}
      - {name: runs, template: leaf}
      - {name: pends, template: leaf}
      - {name: asked, template: asked}
      - {name: timed, template: timed}
      - {name: held, template: leaf, withItems: [0, 1, 2]}
  - name: bound
    parallelism: 1
    steps: [[{name: s, template: leaf, withItems: [0, 1, 2]}]]
  - name: locked
    synchronization: {mutexes: [{name: m}]}
    container: {image: busybox, command: [x]}
  - name: retry
    retryStrategy: {limit: 1, backoff: {duration: 10h}}
    container: {image: busybox, command: [x]}
  - name: leaf
    container: {image: busybox, command: [x]}
  - name: asked
    suspend: {}
  - name: timed
    suspend: {duration: 10h}
`, "script": "* never\nwf.retry* exit=1\nwf.pends pending\n"}
	p := newPlayer(t, newEngine(t, in), in["script"])
	p.until = epoch.Add(time.Hour)
	p.play()
	for path, want := range map[string]string{
		"wf":             "asked, bound, held and 5 more",
		"wf.bound":       "[0]; 2 calls are held back by parallelism",
		"wf.locked(0:0)": "its Pod runs",
		"wf.locked(1:1)": "Waiting for m lock",
		"wf.retry":       "Backoff for 10h0m0s",
		"wf.retry(0)":    "",
		"wf.runs":        "its Pod runs",
		"wf.pends":       "its Pod has not started",
		"wf.asked":       "somebody to resume it",
		"wf.timed":       "its time is not up",
		"wf.held":        "held(0:0), held(1:1), held(2:2)",
	} {
		id, ok := p.e.Lookup(path)
		if got := p.e.Blocked(id); !ok || got != want {
			t.Errorf("%s waits for %q, want %q", path, got, want)
		}
		held := 0
		if path == "wf.bound" {
			held = 2
		}
		if got := p.e.Held(id); got != held {
			t.Errorf("%s holds %d calls back, want %d", path, got, held)
		}
	}
	p.e.Step(engine.Event{Kind: engine.EventSignal, At: p.now, Signal: &engine.Signal{Kind: engine.SignalSuspend}})
	if got := p.e.Blocked(0); got != "the run is suspended" {
		t.Errorf("a suspended run waits for %q", got)
	}
	if _, ok := p.e.Lookup("wf.nobody"); ok {
		t.Error("a node was found that is not there")
	}
}
