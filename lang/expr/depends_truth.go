package expr

import "slices"

// Deps returns the dependencies that could be read, in source order.
func (d *Depends) Deps() []Dep {
	var deps []Dep
	Walk(d.Root, func(n Node) {
		if dep, ok := n.(*Dep); ok {
			deps = append(deps, *dep)
		}
	})
	return deps
}

// Tasks returns the tasks that d names, each once, in source order.
func (d *Depends) Tasks() []string {
	var tasks []string
	seen := map[string]bool{}
	for _, dep := range d.Deps() {
		if !seen[dep.Task] {
			seen[dep.Task] = true
			tasks = append(tasks, dep.Task)
		}
	}
	return tasks
}

// Eval evaluates d. result says whether a task ended with a result; it is
// asked for "" where the task stands alone, and then decides what that means.
func (d *Depends) Eval(result func(task, result string) bool) bool {
	return d.Root == nil || evalDepends(d.Root, result)
}

func evalDepends(n Node, result func(task, result string) bool) bool {
	switch n := n.(type) {
	case *Dep:
		return result(n.Task, n.Result)
	case *Unary:
		return !evalDepends(n.X, result)
	case *Binary:
		return evalDependsBinary(n, result)
	}
	panic("expr: unknown node in depends")
}

func evalDependsBinary(n *Binary, result func(task, result string) bool) bool {
	if n.Op == ":" { // (X ? Y) : Z
		if then, ok := n.X.(*Binary); ok && then.Op == "?" {
			if evalDepends(then.X, result) {
				return evalDepends(then.Y, result)
			}
			return evalDepends(n.Y, result)
		}
	}
	x := evalDepends(n.X, result)
	switch n.Op {
	case "&&":
		return x && evalDepends(n.Y, result)
	case "||":
		return x || evalDepends(n.Y, result)
	case "==":
		return x == evalDepends(n.Y, result)
	case "!=":
		return x != evalDepends(n.Y, result)
	}
	panic("expr: unknown operator in depends: " + n.Op)
}

// Truth says whether a condition can be both true and false.
type Truth uint8

// The truths. Undecided is for conditions too large to try.
const (
	Undecided Truth = iota
	Depending
	Always
	Never
)

// outcomes are the sets of results that can hold for a finished task together.
// Where the runtime could go either way the set is in: a verdict of Always or
// Never must be certain.
var outcomes = [...][]string{
	{"Succeeded"}, {"Failed"}, {"Errored"}, {"Skipped"}, {"Omitted"}, {"Daemoned"},
	{"Succeeded", "Daemoned"}, {"Failed", "Daemoned"}, {"Errored", "Daemoned"},
	{"Succeeded", "AnySucceeded"}, {"Failed", "AnySucceeded"}, {"Errored", "AnySucceeded"},
	{"Failed", "AllFailed"}, {"Errored", "AllFailed"},
}

// holds says whether a task alone is satisfied by an outcome.
func holds(outcome []string, result string) bool {
	if result != "" {
		return slices.Contains(outcome, result)
	}
	return slices.Contains(outcome, "Succeeded") || slices.Contains(outcome, "Skipped") || slices.Contains(outcome, "Daemoned")
}

// Truth tries d with every outcome of its tasks. A task alone counts as
// Succeeded, Skipped or Daemoned.
func (d *Depends) Truth() Truth {
	const most = 1 << 12
	if d.Root == nil {
		return Undecided
	}
	if _, alone := d.Root.(*Dep); alone {
		return Depending
	}
	tasks := d.Tasks()
	choices := make(map[string][][]string, len(tasks))
	total := 1
	for _, task := range tasks {
		choices[task] = distinctOutcomes(d, task)
		if total *= len(choices[task]); total > most {
			return Undecided
		}
	}
	pick := make(map[string][]string, len(tasks))
	var seen [2]bool
	for n := range total {
		for _, task := range tasks {
			pick[task] = choices[task][n%len(choices[task])]
			n /= len(choices[task])
		}
		if d.Eval(func(task, result string) bool { return holds(pick[task], result) }) {
			seen[1] = true
		} else {
			seen[0] = true
		}
	}
	switch {
	case seen[0] && seen[1]:
		return Depending
	case seen[1]:
		return Always
	}
	return Never
}

// distinctOutcomes are the outcomes of task that d can tell apart.
func distinctOutcomes(d *Depends, task string) [][]string {
	asked := map[string]bool{}
	for _, dep := range d.Deps() {
		if dep.Task == task {
			asked[dep.Result] = true
		}
	}
	var out [][]string
	seen := map[int]bool{}
	for _, o := range outcomes {
		mask := 0
		for i, r := range append(Results(), "") {
			if asked[r] && holds(o, r) {
				mask |= 1 << i
			}
		}
		if !seen[mask] {
			seen[mask] = true
			out = append(out, o)
		}
	}
	return out
}
