// Package graph draws what calls what: steps and tasks with their order, loops,
// conditions and hooks, nested as templates call each other, across files.
//
// Build makes one Graph from the IR, nested as deep as the calls are; the
// printers (DOT, Mermaid, SVG) only differ in how they say it. Edges never
// leave the template they are in, which is what makes a simple layout exact:
// every nested graph is laid out on its own and is one box in the graph around
// it (layout.go).
package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
)

// A Graph is a set of nodes and the edges among them.
type Graph struct {
	Nodes []*Node
	Edges []Edge
}

// An Edge leads from what ends first to what waits for it, by index.
type Edge struct {
	From, To int
	Label    string // the result it asks for, or the event of a hook
	Hook     bool
}

// A Node is a step, task, hook or handler.
type Node struct {
	Name  string
	Type  ir.Type  // NoType when the template is not known
	Notes []string // lines below the name: template, loop, condition
	Loop  bool     // runs once for each item
	Guard bool     // may not run
	Joint bool     // stands for nothing; bundles edges between parallel groups
	Fill  string   // colour of the box; "" is that of its type
	Inner *Graph   // what a steps or dag template calls; nil when it is not drawn
}

// maxNodes bounds the drawing. Beyond it templates are drawn as one box.
const maxNodes = 2_000

// Build draws the objects of the named file ("" for all): each from its
// entrypoint, or, where it has none, from every template that no other calls.
func Build(c *ir.Checked, file string) *Graph {
	b := &builder{}
	g := &Graph{}
	for _, o := range c.Project().Objects {
		if o.Spec != nil && (file == "" || o.Doc.File.Name == file) {
			g.Nodes = append(g.Nodes, b.object(o))
		}
	}
	return g
}

type builder struct {
	nodes int
	owner *ir.Object
}

func (b *builder) object(o *ir.Object) *Node {
	b.owner = o
	n := &Node{Name: strings.TrimSpace(o.Kind.String() + " " + o.Name.Text() + o.GenerateName.Text()), Inner: &Graph{}}
	if schedules := o.Cron.Get("schedules").List(); len(schedules) > 0 {
		n.Notes = append(n.Notes, "at "+schedules[0].Text())
	}
	entry, handler := entrypoint(o)
	roots := []*ir.Template{entry}
	if entry == nil {
		roots = uncalled(o)
	}
	for _, t := range roots {
		b.add(n.Inner, &Node{Name: t.Name.Text()}, t, nil)
	}
	if handler != nil {
		b.add(n.Inner, &Node{Name: handler.Name.Text()}, handler, nil)
		n.Inner.Edges = append(n.Inner.Edges, Edge{From: 0, To: len(n.Inner.Nodes) - 1, Label: "on exit", Hook: true})
	}
	if len(n.Inner.Nodes) > 0 {
		b.hooks(n.Inner, 0, o.Spec.Hooks, nil)
	}
	return n
}

// entrypoint is where the object starts, and what handles its end.
func entrypoint(o *ir.Object) (entry, handler *ir.Template) {
	specs := []*ir.Spec{o.Spec}
	if ref := o.Spec.Ref; ref != nil && ref.Target != nil {
		specs = append(specs, ref.Target.Spec)
	}
	for _, named := range specs {
		for _, in := range specs {
			if entry == nil {
				entry = in.Template(named.Entrypoint.Text())
			}
			if handler == nil {
				handler = in.Template(named.OnExit.Text())
			}
		}
	}
	return entry, handler
}

// uncalled are the templates that no other of the object calls.
func uncalled(o *ir.Object) []*ir.Template {
	called := map[*ir.Template]bool{}
	for c := range o.AllCalls() {
		if c.Callee.Target != c.Parent {
			called[c.Callee.Target] = true
		}
	}
	var out []*ir.Template
	for _, t := range o.Spec.Templates {
		if !called[t] {
			out = append(out, t)
		}
	}
	return out
}

// add puts a node that runs t into g and returns its index. stack are the
// templates around it.
func (b *builder) add(g *Graph, n *Node, t *ir.Template, stack []*ir.Template) int {
	b.nodes++
	g.Nodes = append(g.Nodes, n)
	if t == nil {
		return len(g.Nodes) - 1
	}
	n.Type = t.Type()
	if limit := t.Node.At("retryStrategy", "limit").Text(); limit != "" {
		n.Notes = append(n.Notes, "retried up to "+limit+" times")
	} else if t.Node.Has("retryStrategy") {
		n.Notes = append(n.Notes, "retried")
	}
	switch {
	case !t.Type().IsGroup():
	case slices.Contains(stack, t):
		n.Notes = append(n.Notes, "calls itself")
	case b.nodes > maxNodes:
		n.Notes = append(n.Notes, plural(len(t.Calls()), "call"))
	default:
		n.Inner = b.inner(t, append(slices.Clip(stack), t))
	}
	return len(g.Nodes) - 1
}

func (b *builder) inner(t *ir.Template, stack []*ir.Template) *Graph {
	g := &Graph{}
	if t.Type() == ir.DAG {
		b.tasks(g, t, stack)
	} else {
		b.steps(g, t, stack)
	}
	return g
}

func (b *builder) tasks(g *Graph, t *ir.Template, stack []*ir.Template) {
	index := map[string]int{}
	for _, c := range t.Tasks {
		index[c.Name.Text()] = b.call(g, c, stack)
	}
	for _, c := range t.Tasks {
		for _, d := range dependencies(c) {
			if from, ok := index[d.Task]; ok {
				g.Edges = append(g.Edges, Edge{From: from, To: index[c.Name.Text()], Label: d.Result})
			}
		}
	}
}

// dependencies are the tasks that c waits for, with the results it asks for.
func dependencies(c *ir.Call) []expr.Dep {
	var out []expr.Dep
	for _, d := range c.Dependencies {
		out = append(out, expr.Dep{Task: d.Text()})
	}
	for _, d := range expr.DependsTokens(c.Depends.Text()) {
		i := slices.IndexFunc(out, func(o expr.Dep) bool { return o.Task == d.Task })
		switch {
		case i < 0:
			out = append(out, d)
		case d.Result != "" && out[i].Result != d.Result:
			out[i].Result = strings.TrimPrefix(out[i].Result+", "+d.Result, ", ")
		}
	}
	return out
}

// steps puts a joint between two groups where every step of one would have to
// be tied to every step of the other.
func (b *builder) steps(g *Graph, t *ir.Template, stack []*ir.Template) {
	var before []int
	for _, group := range t.Groups {
		var now []int
		for _, c := range group {
			now = append(now, b.call(g, c, stack))
		}
		if len(before) > 1 && len(now) > 1 {
			g.Nodes = append(g.Nodes, &Node{Joint: true})
			joint := len(g.Nodes) - 1
			g.connect(before, []int{joint})
			before = []int{joint}
		}
		g.connect(before, now)
		if len(now) > 0 {
			before = now
		}
	}
}

func (g *Graph) connect(from, to []int) {
	for _, a := range from {
		for _, b := range to {
			g.Edges = append(g.Edges, Edge{From: a, To: b})
		}
	}
}

// call puts a step or task into g, and its hooks.
func (b *builder) call(g *Graph, c *ir.Call, stack []*ir.Template) int {
	n := &Node{Name: c.Name.Text(), Loop: c.Looped()}
	if title := b.title(c.Callee); title != n.Name {
		n.Notes = append(n.Notes, title)
	}
	if n.Loop {
		n.Notes = append(n.Notes, loop(c))
	}
	if c.When != nil {
		n.Guard = true
		n.Notes = append(n.Notes, "when "+c.When.Text())
	}
	i := b.add(g, n, c.Callee.Target, stack)
	b.hooks(g, i, c.Hooks, stack)
	return i
}

func (b *builder) hooks(g *Graph, of int, hooks []*ir.Hook, stack []*ir.Template) {
	for _, h := range hooks {
		n := &Node{Name: b.title(h.Callee), Guard: h.Expression != nil}
		if h.Expression != nil {
			n.Notes = append(n.Notes, "when "+h.Expression.Text())
		}
		i := b.add(g, n, h.Callee.Target, stack)
		g.Edges = append(g.Edges, Edge{From: of, To: i, Label: "on " + h.Event.Value, Hook: true})
	}
}

// title is the callee, with the file it is in when that is another one.
func (b *builder) title(c ir.Callee) string {
	title := c.Title()
	if t := c.Target; t != nil && t.Owner != nil && t.Owner.Doc.File != b.owner.Doc.File {
		title += " in " + t.Owner.Doc.File.Name
	}
	return title
}

// loop says what a call loops over.
func loop(c *ir.Call) string {
	if n := len(c.WithItems.List()); n > 0 {
		return "for each of " + plural(n, "item")
	}
	if text := c.WithParam.Text(); text != "" {
		return "for each of " + text
	}
	part := func(key string) string { return c.WithSequence.Get(key).Text() }
	if c.WithSequence.Has("count") {
		return part("count") + " times"
	}
	return fmt.Sprintf("for %s to %s", or(part("start"), "0"), part("end"))
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
