package trace

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// group is the scope inside a steps or dag body: what siblings offer.
type group struct {
	use      *Use
	root     string // "steps." or "tasks."
	members  map[string]*member
	items    map[string]bool // keys of {{item.KEY}} in scope
	anyItem  bool            // every {{item.KEY}} is
	anyParam bool            // some member exports a parameter under a name only the run knows
	anyArt   bool            // the same for artifacts
}

// member is what one sibling offers.
type member struct {
	call    *ir.Call
	use     *Use // the callee with stand-ins; nil when it cannot be known
	outputs bool // it has been processed: more than its status is in scope
	open    bool // nothing is known of it, so that anything may be in scope
}

func newGroup(u *Use, root string) *group {
	return &group{use: u, root: root, members: map[string]*member{}, items: map[string]bool{}}
}

// knows reports whether name is in scope for call, one of the group's.
func (g *group) knows(name string, call *ir.Call, status func(*member) bool) bool {
	if rest, ok := strings.CutPrefix(name, g.root); ok {
		id, what, _ := strings.Cut(rest, ".")
		if m := g.members[id]; m != nil && m.offers(what, status) {
			return true
		}
	}
	if key, ok := strings.CutPrefix(name, "item."); ok {
		return g.anyItem || g.items[key]
	}
	if call != nil && call.Callee.Inline != nil {
		in := call.Callee.Inline
		if p, ok := strings.CutPrefix(name, "inputs.parameters."); ok && in.Inputs.Parameter(p) != nil {
			return true
		}
	}
	if g.anyParam && strings.HasPrefix(name, "workflow.outputs.parameters.") ||
		g.anyArt && strings.HasPrefix(name, "workflow.outputs.artifacts.") {
		return true
	}
	return g.use.knows(name)
}

func (m *member) offers(what string, status func(*member) bool) bool {
	if what == "status" {
		return status(m)
	}
	if !m.outputs {
		return m.open
	}
	switch what {
	case "id", "startedAt", "finishedAt", "hostNodeName":
		return true
	case "ip":
		return m.use != nil && isTrue(m.use.Template.Node.Get("daemon"))
	case "outputs.result", "exitCode":
		return m.use != nil && HasResult(m.use.Template, m.call)
	case "outputs.parameters":
		return len(m.call.WithItems.List()) > 0 || m.call.WithParam.Text() != ""
	}
	if m.use == nil {
		return false
	}
	if p, ok := strings.CutPrefix(what, "outputs.parameters."); ok {
		for _, out := range m.use.Template.Outputs.Parameters {
			if m.use.Text(out.Name) == p {
				return true
			}
		}
	}
	if a, ok := strings.CutPrefix(what, "outputs.artifacts."); ok {
		for _, out := range m.use.Template.Outputs.Artifacts {
			if m.use.Text(out.Name) == a {
				return true
			}
		}
	}
	return false
}

func isTrue(n *tree.Node) bool { return n != nil && n.Kind == tree.Bool && n.Value == "true" }

// HasResult reports whether calls of t have an exit code and a captured result.
func HasResult(t *ir.Template, call *ir.Call) bool {
	switch t.Type() {
	case ir.Container, ir.Script, ir.Data, ir.HTTP, ir.Plugin:
		return true
	case ir.ContainerSet:
		if call.Looped() {
			return true // the reference does not look closer at a loop
		}
		for _, c := range t.Body().Get("containers").List() {
			if c.Get("name").Text() == "main" {
				return true
			}
		}
	}
	return false
}

// callee traces the template that call uses: once with stand-ins, so that its
// body is looked at, and notes what the call offers to its siblings.
func (f *follower) callee(g *group, call *ir.Call) (fake *Use, in *ir.Object) {
	u := g.use
	h := holder{role: AsCallee, callee: call.Callee, node: handle(call), call: call, outer: u}
	t, in, _ := f.resolve(h, u.Base)
	if t == nil {
		return nil, nil
	}
	fake = &Use{Run: u.Run, Role: AsCallee, Template: t, Base: in, Place: handle(call).Place(), Call: call, Outer: u}
	if t.Call != nil && !f.exact && f.visited[visit{base: in}] {
		fake.around = g.around(call)
	}
	f.use(fake)
	return fake, in
}

// around gives an inline body the names that the step or task around it knows.
// The reference rejects them in the first inline body of an object only; the
// others are filled when the step starts, and run.
func (g *group) around(call *ir.Call) func(name string) bool {
	own := *g
	own.items, own.anyItem = map[string]bool{}, false
	own.enterItems(call)
	return func(name string) bool {
		return (strings.HasPrefix(name, "item.") || strings.HasPrefix(name, g.root)) && own.knows(name, call, always)
	}
}

// callPlace is where scan looks at a call. Its inline body is looked at on its
// own; the reference does so here as well, and misses names that only the body
// knows.
func (f *follower) callPlace(site Site, g *group, c *ir.Call) place {
	at := place{site: site, use: g.use, call: c, group: g}
	if c.Callee.Inline != nil && !f.exact {
		at.skip = c.Callee.Inline.Node
	}
	return at
}

// always is the condition under which steps see each other's status.
func always(*member) bool { return true }

// handle is the node at which a finding about a call as a whole belongs.
func handle(c *ir.Call) *tree.Node {
	if c.Name != nil {
		return c.Name
	}
	return c.Node
}

// real traces the callee again with the call's arguments.
func (f *follower) real(u *Use, call *ir.Call, fake *Use) {
	cu := &CallUse{Body: u, Call: call, Name: u.Text(call.Name)}
	f.trace.Calls = append(f.trace.Calls, cu)
	if fake == nil {
		return
	}
	real := *fake
	real.filled = nil
	real.First = false
	real.Args = realArgs(call.Arguments.Parameters, call.Arguments.Artifacts, u.Text)
	cu.Target, cu.Real = fake.Template, &real
	f.use(&real)
}

// enterItems puts the keys of a loop's items into scope.
func (g *group) enterItems(call *ir.Call) {
	if call.WithParam.Text() != "" {
		g.anyItem = true
	}
	for key := range itemKeys(call) {
		g.items[key] = true
	}
}

// itemKeys yields the keys of a loop's items, in the order in which they are
// written, those of several items more than once.
func itemKeys(call *ir.Call) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, it := range call.WithItems.List() {
			for _, e := range it.Entries {
				if !yield(e.Key.Value) {
					return
				}
			}
			for i := range it.Items {
				if !yield("[" + itoa(i) + "]") {
					return
				}
			}
		}
	}
}

func (f *follower) steps(u *Use) {
	g := newGroup(u, "steps.")
	for _, calls := range u.Template.Groups {
		for _, c := range calls {
			m := &member{call: c}
			g.members[u.Text(c.Name)] = m
			g.enterItems(c)
			m.use, _ = f.callee(g, c)
			if hasExitHook(c) {
				f.offer(g, m)
			}
			f.scan(c.Node, f.callPlace(InStep, g, c), func(name string) bool { return g.knows(name, c, always) })
			f.offer(g, m)
			f.real(u, c, m.use)
		}
	}
	f.scan(u.Template.Outputs.Node, place{site: InOutputs, use: u, group: g}, func(name string) bool { return g.knows(name, nil, always) })
}

// offer puts everything m has into scope.
func (f *follower) offer(g *group, m *member) {
	m.outputs, m.open = m.use != nil, m.use == nil && !f.exact
	if m.use == nil {
		return
	}
	p, a := f.produce(m.use)
	g.anyParam, g.anyArt = g.anyParam || p, g.anyArt || a
}

// hasHook reports whether anything handles the states of c.
func hasHook(c *ir.Call) bool { return c.OnExit.Text() != "" || len(c.Hooks) > 0 }

func hasExitHook(c *ir.Call) bool {
	if c.OnExit.Text() != "" {
		return true
	}
	for _, h := range c.Hooks {
		if h.Event.Value == "exit" {
			return true
		}
	}
	return false
}

func (f *follower) dag(u *Use) {
	g := newGroup(u, "tasks.")
	u.Graph = taskGraph(u)
	for _, c := range u.Template.Tasks { // their order is not fixed
		f.foresee(c.Callee.Target)
	}
	for _, i := range u.Graph.Order {
		c := u.Template.Tasks[i]
		m := &member{call: c}
		m.use, _ = f.callee(g, c)
		f.offer(g, m)
		g.members[u.Graph.Names[i]] = m
	}
	hooked := func(m *member) bool { return hasHook(m.call) } // no task is an ancestor of the dag itself
	f.target(u, g, hooked)
	for _, i := range u.Graph.Order {
		c := u.Template.Tasks[i]
		g.items, g.anyItem = map[string]bool{}, false
		g.enterItems(c)
		ended := func(m *member) bool { return u.Graph.IsAncestor(m.call, c) || m.call == c && hasHook(c) }
		f.scan(c.Node, f.callPlace(InTask, g, c), func(name string) bool { return g.knows(name, c, ended) })
		f.real(u, c, g.members[u.Graph.Names[i]].use)
	}
	g.items, g.anyItem = nil, false
	f.scan(u.Template.Outputs.Node, place{site: InOutputs, use: u, group: g}, func(name string) bool { return g.knows(name, nil, hooked) })
}

// target checks the tags of dag.target: only inputs and globals can be in it.
// The reference takes what tasks offer for known there, too.
func (f *follower) target(u *Use, g *group, hooked func(*member) bool) {
	target := u.Template.Node.At("dag", "target")
	if target.IsNull() {
		return
	}
	knows := u.knows
	if f.exact {
		knows = func(name string) bool { return g.knows(name, nil, hooked) }
	}
	f.scanScalar(target, place{site: InTarget, use: u}, knows)
	if u.serial {
		f.lexTarget(u, target)
	}
}

// taskDeps are the tasks a task depends on, as written.
func taskDeps(u *Use, c *ir.Call) []Dep {
	var out []Dep
	if c.Depends.Text() != "" {
		for _, d := range expr.DependsTokens(u.Text(c.Depends)) {
			out = append(out, Dep{Dep: d, Node: c.Depends})
		}
		return out
	}
	for _, n := range c.Dependencies {
		text := u.Text(n)
		deps := expr.DependsTokens(text)
		// The reference appends a result to what is written here, so that it has
		// to end in the bare name of a task.
		if k := len(deps) - 1; k < 0 || deps[k].Result != "" || deps[k].End != len(text) {
			deps = []expr.Dep{{Task: text, End: len(text)}}
		}
		for _, d := range deps {
			out = append(out, Dep{Dep: d, Node: n})
		}
	}
	return out
}
