package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// A branch is a node of the run with what it contains. The engine's children
// say what comes next; here a node hangs below the one it is part of.
type branch struct {
	view  engine.View
	loop  string // the step or task whose items stand below, where the run has no node for it
	inner []*branch
}

// parentPath is the path of what a node is part of: of the loop or the attempts,
// of the step group, of the steps, the dag or the Pod around it.
func parentPath(path string) string {
	if strings.HasSuffix(path, ")") {
		if i := strings.LastIndexByte(path, '('); i > 0 {
			return path[:i]
		}
	}
	if strings.HasSuffix(path, "]") {
		return path[:strings.LastIndexByte(path, '[')]
	}
	if base, ok := strings.CutSuffix(path, ".onExit"); ok {
		return base
	}
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return ""
	}
	return strings.TrimSuffix(path[:i], ".hooks")
}

// forest hangs every node below what it is part of. What is part of nothing, the
// entrypoint first, is a root.
func forest(nodes []engine.View) []*branch {
	byPath := make(map[string]*branch, len(nodes))
	var roots []*branch
	for _, v := range nodes {
		if !gone(v) {
			byPath[v.Path] = &branch{view: v}
		}
	}
	for _, v := range nodes {
		if gone(v) {
			continue
		}
		b := byPath[v.Path]
		var up *branch
		if !last(v) && len(roots) > 0 {
			up = container(byPath, nodes, v)
		}
		if up == nil || up == b {
			roots = append(roots, b)
			continue
		}
		up.inner = append(up.inner, b)
	}
	return roots
}

// gone reports whether a node was taken out to be run again.
func gone(v engine.View) bool { return v.Phase == engine.NoPhase }

// last reports whether v is the exit handler of the whole run, which comes after
// everything else.
func last(v engine.View) bool { return v.Boundary < 0 && strings.HasSuffix(v.Path, ".onExit") }

// container is what v hangs below. Items of a looped step have no node in the
// run that holds them: they get one.
func container(byPath map[string]*branch, nodes []engine.View, v engine.View) *branch {
	for path := parentPath(v.Path); path != ""; path = parentPath(path) {
		if b := byPath[path]; b != nil {
			return b
		}
		if item(v.Path) && strings.HasPrefix(v.Path, path+"(") {
			group := &branch{loop: path[strings.LastIndexByte(path, '.')+1:]}
			group.view = engine.View{Path: path, DisplayName: group.loop, Type: engine.TaskGroupNode, Template: v.Template, Boundary: v.Boundary}
			byPath[path] = group
			if up := container(byPath, nodes, group.view); up != nil {
				up.inner = append(up.inner, group)
				return group
			}
			return nil
		}
	}
	if v.Boundary >= 0 {
		return byPath[nodes[v.Boundary].Path]
	}
	return nil
}

// item reports whether a path is that of a loop's item: base(3:text).
func item(path string) bool {
	i := strings.LastIndexByte(path, '(')
	return i > 0 && strings.HasSuffix(path, ")") && strings.Contains(path[i:], ":")
}

// Row is a line of the tree.
type Row struct {
	Indent   string // lines that lead to it
	Order    int    // of a step: 1 for the first group; 0 when there is no order to show
	Name     string
	Phase    engine.Phase
	Suspend  bool // a suspend node that waits
	Template string
	Started  time.Time
	Duration time.Duration
	Message  string
	Path     string
}

// TreeOptions say what to show.
type TreeOptions struct {
	Now time.Time
	All bool // all items of loops; otherwise a long loop shows counts, and what failed or runs
}

// manyItems is how long a loop may be to be shown whole; fewItems is how many of
// a longer one are shown.
const (
	manyItems = 8
	fewItems  = 5
)

// Rows are the lines of the tree of a run.
func Rows(r *Run, o TreeOptions) []Row {
	t := tree{options: o}
	for _, b := range forest(r.Nodes) {
		if last(b.view) {
			b.view.DisplayName = "onExit"
		}
		t.add(b, "", "", 0)
	}
	return t.rows
}

type tree struct {
	options TreeOptions
	rows    []Row
}

// add prints b behind the indent first, and what it contains behind rest.
func (t *tree) add(b *branch, first, rest string, order int) {
	row := Row{
		Indent: first, Order: order, Name: b.view.DisplayName, Phase: b.view.Phase, Template: b.view.Template,
		Message: plain(b.view.Message), Path: b.view.Path,
		Started: b.view.Started, Duration: Duration(b.view.Started, b.view.Finished, t.options.Now),
		Suspend: b.view.Type == engine.SuspendNode && b.view.Phase == engine.Running,
	}
	inner := visible(b)
	if b.view.Type == engine.TaskGroupNode {
		row, inner = t.group(row, b, inner)
	}
	t.rows = append(t.rows, row)
	for i, c := range inner {
		branch, line := "├─ ", "│  "
		if i == len(inner)-1 {
			branch, line = "└─ ", "   "
		}
		t.add(c.branch, rest+branch, rest+line, c.order)
	}
}

// part is something visible in a node, with its place in the order of steps.
type part struct {
	*branch
	order int
}

// visible are the parts of b that get a line. Step groups show as the order of
// their steps, and a retried node that needed one attempt is that attempt.
func visible(b *branch) []part {
	var out []part
	for _, c := range b.inner {
		switch {
		case c.view.Type == engine.StepGroupNode:
			order, _ := strconv.Atoi(strings.Trim(c.view.Path[strings.LastIndexByte(c.view.Path, '['):], "[]"))
			for _, step := range c.inner {
				out = append(out, part{step, order + 1})
			}
		case b.view.Type == engine.RetryNode && c.view.Retried && attempts(b) == 1:
			out = append(out, visible(c)...)
		default:
			out = append(out, part{c, 0})
		}
	}
	return out
}

func attempts(b *branch) int {
	n := 0
	for _, c := range b.inner {
		if c.view.Retried {
			n++
		}
	}
	return n
}

// group is the line of a loop: it counts its items, and hides most of them when
// there are many.
func (t *tree) group(row Row, b *branch, items []part) (Row, []part) {
	var counts [engine.Omitted + 1]int
	var started, finished time.Time
	open, total := false, 0
	for _, it := range items {
		v := it.view
		if !item(v.Path) {
			continue
		}
		total++
		counts[v.Phase]++
		open = open || !v.Phase.Fulfilled()
		if started.IsZero() || v.Started.Before(started) && !v.Started.IsZero() {
			started = v.Started
		}
		if v.Finished.After(finished) {
			finished = v.Finished
		}
	}
	if b.loop != "" {
		row.Phase = groupPhase(counts[:])
		if open {
			finished = time.Time{}
		}
		row.Started, row.Duration = started, Duration(started, finished, t.options.Now)
	}
	row.Message = strings.TrimSpace(summary(counts[:], total) + " " + row.Message)
	if total <= manyItems || t.options.All {
		return row, items
	}
	return row, slices.DeleteFunc(slices.Clone(items), few())
}

// few says which items of a long loop to leave out. Of those that wait and say for
// what the first one stays.
func few() func(part) bool {
	shown := map[engine.Phase]int{}
	return func(p part) bool {
		v, most := p.view, fewItems
		if !item(v.Path) {
			return false
		}
		switch waits := v.Phase == engine.Pending && v.Message != ""; {
		case waits:
			most = 1
		case !v.Phase.Bad() && v.Phase != engine.Running:
			return true
		}
		shown[v.Phase]++
		return shown[v.Phase] > most
	}
}

// groupPhase is the phase of a loop by those of its items.
func groupPhase(counts []int) engine.Phase {
	for _, p := range []engine.Phase{engine.Running, engine.Pending, engine.Error, engine.Failed, engine.Succeeded, engine.Skipped} {
		if counts[p] > 0 {
			return p
		}
	}
	return engine.Omitted
}

// summary counts items by phase: "12 items: 9 succeeded, 2 running, 1 failed".
func summary(counts []int, total int) string {
	var parts []string
	for _, p := range []engine.Phase{engine.Succeeded, engine.Running, engine.Pending, engine.Failed, engine.Error, engine.Skipped, engine.Omitted} {
		if n := counts[p]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(p.String())))
		}
	}
	if total == 1 {
		return "1 item: " + strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%d items: %s", total, strings.Join(parts, ", "))
}

func twoParts(a time.Duration, unitA string, b time.Duration, unitB string) string {
	return fmt.Sprintf("%d%s%02d%s", a, unitA, b, unitB)
}
