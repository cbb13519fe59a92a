package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/sim"
)

var (
	seeds   = flag.Int("sim.seeds", 0, "how many `seeds` each property is tried with; 0 is enough for every day")
	oneSeed = flag.Int64("sim.seed", -1, "try this `seed` alone, and tell about it")
)

// A trial is one workflow in one world, driven to its end by as many drivers as
// are killed on the way.
type trial struct {
	ctx     context.Context
	checked *ir.Checked
	script  sim.Script
	faults  sim.Faults
	kills   int // how many drivers are killed
	signals []signal
	first   []engine.Signal // for the first driver, before all else
	most    int             // how much may happen; 0 is a bound for all

	world   *sim.World
	journal sim.Journal
	shared  *sim.Shared
	engine  *engine.Engine
	twice   []string
}

// signal is what a person does some time after a driver has begun.
type signal struct {
	after time.Duration
	kind  engine.SignalKind
}

// fate is the outcome of a Pod: it hangs on the seed and the attempt, and not on
// when anything happens.
//
// Nothing is refused where parallelism holds steps back: a refusal ends its group
// of steps, and which of the others have begun by then is a matter of time.
func fate(seed uint64) sim.Script {
	return fateOf(seed, !strings.Contains(workflow(seed), "parallelism"))
}

func fateOf(seed uint64, refuse bool) sim.Script {
	return func(p *run.Pod) sim.Outcome {
		h := fnv.New64a()
		fmt.Fprint(h, seed, p.Leaf.Path)
		r := rand.New(rand.NewPCG(h.Sum64(), 0))
		o := sim.Succeed(p)
		o.After = time.Duration(1+r.IntN(5000)) * time.Millisecond
		if p.Leaf.Template.Node.Get("daemon").Text() == "true" {
			o.After = 0
			return o
		}
		switch n := r.IntN(20); {
		case n < 3:
			o.Code = 1 + n
		case n == 3:
			o.Code, o.Reason = 137, "OOMKilled"
		case n == 4:
			o.Outputs, o.OutputError = nil, "no such file"
		case n == 5 && refuse:
			o.Refused, o.Class = "it is refused", engine.ClassUser
		}
		if o.Code != 0 && r.IntN(2) == 0 {
			o.Outputs = nil
		}
		return o
	}
}

// bare makes no objects: what a Pod looks like is not what is tried.
func bare(pod.Input) (*pod.Objects, error) { return nil, nil }

// drive drives the run to its end.
func (tr *trial) drive() (run.Result, error) {
	kill := rand.New(rand.NewPCG(tr.faults.Seed, 2))
	if tr.world == nil {
		tr.world = sim.New(tr.script, tr.faults)
	}
	if tr.world.Most = tr.most; tr.most == 0 {
		tr.world.Most = 200_000
	}
	tr.shared = tr.world.Shared()
	tr.world.Recreated = func(ref run.PodRef) {
		if tr.acknowledged(ref) {
			tr.twice = append(tr.twice, fmt.Sprintf("node %d, generation %d", ref.Node, ref.Generation))
		}
	}
	for {
		lifetime := 0
		if tr.kills > 0 {
			tr.kills--
			if kill.IntN(2) == 0 {
				lifetime = 1 + kill.IntN(60)
			} else {
				tr.journal.Kill, tr.journal.Torn = 1+kill.IntN(25), kill.IntN(2) == 0
			}
		}
		r, err := run.New(tr.checked, config(tr.checked), run.Options{
			Backend: tr.world, Loop: tr.world.Loop(lifetime), Journal: &tr.journal, History: tr.journal.History(),
			Caches: tr.shared, Locks: tr.shared, Values: tr.shared, Build: bare, Tries: 1000, Creates: 4,
			Signals: tr.first,
		})
		tr.first = nil
		if err != nil {
			return run.Result{}, err
		}
		tr.engine = r.Engine()
		for _, s := range tr.signals {
			tr.world.After(s.after, func() {
				r.Send(func(*engine.Engine) (engine.Signal, error) { return engine.Signal{Kind: s.kind}, nil })
			})
		}
		result, err := r.Go(tr.ctx)
		tr.journal.Kill = 0
		if !errors.Is(err, sim.ErrKilled) {
			return result, err
		}
		tr.world.Sleep(time.Duration(kill.IntN(10)) * time.Second)
	}
}

// acknowledged reports whether the journal knows that a Pod was made.
func (tr *trial) acknowledged(ref run.PodRef) bool {
	for ev := range tr.journal.History() {
		if ev.Kind != engine.EventReport || ev.Node != ref.Node || ev.Generation != ref.Generation {
			continue
		}
		switch ev.Report.State {
		case engine.PodLost, engine.PodRefused:
		case engine.PodPending: // creating it may fail until now: PodCreated comes before what is said of a Pod
		default:
			return true
		}
	}
	return false
}

// summary is what must not hang on time: the phases and outputs of all nodes.
func (tr *trial) summary(result run.Result) string {
	var lines []string
	for id := range engine.NodeID(tr.engine.Len()) {
		v := tr.engine.View(id)
		lines = append(lines, fmt.Sprintf("%s %s %s %s", v.Path, v.Type, v.Phase, outputs(v.Outputs)))
	}
	sort.Strings(lines)
	return fmt.Sprintf("run %s\n%s\n", result.Phase, strings.Join(lines, "\n"))
}

func outputs(o *engine.Outputs) string {
	if o == nil {
		return "-"
	}
	var parts []string
	if o.Result != nil {
		parts = append(parts, "result="+*o.Result)
	}
	if o.ExitCode != nil {
		parts = append(parts, fmt.Sprintf("code=%d", *o.ExitCode))
	}
	for _, p := range o.Parameters {
		parts = append(parts, p.Name+"="+p.Value)
	}
	return strings.Join(parts, ",")
}

// property tries something with many seeds.
func property(t *testing.T, everyDay int, try func(seed uint64) error) {
	t.Parallel()
	n := everyDay
	if *seeds > 0 {
		n = *seeds
	}
	if *oneSeed >= 0 {
		if err := try(uint64(*oneSeed)); err != nil {
			t.Errorf("%v\n%s", err, workflow(uint64(*oneSeed)))
		}
		return
	}
	var work sync.WaitGroup
	next := make(chan uint64)
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for seed := range next {
				if t.Failed() {
					continue
				}
				if err := try(seed); err != nil {
					t.Errorf("%v\ntry it alone: go test ./runtime/sim -run '^%s$' -sim.seed=%d", err, t.Name(), seed)
				}
			}
		})
	}
	for seed := range uint64(n) {
		next <- seed
	}
	close(next)
	work.Wait()
}

// end drives a trial that has to end, and sums it up.
func (tr *trial) end() (string, error) {
	result, err := tr.drive()
	tr.tell()
	switch {
	case err != nil:
		return "", fmt.Errorf("the run does not end: %w\n%s", err, tr.unfinished())
	case len(tr.twice) > 0:
		return "", fmt.Errorf("created twice: %s", strings.Join(tr.twice, "; "))
	case tr.engine.Impossible() > 0:
		return "", fmt.Errorf("%d events that should not have come", tr.engine.Impossible())
	}
	tr.world.Sleep(time.Hour)
	if left := tr.world.Running(); len(left) > 0 {
		return "", fmt.Errorf("the run is over, and Pods go on: %s", strings.Join(left, ", "))
	}
	return tr.summary(result), nil
}

// equalsCalm drives the trial and the same one without faults. Faults may cost
// time, and no more than a few times as much may happen.
func (tr *trial) equalsCalm() error {
	calm := &trial{ctx: tr.ctx, checked: tr.checked, script: tr.script}
	want, err := calm.end()
	if err != nil {
		return fmt.Errorf("without faults: %w", err)
	}
	tr.most = 20*calm.world.Happened + 10_000
	got, err := tr.end()
	if err != nil {
		return err
	}
	return difference(want, got)
}

// lost are the paths of the nodes whose end was that their Pod was lost.
func (tr *trial) lost() map[string]bool {
	type attempt struct {
		engine.NodeID
		generation int
	}
	ended := map[attempt]bool{}
	lost := map[string]bool{}
	for ev := range tr.journal.History() {
		if ev.Kind != engine.EventReport || ev.Report.State < engine.PodEnded || ended[attempt{ev.Node, ev.Generation}] {
			continue
		}
		ended[attempt{ev.Node, ev.Generation}] = true
		if ev.Report.State == engine.PodLost {
			lost[tr.engine.View(ev.Node).Path] = true
		}
	}
	return lost
}

// tell prints the journal, when one seed is tried alone.
func (tr *trial) tell() {
	if *oneSeed < 0 {
		return
	}
	for ev := range tr.journal.History() {
		path := ""
		if ev.Node >= 0 && int(ev.Node) < tr.engine.Len() {
			path = tr.engine.View(ev.Node).Path
		}
		line, err := json.Marshal(ev)
		fmt.Println(path, string(line), err)
	}
}

// unfinished says what the nodes wait for that are not done.
func (tr *trial) unfinished() string {
	var b strings.Builder
	for id := range engine.NodeID(tr.engine.Len()) {
		if v := tr.engine.View(id); !v.Phase.Fulfilled() {
			fmt.Fprintf(&b, "%s %s %s: %s\n", v.Path, v.Type, v.Phase, tr.engine.Blocked(id))
		}
	}
	return b.String()
}

// crashes are faults that must change nothing.
func crashes(seed uint64) sim.Faults {
	r := rand.New(rand.NewPCG(seed, 3))
	f := sim.Faults{Seed: seed}
	for _, set := range []func(){
		func() { f.Delay = time.Duration(1+r.IntN(4000)) * time.Millisecond },
		func() { f.Duplicate = 0.3 },
		func() { f.CutWatch = 0.05 },
		func() { f.CreateError = 0.15 },
		func() { f.Busy = 0.2 },
		func() { f.Batch = 0.5 },
	} {
		if r.IntN(3) > 0 {
			set()
		}
	}
	return f
}

func difference(want, got string) error {
	if want == got {
		return nil
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	in := func(list []string, line string) bool {
		for _, l := range list {
			if l == line {
				return true
			}
		}
		return false
	}
	var out strings.Builder
	for _, l := range a {
		if !in(b, l) {
			out.WriteString("- " + l + "\n")
		}
	}
	for _, l := range b {
		if !in(a, l) {
			out.WriteString("+ " + l + "\n")
		}
	}
	return errors.New("the run differs from the one without faults:\n" + out.String())
}

// With crashes, delays, duplicates, reordering, cut watches and calls that fail,
// phases and outputs are those of the run without faults.
func TestFaultsChangeNothing(t *testing.T) {
	property(t, 700, func(seed uint64) error {
		checked := check(t, workflow(seed))
		rough := &trial{ctx: t.Context(), checked: checked, script: fate(seed), faults: crashes(seed), kills: int(seed % 5)}
		return rough.equalsCalm()
	})
}

// Whoever loses track is told of every Pod again, however many there are.
func TestCutWatchOfManyPods(t *testing.T) {
	checked := check(t, `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: many}
spec:
  entrypoint: all
  templates:
  - name: all
    steps:
    - - {name: one, template: leaf, withSequence: {count: "200"}}
  - name: leaf
    container: {image: "i:1", command: [x]}
`)
	for seed := range uint64(5) {
		rough := &trial{ctx: t.Context(), checked: checked, script: fateOf(seed, true), faults: sim.Faults{Seed: seed, CutWatch: 0.1}}
		if err := rough.equalsCalm(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// A driver that is killed at any event and resumed goes on as if nothing was.
func TestKilledAtEveryEvent(t *testing.T) {
	property(t, 25, func(seed uint64) error {
		checked := check(t, workflow(seed))
		calm := &trial{ctx: t.Context(), checked: checked, script: fate(seed)}
		want, err := calm.end()
		if err != nil {
			return err
		}
		for at := 1; at <= calm.journal.Len(); at++ {
			for _, torn := range []bool{false, true} {
				tr := &trial{ctx: t.Context(), checked: checked, script: fate(seed)}
				tr.journal.Kill, tr.journal.Torn = at, torn
				got, err := tr.end()
				if err == nil {
					err = difference(want, got)
				}
				if err != nil {
					return fmt.Errorf("killed at event %d: %w", at, err)
				}
			}
		}
		return nil
	})
}

// With lost Pods, exactly the attempts that lost theirs end in Error, and the
// rest equals a run without faults in which that is the script.
func TestLostPodsHurtNobodyElse(t *testing.T) {
	property(t, 500, func(seed uint64) error {
		checked := check(t, workflow(seed))
		faults := crashes(seed)
		faults.Lost = 0.2
		rough := &trial{ctx: t.Context(), checked: checked, script: fate(seed), faults: faults, kills: int(seed % 4)}
		got, err := rough.end()
		if err != nil {
			return err
		}
		lost := rough.lost()
		for path := range lost {
			if !rough.world.Vanished[path] {
				return fmt.Errorf("%s is said to be lost, and is not", path)
			}
		}
		script := fate(seed)
		calm := &trial{ctx: t.Context(), checked: checked, script: func(p *run.Pod) sim.Outcome {
			o := script(p)
			o.Lost = lost[p.Leaf.Path]
			return o
		}}
		want, err := calm.end()
		if err != nil {
			return fmt.Errorf("without faults: %w", err)
		}
		return difference(want, got)
	})
}

// A run that is stopped, terminated or suspended and resumed comes to its end,
// and leaves nothing behind.
func TestSignalledRunsEnd(t *testing.T) {
	property(t, 300, func(seed uint64) error {
		r := rand.New(rand.NewPCG(seed, 4))
		kinds := []engine.SignalKind{engine.SignalStop, engine.SignalTerminate, engine.SignalSuspend, engine.SignalResume}
		var signals []signal
		for range 1 + r.IntN(3) {
			signals = append(signals, signal{time.Duration(r.IntN(20_000)) * time.Millisecond, kinds[r.IntN(len(kinds))]})
		}
		// Whoever suspends a run has to resume it.
		signals = append(signals, signal{time.Minute, engine.SignalResume})
		faults := crashes(seed)
		if seed%2 == 0 {
			faults = sim.Faults{}
		}
		tr := &trial{
			ctx: t.Context(), checked: check(t, workflow(seed)), script: fate(seed), faults: faults, kills: int(seed % 3), signals: signals,
		}
		_, err := tr.end()
		return err
	})
}

// Deadlines, timeouts and caches make what happens a matter of time. That it
// ends, and leaves nothing behind, is none.
func TestTimedRunsEnd(t *testing.T) {
	property(t, 300, func(seed uint64) error {
		faults := crashes(seed)
		faults.Lost = 0.1
		tr := &trial{ctx: t.Context(), checked: check(t, timed(seed)), script: fateOf(seed, true), faults: faults, kills: int(seed % 4)}
		_, err := tr.end()
		return err
	})
}

// A run that is retried does again what failed, and comes to its end.
func TestRetriedRunsEnd(t *testing.T) {
	property(t, 300, func(seed uint64) error {
		script := fate(seed)
		tr := &trial{ctx: t.Context(), checked: check(t, workflow(seed)), faults: crashes(seed), script: func(p *run.Pod) sim.Outcome {
			if p.Leaf.Generation > 0 {
				return sim.Succeed(p)
			}
			return script(p)
		}}
		for range 2 {
			if _, err := tr.end(); err != nil {
				return err
			}
			tr.first, tr.kills = []engine.Signal{{Kind: engine.SignalRetry}}, int(seed%3)
		}
		return nil
	})
}
