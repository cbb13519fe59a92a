package weft

import (
	"regexp"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/expr"
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
	legacy bool    // the dag takes dependencies, not depends
}

func newTaskGraph(tasks []*tree.Node, modes []depMode) *taskGraph {
	g := &taskGraph{
		index: map[string]int{}, modes: modes,
		stated: make([][]int, len(tasks)), refs: make([][]int, len(tasks)),
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
		g.legacy = g.legacy || t.Has("continueOn") || modes[i] == depRaw && t.Has("dependencies")
	}
	return g
}

var depName = regexp.MustCompile(`[A-Za-z0-9_-]+(\.[A-Za-z]+)?`)

// statedBy lists the tasks that the fields of t name.
func (g *taskGraph) statedBy(t *tree.Node) (out []int) {
	add := func(name string) {
		if i, ok := g.index[name]; ok && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for _, n := range depName.FindAllString(t.Get("depends").Text(), -1) {
		name, _, _ := strings.Cut(n, ".")
		add(name)
	}
	for _, n := range t.Get("dependencies").List() {
		add(n.Text())
	}
	return out
}

var taskRef = regexp.MustCompile(`\btasks(?:\.([A-Za-z0-9_-]+)|\[\s*['"]([^'"]+)['"]\s*\])`)

// refsOf lists the tasks that the text of task self refers to, in declaration order.
func (g *taskGraph) refsOf(t *tree.Node, self int) (out []int) {
	for _, e := range t.Entries {
		switch e.Key.Value {
		case "name", "inline", "depends", "dependencies":
			continue
		}
		for n := range e.Value.All() {
			if n.Kind != tree.String || !strings.Contains(n.Value, "tasks") {
				continue
			}
			tags, _ := expr.Tags(n.Value)
			for _, tag := range tags {
				for _, m := range taskRef.FindAllStringSubmatch(tag.Body, -1) {
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

func (g *taskGraph) direct(i int) []int { return append(slices.Clone(g.stated[i]), g.refs[i]...) }

// added lists the references of task i that do not follow from the rest of
// its dependencies.
func (g *taskGraph) added(i int) (out []int) {
	refs := g.refs[i]
	if len(refs) == 0 || len(refs) == 1 && len(g.stated[i]) == 0 {
		return refs
	}
	above := map[int]bool{} // ancestors of the direct dependencies
	for _, d := range g.direct(i) {
		g.mark(d, i, above)
	}
	for _, r := range refs {
		if slices.Contains(g.stated[i], r) {
			continue
		}
		// On a cycle two dependencies follow from each other: keep both, so
		// that the cycle stays visible.
		if above[r] && !g.reaches(r, g.direct(i), i) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// mark adds the ancestors of task from, not looking past task stop.
func (g *taskGraph) mark(from, stop int, seen map[int]bool) {
	stack := g.direct(from)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if i == stop || seen[i] {
			continue
		}
		seen[i] = true
		stack = append(stack, g.direct(i)...)
	}
}

// reaches reports whether task r depends on any other of targets.
func (g *taskGraph) reaches(r int, targets []int, stop int) bool {
	above := map[int]bool{}
	g.mark(r, stop, above)
	return above[r] || slices.ContainsFunc(targets, func(t int) bool {
		if t == r || !above[t] {
			return false
		}
		back := map[int]bool{}
		g.mark(t, stop, back)
		return back[r]
	})
}

// dependencies is the outcome for one task: at most one of the two is set.
type dependencies struct {
	depends string
	list    []string
}

// infer works out the dependencies of every task. A task whose expression the
// legacy field cannot hold keeps it as depends.
func infer(tasks []*tree.Node, modes []depMode) []dependencies {
	g := newTaskGraph(tasks, modes)
	out := make([]dependencies, len(tasks))
	for i, t := range tasks {
		var names []string
		for _, r := range g.added(i) {
			names = append(names, tasks[r].Get("name").Text())
		}
		switch {
		case modes[i] == depNone || modes[i] == depRaw:
		case modes[i] == depAfter:
			out[i] = g.join(t.Get("depends").Text(), names)
		case g.legacy:
			out[i].list = names
		default:
			out[i].depends = strings.Join(names, " && ")
		}
	}
	return out
}

var plainConjunction = regexp.MustCompile(`^[A-Za-z0-9_-]+(\s*&&\s*[A-Za-z0-9_-]+)*$`)

func (g *taskGraph) join(stated string, names []string) dependencies {
	if g.legacy && plainConjunction.MatchString(stated) {
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
	for i, d := range infer(tasks, modes) {
		at := steps[i].at
		if m := afterOf(steps[i]); m != nil {
			at = m.Deps.at
		}
		t.setDependencies(tasks[i], modes[i], d, at)
		if modes[i] == depAfter && d.list == nil && slices.ContainsFunc(tasks, func(o *tree.Node) bool { return o.Has("continueOn") }) {
			t.errorf(RuleDependency, at, "write after (a.Succeeded || a.Failed) in place of continueOn",
				"an after with results or alternatives cannot stand in a dag that uses continueOn")
		}
	}
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
