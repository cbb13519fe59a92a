package report

import (
	"slices"

	"github.com/weft-lang/weft/compiler/emit/graph"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
)

// fills are the colours of boxes by phase.
var fills = [...]string{
	engine.NoPhase: "#ffffff", engine.Pending: "#fff3c4", engine.Running: "#bae3ff", engine.Succeeded: "#c6f7e2",
	engine.Skipped: "#e4e7eb", engine.Failed: "#ffbdbd", engine.Error: "#ffd0b5", engine.Omitted: "#e4e7eb",
}

// Graph draws what ran: steps, tasks and hooks nested as in the run, coloured by
// phase. A long loop is one pile.
func Graph(r *Run) *graph.Graph {
	return inside(parts(forest(r.Nodes)))
}

func parts(branches []*branch) []part {
	out := make([]part, len(branches))
	for i, b := range branches {
		out[i] = part{b, 0}
	}
	return out
}

// inside draws parts beside each other, with the edges among them.
func inside(list []part) *graph.Graph {
	g := &graph.Graph{}
	place := map[engine.NodeID]int{} // which part a node of the run is in
	for i, p := range list {
		g.Nodes = append(g.Nodes, box(p.branch))
		p.walk(func(b *branch) {
			if b.loop == "" {
				place[b.view.ID] = i
			}
		})
	}
	if slices.ContainsFunc(list, func(p part) bool { return p.order > 0 }) {
		steps(g, list)
		return g
	}
	seen := map[[2]int]bool{}
	for i, p := range list {
		p.walk(func(b *branch) {
			for _, next := range b.view.Children {
				to, ok := place[next]
				if ok && to != i && !seen[[2]int{i, to}] {
					seen[[2]int{i, to}] = true
					g.Edges = append(g.Edges, graph.Edge{From: i, To: to, Hook: list[to].view.Hooked})
				}
			}
		})
	}
	return g
}

// steps joins each group of steps to the next, through a joint where both have
// several. Hooks hang on what they belong to.
func steps(g *graph.Graph, list []part) {
	var last, now []int
	order := 0
	for i, p := range list {
		if p.order == 0 {
			continue
		}
		if p.order != order {
			if len(now) > 0 {
				last, now = now, nil
			}
			order = p.order
		}
		now = append(now, i)
		if i+1 < len(list) && list[i+1].order == order {
			continue
		}
		join(g, last, now)
	}
}

func join(g *graph.Graph, from, to []int) {
	if len(from) > 1 && len(to) > 1 {
		g.Nodes = append(g.Nodes, &graph.Node{Joint: true})
		joint := len(g.Nodes) - 1
		join(g, from, []int{joint})
		from = []int{joint}
	}
	for _, f := range from {
		for _, t := range to {
			g.Edges = append(g.Edges, graph.Edge{From: f, To: t})
		}
	}
}

func (b *branch) walk(do func(*branch)) {
	do(b)
	for _, c := range b.inner {
		c.walk(do)
	}
}

var typesOf = map[engine.NodeType]ir.Type{
	engine.PodNode: ir.Container, engine.ContainerNode: ir.Container, engine.StepsNode: ir.Steps, engine.DAGNode: ir.DAG,
	engine.SuspendNode: ir.Suspend, engine.HTTPNode: ir.HTTP, engine.PluginNode: ir.Plugin,
}

// box draws one node with what it contains.
func box(b *branch) *graph.Node {
	n := &graph.Node{
		Name: b.view.DisplayName, Type: typesOf[b.view.Type], Fill: fills[b.view.Phase],
		Guard: b.view.Phase == engine.Skipped || b.view.Phase == engine.Omitted,
	}
	inner := visible(b)
	if b.view.Type == engine.TaskGroupNode {
		n.Loop = true
		t := tree{}
		var row Row
		row, shown := t.group(Row{Phase: b.view.Phase}, b, inner)
		n.Fill = fills[row.Phase]
		n.Notes = []string{shorten(row.Message, 40)}
		if len(shown) < len(inner) {
			return n
		}
	}
	if b.view.Phase.Bad() && len(inner) == 0 && b.view.Message != "" {
		n.Notes = append(n.Notes, shorten(firstLine(plain(b.view.Message)), 40))
	}
	if len(inner) > 0 {
		n.Inner = inside(inner)
	}
	return n
}
