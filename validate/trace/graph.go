package trace

import (
	"strconv"
	"sync"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

func itoa(i int) string { return strconv.Itoa(i) }

// A Dep is one mention of a task or container in depends or dependencies.
type Dep struct {
	expr.Dep
	Node *tree.Node // the scalar it stands in; Start and End count in its filled text
	Task int        // index of what it means, -1 when there is none
}

// Graph is the dependency graph of a dag template or of a container set. Its
// nodes are the tasks or containers, by their place in the source.
type Graph struct {
	Names  []string       // after filling
	Deps   [][]Dep        // by node
	Order  []int          // dependencies first; nodes on a cycle last, in source order
	Cycles [][]int        // each a closed walk along dependencies, first node not repeated
	First  map[string]int // the node of a name; of several the first

	number   map[*ir.Call]int
	position []int // in Order
	free     int   // how many nodes of Order wait for no cycle
	// after says, for a task and those behind it in Order, which wait for it; as
	// far as anybody has asked.
	after  map[int][]bool
	asking sync.Mutex // held to read and write after
}

// taskGraph is the graph of a dag body.
func taskGraph(u *Use) *Graph {
	tasks := u.Template.Tasks
	names, deps := make([]string, len(tasks)), make([][]Dep, len(tasks))
	number := make(map[*ir.Call]int, len(tasks))
	for i, c := range tasks {
		names[i], deps[i], number[c] = u.Text(c.Name), taskDeps(u, c), i
	}
	g := newGraph(names, deps)
	g.number = number
	return g
}

// containerGraph is the graph of a container set.
func containerGraph(u *Use) *Graph {
	containers := u.Template.Node.At("containerSet", "containers").List()
	names, deps := make([]string, len(containers)), make([][]Dep, len(containers))
	for i, c := range containers {
		names[i] = u.Text(c.Get("name"))
		for _, n := range c.Get("dependencies").List() {
			name := u.Text(n)
			deps[i] = append(deps[i], Dep{Dep: expr.Dep{Task: name, End: len(name)}, Node: n})
		}
	}
	return newGraph(names, deps)
}

// newGraph binds deps to names and sorts.
func newGraph(names []string, deps [][]Dep) *Graph {
	g := &Graph{Names: names, Deps: deps, First: make(map[string]int, len(names)), position: make([]int, len(names))}
	for i, name := range names {
		if _, taken := g.First[name]; !taken {
			g.First[name] = i
		}
	}
	for _, list := range deps {
		for k := range list {
			list[k].Task = -1
			if j, ok := g.First[list[k].Dep.Task]; ok {
				list[k].Task = j
			}
		}
	}
	g.sort()
	return g
}

// sort fills Order (Kahn's method, ties in source order) and Cycles.
func (g *Graph) sort() {
	n := len(g.Names)
	waiting := make([]int, n)
	followers := make([][]int, n)
	for i, deps := range g.Deps {
		for _, d := range deps {
			if d.Task >= 0 {
				waiting[i]++
				followers[d.Task] = append(followers[d.Task], i)
			}
		}
	}
	g.Order = make([]int, 0, n)
	for i := range n {
		if waiting[i] == 0 {
			g.Order = append(g.Order, i)
		}
	}
	for at := 0; at < len(g.Order); at++ {
		for _, next := range followers[g.Order[at]] {
			if waiting[next]--; waiting[next] == 0 {
				g.Order = append(g.Order, next)
			}
		}
	}
	if g.free = len(g.Order); g.free < n {
		g.findCycles(waiting)
		for i := range n {
			if waiting[i] > 0 {
				g.Order = append(g.Order, i)
			}
		}
	}
	for p, i := range g.Order {
		g.position[i] = p
	}
}

// findCycles walks dependencies from each node that never became free; every
// walk ends in a cycle, and each cycle is noted once.
func (g *Graph) findCycles(waiting []int) {
	seen := make([]int, len(g.Names)) // walk number + 1
	for start := range g.Names {
		if waiting[start] == 0 || seen[start] != 0 {
			continue
		}
		var walk []int
		for i := start; i >= 0; i = g.stuckDependency(i, waiting) {
			if seen[i] == start+1 {
				g.Cycles = append(g.Cycles, tail(walk, i))
				break
			}
			if seen[i] != 0 {
				break // leads into a cycle noted before
			}
			seen[i] = start + 1
			walk = append(walk, i)
		}
	}
}

func (g *Graph) stuckDependency(i int, waiting []int) int {
	for _, d := range g.Deps[i] {
		if d.Task >= 0 && waiting[d.Task] > 0 {
			return d.Task
		}
	}
	return -1
}

func tail(walk []int, from int) []int {
	for k, i := range walk {
		if i == from {
			return walk[k:]
		}
	}
	return walk
}

// IsAncestor reports whether task c cannot start before task a has ended. Of a
// task that waits for a cycle it is said of every other: it never starts.
func (g *Graph) IsAncestor(a, c *ir.Call) bool {
	from, ok := g.number[c]
	to, ok2 := g.number[a]
	if !ok || !ok2 {
		return false
	}
	start, end := g.position[to], g.position[from]
	if end >= g.free {
		return a != c
	}
	if end <= start {
		return false
	}
	g.asking.Lock()
	defer g.asking.Unlock()
	after := g.after[to]
	for at := start + len(after); at <= end; at++ {
		waits := at == start
		for _, d := range g.Deps[g.Order[at]] {
			waits = waits || d.Task >= 0 && g.position[d.Task] >= start && after[g.position[d.Task]-start]
		}
		after = append(after, waits)
	}
	if g.after == nil {
		g.after = map[int][]bool{}
	}
	g.after[to] = after
	return after[end-start]
}
