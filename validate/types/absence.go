package types

import (
	"slices"
	"sync"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate/trace"
)

// Absence answers which steps or tasks of a body may have been skipped when
// another one runs. For a dag it tries the worlds in which one task with a
// condition is skipped, or one whose failure somebody handles fails, and all
// others that can run succeed. Several rules may ask at the same time.
type Absence struct {
	use    *trace.Use
	tasks  []*ir.Call
	number map[*ir.Call]int

	asking sync.Mutex         // held to read and write what was found out
	worlds map[world][]string // the result of each task
	parsed []*expr.Depends
	causes []world // nil until asked for
}

type world struct {
	cause  int
	result string
}

// untouched is the world in which everything succeeds: what waits for a failure
// is omitted in it.
var untouched = world{cause: -1}

// NewAbsence prepares the answers for a body.
func NewAbsence(u *trace.Use) *Absence {
	a := &Absence{use: u, tasks: u.Template.Tasks, number: map[*ir.Call]int{}, worlds: map[world][]string{}}
	for i, c := range a.tasks {
		a.number[c] = i
	}
	return a
}

// Conditional reports whether a single run of c may be skipped by its when.
func Conditional(c *ir.Call) bool {
	return c.When.Text() != "" && !c.Looped()
}

// For reports whether producer may have been skipped or omitted in a run in
// which consumer runs.
func (a *Absence) For(producer, consumer *ir.Call) bool {
	if producer == consumer || producer.Looped() {
		return false
	}
	if !producer.Task {
		return Conditional(producer)
	}
	return a.inSomeWorld(producer, func(results []string) bool { return ran(results[a.number[consumer]]) })
}

// AtEnd reports whether producer may be skipped or omitted in a run of the
// whole body that succeeds.
func (a *Absence) AtEnd(producer *ir.Call) bool {
	if producer.Looped() {
		return false
	}
	if !producer.Task {
		return Conditional(producer)
	}
	return a.inSomeWorld(producer, func(results []string) bool { return !slices.Contains(results, "Failed") })
}

func ran(result string) bool {
	return result == "Succeeded" || result == "Failed" || result == "Errored"
}

// What is played for one body, in worlds and in tasks that move in them: enough for
// people, and a bound for machines. Beyond it nothing is said to be missing.
const (
	budget = 1000
	moves  = 200_000
)

func (a *Absence) inSomeWorld(producer *ir.Call, holds func([]string) bool) bool {
	p, ok := a.number[producer]
	if !ok || a.use.Graph == nil || len(a.use.Graph.Cycles) > 0 {
		return false
	}
	a.asking.Lock()
	defer a.asking.Unlock()
	for _, w := range a.allCauses() {
		if w.cause != p && w != untouched && !a.use.Graph.IsAncestor(a.tasks[w.cause], producer) {
			continue
		}
		results := a.play(w)
		if results == nil {
			return false
		}
		if !ran(results[p]) && holds(results) {
			return true
		}
	}
	return false
}

// allCauses are the worlds in which a task itself goes another way: it is
// skipped by its condition, or fails and some task waits for that.
func (a *Absence) allCauses() []world {
	if a.causes != nil {
		return a.causes
	}
	handled := map[string]bool{}
	for _, d := range a.depends() {
		for _, dep := range d.Deps() {
			if dep.Result == "Failed" || dep.Result == "Errored" {
				handled[dep.Task] = true
			}
		}
	}
	a.causes = []world{}
	for i, c := range a.tasks {
		if Conditional(c) {
			a.causes = append(a.causes, world{i, "Skipped"})
		}
		if handled[c.Name.Text()] {
			a.causes = append(a.causes, world{i, "Failed"})
		}
	}
	if len(a.causes) > 0 {
		a.causes = append(a.causes, untouched)
	}
	if len(a.causes) > budget || len(a.causes)*len(a.tasks) > moves {
		a.causes = a.causes[:0]
	}
	return a.causes
}

func (a *Absence) depends() []*expr.Depends {
	if a.parsed == nil && len(a.tasks) > 0 {
		a.parsed = make([]*expr.Depends, len(a.tasks))
		for i, c := range a.tasks {
			a.parsed[i] = &expr.Depends{}
			if text := a.use.Text(c.Depends); text != "" {
				a.parsed[i], _ = expr.ParseDepends(text)
			}
		}
	}
	return a.parsed
}

// play runs the dag in thought; nil when the budget is spent.
func (a *Absence) play(w world) []string {
	if r := a.worlds[w]; r != nil || len(a.worlds) >= budget {
		return r
	}
	g, depends := a.use.Graph, a.depends()
	results := make([]string, len(a.tasks))
	result := func(task, want string) bool {
		i, ok := g.First[task]
		if !ok {
			return true
		}
		if want == "" {
			return results[i] == "Succeeded" || results[i] == "Skipped"
		}
		return results[i] == want || want == "AnySucceeded" && results[i] == "Succeeded" || want == "Daemoned" && results[i] == "Succeeded"
	}
	for _, i := range g.Order {
		c := a.tasks[i]
		runs := true
		if c.Depends.Text() != "" {
			runs = depends[i].Eval(result)
		} else {
			for _, d := range g.Deps[i] {
				if d.Task >= 0 && !result(g.Names[d.Task], "") && !a.tolerated(d.Task, results[d.Task]) {
					runs = false
				}
			}
		}
		switch {
		case !runs:
			results[i] = "Omitted"
		case i == w.cause:
			results[i] = w.result
		default:
			results[i] = "Succeeded"
		}
	}
	a.worlds[w] = results
	return results
}

// tolerated reports whether continueOn lets those that wait for task i go on.
func (a *Absence) tolerated(i int, result string) bool {
	on := a.tasks[i].ContinueOn
	return result == "Failed" && on.Get("failed").Text() == "true" || result == "Errored" && on.Get("error").Text() == "true"
}
