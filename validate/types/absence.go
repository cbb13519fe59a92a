package types

import (
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/validate/trace"
)

// Absence answers which steps or tasks of a body may have been skipped when
// another one runs. For a dag it tries the worlds in which one task with a
// condition is skipped, or one whose failure somebody handles fails, and all
// others that can run succeed.
type Absence struct {
	use    *trace.Use
	tasks  []*ir.Call
	number map[*ir.Call]int
	worlds map[world][]string // the result of each task
	parsed []*expr.Depends
}

type world struct {
	cause  int
	result string
}

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

// most is how many causes are tried for one producer: enough for people.
const most = 200

func (a *Absence) inSomeWorld(producer *ir.Call, holds func([]string) bool) bool {
	p, ok := a.number[producer]
	if !ok || a.use.Graph == nil || len(a.use.Graph.Cycles) > 0 {
		return false
	}
	tried := 0
	for i, c := range a.tasks {
		if i != p && !a.use.Graph.IsAncestor(c, producer) {
			continue
		}
		if tried++; tried > most {
			return false
		}
		for _, w := range a.causes(i, c) {
			results := a.play(w)
			if !ran(results[p]) && holds(results) {
				return true
			}
		}
	}
	return false
}

// causes are the worlds in which task i itself goes another way.
func (a *Absence) causes(i int, c *ir.Call) []world {
	var out []world
	if Conditional(c) {
		out = append(out, world{i, "Skipped"})
	}
	if a.handled(c) {
		out = append(out, world{i, "Failed"})
	}
	return out
}

// handled reports whether some task waits for the failure of c.
func (a *Absence) handled(c *ir.Call) bool {
	for _, d := range a.depends() {
		for _, dep := range d.Deps() {
			if dep.Task == c.Name.Text() && (dep.Result == "Failed" || dep.Result == "Errored") {
				return true
			}
		}
	}
	return false
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

// play runs the dag in thought.
func (a *Absence) play(w world) []string {
	if r := a.worlds[w]; r != nil {
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
