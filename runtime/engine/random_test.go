package engine_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/runtime/engine"
)

// example is a workflow of the golden tests.
type example struct {
	name    string
	checked *ir.Checked
	object  *ir.Object
}

func examples(t testing.TB) []example {
	t.Helper()
	files, err := filepath.Glob("testdata/runs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no examples", err)
	}
	var out []example
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in := map[string]string{}
		for _, f := range txtar.Parse(text).Files {
			if strings.HasSuffix(f.Name, ".yaml") {
				in[f.Name] = string(f.Data)
			}
		}
		checked, object := load(t, in)
		out = append(out, example{filepath.Base(file), checked, object})
	}
	return out
}

func (x example) engine(t testing.TB) *engine.Engine {
	t.Helper()
	e, err := engine.New(x.checked, engine.Config{Object: x.object, Name: "wf", Namespace: "ns", UID: "uid", Created: epoch, MaxNodes: 2000})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestRandomOutcomes plays every example with outcomes, doubled and late reports
// and signals by chance: each run ends, in good order.
func TestRandomOutcomes(t *testing.T) {
	for _, x := range examples(t) {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			p := newPlayer(t, x.engine(t), "")
			p.outcome = func(l *engine.Leaf) map[string]string { return chance(r, l) }
			p.check = true
			p.wild = r
			signals := []engine.SignalKind{engine.SignalSuspend, engine.SignalResume, engine.SignalRetry, engine.SignalRetry, engine.SignalStop, engine.SignalTerminate}
			for range r.IntN(4) {
				p.push(epoch.Add(time.Duration(r.IntN(60))*time.Second), engine.Event{Kind: engine.EventSignal, Signal: &engine.Signal{Kind: signals[r.IntN(len(signals))]}})
			}
			for i := range 40 { // whatever waits for somebody goes on in the end
				s := &engine.Signal{Kind: engine.SignalSet, Phase: engine.Succeeded, Parameters: []engine.Value{{Name: "answer", Value: "x"}}}
				p.push(epoch.Add(time.Duration(100+i)*time.Hour), engine.Event{Kind: engine.EventSignal, Signal: &engine.Signal{Kind: engine.SignalResume}})
				p.push(epoch.Add(time.Duration(100+i)*time.Hour), engine.Event{Kind: engine.EventSignal, Signal: s})
			}
			p.play()
			if !p.e.Done() {
				t.Fatalf("%s, seed %d: the run does not end:\n%s", x.name, seed, tree(p.e))
			}
		}
	}
}

// chance is an outcome by chance.
func chance(r *rand.Rand, l *engine.Leaf) map[string]string {
	words := map[string]string{"took": fmt.Sprintf("%ds", 1+r.IntN(9)), "result": "heads"}
	for _, p := range l.Template.Outputs.Parameters {
		words["p."+p.Name.Text()] = "[1]"
	}
	if l.Template.Node.Get("daemon").Text() == "true" && r.IntN(4) > 0 {
		words["ready"] = "10.0.0.1"
		if r.IntN(3) > 0 {
			delete(words, "took")
		}
		return words
	}
	switch r.IntN(12) {
	case 0:
		words["exit"] = "1"
	case 1:
		words["lost"] = ""
	case 2:
		words["refused"] = "no"
	case 3:
		words["norecord"] = ""
	}
	return words
}

// FuzzEvents feeds events that nobody would send. The engine must stand it, come
// to the same state when they are replayed, and end when it is told to.
func FuzzEvents(f *testing.F) {
	all := examples(f)
	for i := range all {
		f.Add(uint64(i), uint16(200))
	}
	f.Fuzz(func(t *testing.T, seed uint64, steps uint16) {
		x := all[seed%uint64(len(all))]
		r := rand.New(rand.NewPCG(seed, uint64(steps)))
		e, again := x.engine(t), x.engine(t)
		at := epoch
		step := func(ev engine.Event) {
			ev.At = at
			e.Step(ev)
			again.Step(ev)
			if err := e.Check(); err != nil {
				t.Fatalf("%s after %+v: %v\n%s", x.name, ev, err, tree(e))
			}
		}
		if r.IntN(8) > 0 {
			step(engine.Event{Kind: engine.EventStart})
		}
		for range steps % 512 {
			at = at.Add(time.Duration(r.IntN(30)-2) * time.Second)
			step(nonsense(r, e.Len()))
		}
		step(engine.Event{Kind: engine.EventStart})
		step(engine.Event{Kind: engine.EventSignal, Signal: &engine.Signal{Kind: engine.SignalTerminate}})
		if !e.Done() {
			t.Fatalf("%s: it was terminated, and does not end:\n%s", x.name, tree(e))
		}
		langtest.Equal(t, "the tree after a replay", tree(again), tree(e))
		for id := range engine.NodeID(e.Len()) {
			v := e.View(id)
			if found, ok := e.Lookup(v.Path); v.Phase != engine.NoPhase && (!ok || found != id) {
				t.Fatalf("%s is found as node %d, and is %d", v.Path, found, id)
			}
			if why := e.Blocked(id); v.Phase.Fulfilled() && why != "" {
				t.Fatalf("%s is done, and waits for %s", v.Path, why)
			}
		}
	})
}

// nonsense is an event by chance, with some sense in it.
func nonsense(r *rand.Rand, nodes int) engine.Event {
	ev := engine.Event{Kind: engine.EventKind(r.IntN(9)), Node: engine.NodeID(r.IntN(nodes+3) - 2), Timer: engine.TimerID(r.IntN(7))}
	text := "text"
	if r.IntN(2) == 0 {
		ev.Kind = engine.EventReport
	}
	if r.IntN(20) == 0 {
		ev.Generation = r.IntN(3)
	}
	if r.IntN(30) == 0 {
		return ev // with nothing in it
	}
	containers := []engine.Container{{Name: "main", Role: engine.RoleMain, Ended: true, Code: r.IntN(2) * r.IntN(3)}, {Name: "c1", Role: engine.RoleMain, Running: true}}
	ev.Report = &engine.Report{State: engine.PodState(r.IntN(10)), Containers: containers, Host: []string{"", "a", "b"}[r.IntN(3)], Outputs: &engine.Outputs{Result: &text, Progress: "1/2"}}
	ev.Lock = &engine.LockAnswer{Held: r.IntN(3) > 0, Waiting: "a lock"}
	ev.Cache = &engine.CacheAnswer{}
	if r.IntN(2) == 0 {
		ev.Cache.Hit = &engine.Outputs{Result: &text}
	}
	ev.Fetched = &engine.Fetched{Value: &text}
	signals := []engine.SignalKind{"stop", "suspend", "resume", "set", "retry", "retry", "retry", "resume", "odd"}
	ev.Signal = &engine.Signal{Kind: signals[r.IntN(len(signals))], Phase: engine.Phase(r.IntN(8)), Parameters: []engine.Value{{Name: "answer", Value: "x"}}}
	if r.IntN(2) == 0 {
		ev.Signal.Nodes = []engine.NodeID{ev.Node, engine.NodeID(r.IntN(nodes + 1))}
	}
	if r.IntN(3) > 0 {
		ev.Signal.Parameters = nil
	}
	return ev
}
