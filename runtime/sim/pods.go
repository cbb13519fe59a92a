package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// simulated is a Pod.
type simulated struct {
	*run.Pod
	outcome Outcome
	report  engine.Report // the latest
	over    bool
}

// watch is a driver that wants to know.
type watch struct {
	loop *loop
	tell func(run.PodReport)
}

var errNoServer = errors.New("the server does not answer")

// Create makes a simulated Pod.
func (w *World) Create(_ context.Context, p *run.Pod) error {
	if w.pods[p.Name] != nil {
		return nil // adopted
	}
	if w.faults.hits(w.rand, w.faults.CreateError) {
		return errNoServer
	}
	if w.faults.hits(w.rand, w.faults.Busy) {
		return &run.Busy{Class: engine.ClassQuota, Message: "exceeded quota"}
	}
	outcome := w.script(p)
	if outcome.Refused != "" {
		return &run.Refusal{Class: outcome.Class, Message: outcome.Refused}
	}
	s := &simulated{Pod: p, outcome: outcome}
	if w.made[p.Name] && w.Recreated != nil {
		w.Recreated(p.PodRef)
	}
	w.made[p.Name] = true
	w.pods[p.Name] = s
	w.begin(s)
	if w.faults.hits(w.rand, w.faults.CreateError) {
		return errNoServer // and yet it was made
	}
	return nil
}

// begin lets a Pod live.
func (w *World) begin(s *simulated) {
	wait := w.jitter()
	if wait > 0 {
		s.report = engine.Report{State: engine.PodPending}
		w.say(s)
	}
	lost := s.outcome.Lost
	if !isDaemon(s.Leaf.Template) && w.faults.hits(w.rand, w.faults.Lost) {
		lost = true
	}
	w.after(wait, func() {
		if s.over {
			return
		}
		daemon := isDaemon(s.Leaf.Template)
		s.report = engine.Report{State: engine.PodRunning, Host: "sim", IP: "127.0.0.1", Started: w.now, Containers: s.containers(false)}
		w.say(s)
		if daemon {
			s.report.State = engine.PodReady
			w.say(s)
		}
		if (daemon && !lost && s.outcome.After == 0) || s.outcome.Stays {
			return
		}
		d := s.outcome.After
		if d == 0 {
			d = DefaultTime
		}
		w.after(d+w.jitter(), func() {
			if lost {
				w.lose(s)
			} else {
				w.end(s, s.outcome.Code)
			}
		})
	})
}

func isDaemon(t *ir.Template) bool { return t.Node.Get("daemon").Text() == "true" }

// containers are the main containers of a Pod, running or ended.
func (s *simulated) containers(ended bool) []engine.Container {
	names := []string{"main"}
	if t := s.Leaf.Template; t.Type() == ir.ContainerSet {
		names = nil
		for _, c := range t.Body().Get("containers").List() {
			names = append(names, c.Get("name").Text())
		}
	}
	var all []engine.Container
	for _, name := range names {
		c := engine.Container{Name: name, Role: engine.RoleMain, Running: !ended, Ended: ended}
		if ended {
			c.Code, c.Reason, c.Message = s.outcome.Code, s.outcome.Reason, s.outcome.Message
			if code, ok := s.outcome.Codes[name]; ok {
				c.Code = code
			}
			if c.Reason == "" && c.Code != 0 {
				c.Reason = "Error"
			}
		}
		all = append(all, c)
	}
	return all
}

// end lets a Pod come to its end.
func (w *World) end(s *simulated, code int) {
	if s.over {
		return
	}
	s.over = true
	s.outcome.Code = code
	started := s.report.Started
	s.report = engine.Report{
		State: engine.PodEnded, Host: "sim", IP: "127.0.0.1", Started: started, Finished: w.now,
		Outputs: s.outcome.Outputs, OutputError: s.outcome.OutputError,
	}
	if s.Leaf.Template.Type() == ir.HTTP {
		s.report.Verdict = &engine.Verdict{Phase: engine.Succeeded, Message: s.outcome.Message}
		if code != 0 {
			s.report.Verdict.Phase = engine.Failed
		}
	} else {
		s.report.Containers = s.containers(true)
	}
	w.say(s)
}

// lose lets a Pod vanish.
func (w *World) lose(s *simulated) {
	if s.over {
		return
	}
	s.over = true
	s.report = engine.Report{State: engine.PodLost, Class: engine.ClassInfrastructure}
	delete(w.pods, s.Name)
	w.Vanished[s.Leaf.Path] = true
	w.say(s)
}

// Stop ends a Pod as a signal would.
func (w *World) Stop(_ context.Context, ref run.PodRef) error {
	if w.faults.hits(w.rand, w.faults.CreateError) {
		return errNoServer
	}
	s := w.pods[ref.Name]
	if s == nil {
		return nil
	}
	w.after(w.jitter(), func() {
		if isDaemon(s.Leaf.Template) {
			s.outcome.Codes = nil
		}
		w.end(s, 143)
	})
	return nil
}

// Adopt tells what became of the Pods that a resumed run remembers.
func (w *World) Adopt(_ context.Context, refs []run.PodRef) error {
	for _, ref := range refs {
		if w.pods[ref.Name] == nil {
			w.after(0, func() {
				w.deliver(run.PodReport{PodRef: ref, Report: engine.Report{State: engine.PodLost, Class: engine.ClassInfrastructure}})
			})
		}
	}
	return nil
}

// Reports is never read: a World tells its Loop directly.
func (w *World) Reports(context.Context) <-chan run.PodReport { return nil }

// listen takes a new driver, which hears of every Pod there is.
func (w *World) listen(to *watch) {
	w.watch = to
	w.cut = false
	w.tellAll()
}

// tellAll tells the states of all Pods. A list comes whole, however long it is:
// were each Pod in it another chance to be cut off, the last ones of many would
// never be heard of.
func (w *World) tellAll() {
	var all []*simulated
	for _, s := range w.pods {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *simulated) int {
		if a.Node != b.Node {
			return int(a.Node - b.Node)
		}
		return a.Generation - b.Generation
	})
	for _, s := range all {
		if s.report.State != 0 {
			w.tell(s)
		}
	}
}

// say reports the state of a Pod, unless the watch is cut.
func (w *World) say(s *simulated) {
	if w.faults.hits(w.rand, w.faults.CutWatch) && !w.cut {
		w.cut = true
		to := w.watch
		w.after(time.Duration(1+w.rand.IntN(20))*time.Second, func() {
			if w.watch == to {
				w.cut = false
				w.tellAll()
			}
		})
	}
	if !w.cut || s.report.State == engine.PodLost {
		w.tell(s)
	}
}

// tell reports the state of a Pod: late, and more than once.
func (w *World) tell(s *simulated) {
	report := run.PodReport{PodRef: s.PodRef, Report: s.report}
	times := 1
	for w.faults.hits(w.rand, w.faults.Duplicate) && times < 4 {
		times++
	}
	for range times {
		if d := w.jitter(); d > 0 {
			w.after(d, func() { w.deliver(report) })
		} else {
			w.deliver(report)
		}
	}
}

func (w *World) deliver(report run.PodReport) {
	if report.Report.State == engine.PodLost && w.pods[report.Name] != nil {
		return // it was made again
	}
	if to := w.watch; to != nil && !to.loop.dead {
		to.loop.Post(func() { to.tell(report) })
	}
}
