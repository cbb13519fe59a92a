package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// maxRuns is how many runs are told apart. From there on, one turn of a loop
// stands for all.
const maxRuns = 20_000

// maxNodes ends the walk of workflows that call templates twice at every level
// and so grow without bound.
const maxNodes = 50_000

// A moment is when something ends, and the run that ends then.
type moment struct{ time, last int }

// later is the later of two moments.
func (m moment) later(o moment) moment {
	if o.time > m.time {
		return o
	}
	return m
}

// A frame is one use of a template.
type frame struct {
	values
	call        *ir.Call     // nil where a workflow starts the template
	caller      *ir.Template // nil likewise
	name        string       // of the node
	path        string       // the same with attempts
	loops       []string     // the open ones around
	times       int
	later       bool // not the first turn of some loop around
	conditional bool
	stack       []*ir.Template
}

// enter is the frame of what is below f.
func (f frame) enter(suffix string) frame {
	f.name, f.path = f.name+suffix, f.path+suffix
	return f
}

type walker struct {
	plan    *Plan
	nodes   int
	specs   []*ir.Spec // the workflow's, and that of the template it is made from
	globals values
}

func newWalker(p *Plan, specs []*ir.Spec) *walker {
	return &walker{plan: p, specs: specs, globals: globals(p.object, specs)}
}

// workflow walks the entry template, then the hooks and the exit handler.
func (w *walker) workflow(entry, handler *ir.Template, hooks []*ir.Hook) moment {
	root := frame{values: w.globals, times: 1}.enter(RunName(w.plan.object))
	begin := moment{0, -1}
	args := filled(runArguments(w.specs...), w.globals.known, w.globals)
	node, end := w.use(entry, root, args, begin)
	w.plan.Tree = []*Node{node}
	if handler != nil {
		n, e := w.use(handler, root.enter(".onExit"), args, end)
		n.Name = "onExit"
		w.plan.Handler = append(w.plan.Handler, n)
		end = e
	}
	for _, h := range hooks {
		n, e := w.hook(h, root, w.globals.known, begin, end)
		w.plan.Handler = append(w.plan.Handler, n)
		end = end.later(e)
	}
	return end
}

// hook walks a hook of what starts and ends at the given moments: an exit hook
// runs after it, others beside it. One with an expression may or may not run.
func (w *walker) hook(h *ir.Hook, f frame, s eval.Scope, start, end moment) (*Node, moment) {
	f.call = nil // what the step gives, its hooks do not
	at, name := start, ".hooks."+h.Event.Value
	if h.Event.Value == "exit" {
		at, name = end, ".onExit"
	}
	if h.Expression != nil {
		f.conditional = true
	}
	args := h.Arguments
	if h.Call == nil && args.Node == nil {
		args = runArguments(w.specs...)
	}
	n, end := w.callee(h.Callee, f.enter(name), filled(args, s, f.values), at)
	n.Name, n.When = "on "+h.Event.Value, h.Expression.Text()
	return n, end
}

func (w *walker) callee(c ir.Callee, f frame, args ir.Arguments, at moment) (*Node, moment) {
	if c.Target != nil {
		n, end := w.use(c.Target, f, args, at)
		n.Template = c.Title()
		return n, end
	}
	w.nodes++
	return &Node{Template: c.Title(), Unknown: true, Conditional: f.conditional}, at
}

// use walks one use of a template, which starts at a moment and ends at the
// one returned.
func (w *walker) use(t *ir.Template, f frame, args ir.Arguments, at moment) (*Node, moment) {
	w.nodes++
	n := &Node{
		Name: f.name, Template: t.Name.Text(), Type: t.Type().Key(), Conditional: f.conditional,
		Retries: t.Node.At("retryStrategy", "limit").Text(),
	}
	if slices.Contains(f.stack, t) || w.nodes > maxNodes {
		n.Recursive = true
		return n, at
	}
	f.stack = append(slices.Clip(f.stack), t)
	f.values = w.bind(t, args)
	if w.retried(t) {
		f.path += "(0)"
	}
	first := len(w.plan.Runs)
	end := at
	switch {
	case t.Type() == ir.Steps:
		end = w.steps(t, f, n, at)
	case t.Type() == ir.DAG:
		end = w.dag(t, f, n, at)
	default:
		end = w.leaf(t, f, at)
	}
	for i, r := range w.plan.Runs[first:] {
		if w.plan.leaves[first+i].Template.Type().IsPod() {
			n.Pods += r.Times
		}
	}
	return n, end
}

func (w *walker) leaf(t *ir.Template, f frame, at moment) moment {
	w.plan.Runs = append(w.plan.Runs, Run{
		Name: f.name, Template: t.Name.Text(), Type: t.Type().Key(), Start: at.time, Times: f.times,
		Open: strings.Join(f.loops, " × "), Conditional: f.conditional, after: at.last,
	})
	w.plan.leaves = append(w.plan.leaves, Leaf{
		Path: f.path, Template: t, Caller: f.caller, Call: f.call, First: !f.later,
		Known: f.known, Open: f.open, Artifacts: f.artifacts,
	})
	return moment{at.time + 1, len(w.plan.Runs) - 1}
}

func (w *walker) steps(t *ir.Template, f frame, n *Node, at moment) moment {
	for g, group := range t.Groups {
		end := at
		for _, c := range group {
			child, e := w.call(c, f.enter("["+strconv.Itoa(g)+"]."+c.Name.Text()), at)
			child.Group = g
			n.Children = append(n.Children, child)
			end = end.later(e)
		}
		at = end
	}
	return at
}

// dag walks tasks, dependencies first.
func (w *walker) dag(t *ir.Template, f frame, n *Node, at moment) moment {
	byName := map[string]*ir.Call{}
	for _, c := range t.Tasks {
		byName[c.Name.Text()] = c
	}
	ends := map[*ir.Call]moment{}
	children := map[*ir.Call]*Node{}
	var visit func(c *ir.Call) moment
	visit = func(c *ir.Call) moment {
		if end, done := ends[c]; done {
			return end
		}
		ends[c] = at // ends the walk of a cycle, which nobody calls a plan
		start := at
		names, sure := dependencies(c)
		for _, d := range names {
			if dep := byName[d]; dep != nil {
				start = start.later(visit(dep))
			}
		}
		inner := f.enter("." + c.Name.Text())
		inner.conditional = inner.conditional || !sure
		child, end := w.call(c, inner, start)
		child.After = names
		if !sure {
			child.Depends = c.Depends.Text()
		}
		children[c], ends[c] = child, end
		return end
	}
	end := at
	targets := strings.Fields(t.Body().Get("target").Text())
	for _, c := range t.Tasks {
		if len(targets) == 0 || slices.Contains(targets, c.Name.Text()) {
			end = end.later(visit(c))
		}
	}
	for _, c := range t.Tasks {
		if child := children[c]; child != nil {
			n.Children = append(n.Children, child)
		}
	}
	return end
}

// dependencies are the tasks that c waits for. sure is false when c does not
// run if all of them go well.
func dependencies(c *ir.Call) (names []string, sure bool) {
	for _, d := range c.Dependencies {
		names = append(names, d.Text())
	}
	if c.Depends == nil {
		return names, true
	}
	d, faults := expr.ParseDepends(c.Depends.Text())
	if len(faults) > 0 {
		return names, true
	}
	return d.Tasks(), d.Eval(func(_, result string) bool {
		return result == "" || result == "Succeeded" || result == "AnySucceeded"
	})
}

// call walks a step or task, once for each item of its loop.
func (w *walker) call(c *ir.Call, f frame, at moment) (*Node, moment) {
	f.call, f.caller = c, c.Parent
	items, err := eval.Items(c, f.known)
	if err != nil { // unknown before the run, or a mistake that only the run can tell
		f.loops = append(slices.Clip(f.loops), f.name)
		f.path += "(n)"
		n, end := w.turn(c, f, f.known, at)
		n.Open = loopSource(c)
		return n, end
	}
	if !c.Looped() {
		return w.turn(c, f, f.known, at)
	}
	if len(items) == 0 {
		return &Node{Name: c.Name.Text(), Template: c.Callee.Title(), Never: true, When: "the loop is empty"}, at
	}
	var node *Node
	end, pods := at, 0
	rest := 0
	for i, it := range items {
		if w.plan.tooMany() && i > 0 {
			rest = len(items) - i
			break
		}
		inner := f.enter(it.Name(""))
		inner.later = f.later || i > 0
		n, e := w.turn(c, inner, eval.WithItem(f.known, it), at)
		if node == nil {
			node = n
		}
		end, pods = end.later(e), pods+n.Pods
	}
	if rest > 0 {
		inner := f.enter("(and " + strconv.Itoa(rest) + " more)")
		inner.times *= rest
		inner.later = true
		n, _ := w.turn(c, inner, eval.WithItem(f.known, items[len(items)-1]), at)
		pods += n.Pods
	}
	node.Pods = pods
	for _, it := range items {
		node.Items = append(node.Items, it.Text)
	}
	return node, end
}

func (p *Plan) tooMany() bool { return len(p.Runs) >= maxRuns }

// loopSource is what an open loop runs over.
func loopSource(c *ir.Call) string {
	for _, n := range []*tree.Node{c.WithParam, c.WithSequence.Get("count"), c.WithSequence.Get("end"), c.WithSequence.Get("start")} {
		if strings.Contains(n.Text(), "{{") {
			return n.Text()
		}
	}
	return "its items"
}

// turn walks one turn of a call.
func (w *walker) turn(c *ir.Call, f frame, scope eval.Scope, at moment) (*Node, moment) {
	verdict, when := condition(c, scope)
	if verdict == no {
		return &Node{Name: c.Name.Text(), Template: c.Callee.Title(), When: when, Never: true}, at
	}
	f.conditional = f.conditional || verdict == maybe
	n, end := w.callee(c.Callee, f, filled(c.Arguments, scope, f.values), at)
	n.Name, n.When = c.Name.Text(), when
	last := end
	for _, h := range hooks(c) {
		child, e := w.hook(h, f, scope, at, end)
		n.Children = append(n.Children, child)
		n.Pods += child.Pods
		last = last.later(e)
	}
	return n, last
}

// hooks are those of a call, with its onExit among them.
func hooks(c *ir.Call) []*ir.Hook {
	if c.OnExit.Text() == "" {
		return c.Hooks
	}
	exit := &ir.Hook{
		Node: c.OnExit, Event: &tree.Node{Kind: tree.String, Value: "exit", Span: c.OnExit.Span}, Owner: c.Parent.Owner, Call: c,
		Callee: ir.Callee{Name: c.OnExit, Target: c.Parent.Owner.Spec.Template(c.OnExit.Text())},
	}
	return append(slices.Clip(c.Hooks), exit)
}

// A verdict on a condition, before the run.
type verdict uint8

const (
	yes verdict = iota
	no
	maybe
)

func condition(c *ir.Call, s eval.Scope) (verdict, string) {
	if c.When == nil {
		return yes, ""
	}
	text := eval.Fill(c.When.Text(), s).Text
	if strings.Contains(text, "{{") {
		return maybe, text
	}
	switch ok, err := expr.EvalWhen(text); {
	case err != nil:
		return maybe, text
	case ok:
		return yes, ""
	}
	return no, text
}
