package weft

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Dependencies from data flow. A task depends on every task that its own text
// refers to ({{tasks.NAME...}}), as far as that does not already follow from
// its other dependencies. Inference reads nothing but the lowered tasks, so
// raising can run it over tasks from YAML and leave out what it would find.

// depMode says where the dependencies of a task come from.
type depMode uint8

const (
	depInfer depMode = iota // data flow alone
	depNone                 // none: the author wrote "after none"
	depAfter                // what "after" says, and data flow
	depRaw                  // a raw depends or dependencies field, data flow ignored
)

// taskGraph is the tasks of a dag and what each one depends on.
type taskGraph struct {
	index  map[string]int
	modes  []depMode
	stated [][]int // what depends or dependencies say
	refs   [][]int // what the text refers to
	direct [][]int // both, each task once
	legacy string  // the field for which the dag takes dependencies, and not depends
}

func newTaskGraph(tasks []*tree.Node, modes []depMode) *taskGraph {
	g := &taskGraph{
		index: map[string]int{}, modes: modes,
		stated: make([][]int, len(tasks)), refs: make([][]int, len(tasks)), direct: make([][]int, len(tasks)),
	}
	for i, t := range tasks {
		g.index[t.Get("name").Text()] = i
	}
	for i, t := range tasks {
		if modes[i] == depAfter || modes[i] == depRaw {
			g.stated[i] = g.statedBy(t)
		}
		if modes[i] == depInfer || modes[i] == depAfter {
			g.refs[i] = g.refsOf(t, i)
		}
		g.direct[i] = g.dependsOn(i)
	}
	g.legacy = legacyField(tasks, modes)
	return g
}

// legacyField is the field for which a dag takes dependencies, "" if there is
// none. An author who wrote depends is taken at that word.
func legacyField(tasks []*tree.Node, modes []depMode) (field string) {
	for i, t := range tasks {
		switch {
		case modes[i] == depRaw && t.Has("depends"):
			return ""
		case t.Has("continueOn"):
			field = "continueOn"
		case modes[i] == depRaw && t.Has("dependencies") && field == "":
			field = "dependencies"
		}
	}
	return field
}

var depName = pattern.New(`[A-Za-z0-9_-]+(\.[A-Za-z]+)?`)

// statedBy lists the tasks that the fields of t name.
func (g *taskGraph) statedBy(t *tree.Node) (out []int) {
	add := func(name string) {
		if i, ok := g.index[name]; ok && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for _, n := range depName().FindAllString(t.Get("depends").Text(), -1) {
		name, _, _ := strings.Cut(n, ".")
		add(name)
	}
	for _, n := range t.Get("dependencies").List() {
		add(n.Text())
	}
	return out
}

var taskRef = pattern.New(`\btasks(?:\.([A-Za-z0-9_-]+)|\[\s*['"]([^'"]+)['"]\s*\])`)

// refsOf lists the tasks that the text of task self refers to, in declaration order.
func (g *taskGraph) refsOf(t *tree.Node, self int) (out []int) {
	for _, e := range t.Entries {
		switch e.Key.Value {
		case "name", "depends", "dependencies":
			continue
		case "inline":
			if e.Value.Has("dag") { // whose own tasks are meant
				continue
			}
		}
		for n := range e.Value.All() {
			if n.Kind != tree.String || !strings.Contains(n.Value, "tasks") {
				continue
			}
			tags, _ := expr.Tags(n.Value)
			for _, tag := range tags {
				for _, m := range taskRef().FindAllStringSubmatch(tag.Body, -1) {
					if i, ok := g.index[m[1]+m[2]]; ok && i != self && !slices.Contains(out, i) {
						out = append(out, i)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// dependsOn lists what task i depends on, each task once.
func (g *taskGraph) dependsOn(i int) []int {
	switch {
	case len(g.stated[i]) == 0:
		return g.refs[i]
	case len(g.refs[i]) == 0:
		return g.stated[i]
	}
	out := slices.Clone(g.stated[i])
	for _, r := range g.refs[i] {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// levels orders the tasks: each is above everything it depends on. Tasks on a
// cycle, and those that depend on one, have level -1.
func (g *taskGraph) levels() []int {
	level := make([]int, len(g.refs))
	missing := make([]int, len(g.refs))
	users := make([][]int, len(g.refs))
	var ready []int
	for i := range g.refs {
		level[i] = -1
		missing[i] = len(g.direct[i])
		for _, d := range g.direct[i] {
			users[d] = append(users[d], i)
		}
		if missing[i] == 0 {
			level[i] = 0
			ready = append(ready, i)
		}
	}
	for ; len(ready) > 0; ready = ready[1:] {
		for _, u := range users[ready[0]] {
			if missing[u]--; missing[u] > 0 {
				continue
			}
			for _, d := range g.direct[u] {
				level[u] = max(level[u], level[d]+1)
			}
			ready = append(ready, u)
		}
	}
	return level
}

// added lists, for every task, the references that do not follow from the rest
// of its dependencies. On a cycle everything follows from everything, so there
// all are kept: the cycle has to stay visible.
func (g *taskGraph) added() [][]int {
	level := g.levels()
	seen := make([]int, len(g.refs)) // seen[i] == task: i is an ancestor of its dependencies
	out := make([][]int, len(g.refs))
	for task, refs := range g.refs {
		direct := g.direct[task]
		if len(direct) > 1 && level[task] >= 0 {
			g.mark(direct, task+1, level, seen)
		}
		for _, r := range refs {
			if seen[r] != task+1 && !slices.Contains(g.stated[task], r) {
				out[task] = append(out[task], r)
			}
		}
	}
	return out
}

// mark sets seen to stamp for the ancestors of direct, as far down as direct
// itself reaches: below its lowest member there is nothing to find.
func (g *taskGraph) mark(direct []int, stamp int, level, seen []int) {
	lowest := level[direct[0]]
	for _, d := range direct {
		lowest = min(lowest, level[d])
	}
	stack := slices.Clone(direct)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, d := range g.direct[i] {
			if level[d] >= lowest && seen[d] != stamp {
				seen[d] = stamp
				stack = append(stack, d)
			}
		}
	}
}

// dependencies is the outcome for one task: at most one of the two is set.
type dependencies struct {
	depends string
	list    []string
}

// infer works out the dependencies of every task. A task whose expression the
// legacy field cannot hold keeps it as depends.
func (g *taskGraph) infer(tasks []*tree.Node) []dependencies {
	out := make([]dependencies, len(tasks))
	added := g.added()
	for i, t := range tasks {
		names := namesOf(tasks, added[i])
		switch {
		case g.modes[i] == depNone || g.modes[i] == depRaw:
		case g.modes[i] == depAfter:
			out[i] = g.join(t.Get("depends").Text(), names)
		case g.legacy != "":
			out[i].list = names
		default:
			out[i].depends = strings.Join(names, " && ")
		}
	}
	return out
}

func namesOf(tasks []*tree.Node, indexes []int) (names []string) {
	for _, i := range indexes {
		names = append(names, tasks[i].Get("name").Text())
	}
	return names
}

var plainConjunction = pattern.New(`^[A-Za-z0-9_-]+(\s*&&\s*[A-Za-z0-9_-]+)*$`)

func (g *taskGraph) join(stated string, names []string) dependencies {
	if g.legacy != "" && plainConjunction().MatchString(stated) {
		var list []string
		for _, n := range strings.Split(stated, "&&") {
			list = append(list, strings.TrimSpace(n))
		}
		return dependencies{list: append(list, names...)}
	}
	if len(names) > 0 && topLevelOr(stated) {
		stated = "(" + stated + ")"
	}
	return dependencies{depends: strings.Join(append([]string{stated}, names...), " && ")}
}

// topLevelOr reports whether an expression has || outside of parentheses.
func topLevelOr(text string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				return true
			}
		}
	}
	return false
}

// inferDependencies completes the tasks of a dag, which come from the
// statements of b.
func (t *body) inferDependencies(tasks []*tree.Node, b *Body) {
	steps := allSteps(b)
	modes := make([]depMode, len(steps))
	for i, st := range steps {
		modes[i] = depModeOf(st, tasks[i], t.scope)
	}
	g := newTaskGraph(tasks, modes)
	for i, d := range g.infer(tasks) {
		at := steps[i].at
		if m := afterOf(steps[i]); m != nil {
			at = m.Deps.at
		}
		if modes[i] == depAfter && d.list == nil && g.legacy != "" {
			t.errorf(RuleDependency, at, legacyHelp[g.legacy], "an after with results or alternatives cannot stand in a dag that uses %s", g.legacy)
			d = dependencies{list: namesOf(tasks, g.direct[i])} // as much of it as can be said there
		}
		t.setDependencies(tasks[i], modes[i], d, at)
	}
}

// legacyHelp is the way out of each field for which a dag takes dependencies.
var legacyHelp = map[string]string{
	"continueOn":   "write after (a.Succeeded || a.Failed) in place of continueOn",
	"dependencies": "write after in place of dependencies",
}

func afterOf(st *Step) *After {
	for _, m := range st.Modifiers {
		if m.After != nil {
			return m.After
		}
	}
	return nil
}

func depModeOf(st *Step, task *tree.Node, s *scope) depMode {
	switch after := afterOf(st); {
	case after != nil && isNone(after.Deps) && s.steps["none"] == nil:
		return depNone
	case after != nil:
		return depAfter
	case task.Entry("depends") != nil || task.Entry("dependencies") != nil:
		return depRaw
	}
	return depInfer
}

// setDependencies writes the outcome into a task that is not yet shared.
func (t *body) setDependencies(task *tree.Node, mode depMode, d dependencies, at source.Span) {
	if mode == depAfter {
		if n := task.Get("depends"); n != nil && n.Value == d.depends {
			return
		}
		task.Entries = slices.DeleteFunc(task.Entries, func(e tree.Entry) bool { return e.Key.Value == "depends" })
	}
	switch {
	case len(d.list) > 0:
		list := newList(at)
		for _, n := range d.list {
			list.Items = append(list.Items, newText(n, at))
		}
		task.Entries = append(task.Entries, entryOf("dependencies", list))
	case d.depends != "":
		task.Entries = append(task.Entries, entryOf("depends", newText(d.depends, at)))
	}
}
