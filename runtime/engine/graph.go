package engine

import (
	"iter"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// A call is a step, a task, a hook or the entrypoint: a template with its
// arguments.
type call struct {
	name   string
	index  int32
	parent *plan // nil for those of the workflow
	loop   *ir.Call
	task   bool

	callee    ir.Callee
	template  text // the name, where it is known only at run time
	ref       text
	arguments []argument
	artifacts []artifactArgument

	when       text
	whenItem   bool // when needs the item
	bad        [2]bool
	hooks      []*call
	exit       *call
	expression *expression // of a hook

	wantsResult bool

	depends    *expr.Depends // nil: all of needs, each as it came out well
	needs      []int32
	dependents []int32
}

// tolerates reports whether continueOn covers a phase.
func (c *call) tolerates(p Phase) bool { return p == Failed && c.bad[0] || p == Error && c.bad[1] }

// argument is a parameter that is passed.
type argument struct {
	name      string
	value     text
	has       bool
	configMap *configMapKey
	fallback  *text
	expr      *expression
}

// artifactArgument is an artifact that is passed.
type artifactArgument struct {
	name       string
	from       text
	expression *expression
	subPath    text
	optional   bool
	node       *tree.Node // with a location of its own
}

// route says which tasks of a DAG count, for a set of targets.
type route struct {
	targets []int32
	order   []int32 // those reachable, dependencies first
	counts  []bool  // by task
}

// graph reads the steps or tasks.
func (m *maker) graph(p *plan) {
	read := resultsRead(m.t.Node)
	p.byName = make(map[string]int, len(m.t.Tasks))
	for _, g := range m.t.Groups {
		var group []*call
		for _, c := range g {
			group = append(group, m.call(p, c, read))
		}
		p.groups = append(p.groups, group)
	}
	for _, c := range m.t.Tasks {
		m.call(p, c, read)
	}
	if p.typ != DAGNode {
		return
	}
	p.target = newText(m.t.Node.At("dag", "target"))
	p.patient = m.t.Node.At("dag", "failFast").Text() == "false"
	p.routes = map[string]*route{}
	for _, c := range p.calls {
		p.wire(c)
	}
}

func (m *maker) call(p *plan, c *ir.Call, read map[string]bool) *call {
	made := &call{
		name: c.Name.Text(), index: int32(len(p.calls)), parent: p, loop: c, task: c.Task, callee: c.Callee, when: newText(c.When),
		bad:         [2]bool{isTrue(c.ContinueOn.Get("failed")), isTrue(c.ContinueOn.Get("error"))},
		wantsResult: read[c.Name.Text()],
	}
	made.whenItem = made.when.mentions("item")
	made.pass(c.Callee, &c.Arguments)
	for _, h := range c.Hooks {
		hook := newHook(p, h.Event.Text(), h.Callee, &h.Arguments, h.Expression)
		if h.Event.Text() == "exit" {
			made.exit = hook
		} else {
			made.hooks = append(made.hooks, hook)
		}
	}
	if name := c.OnExit.Text(); name != "" && made.exit == nil {
		made.exit = newHook(p, "exit", ir.Callee{Name: c.OnExit, Target: p.home.Template(name)}, &ir.Arguments{}, nil)
	}
	if _, taken := p.byName[made.name]; !taken {
		p.byName[made.name] = len(p.calls)
	}
	p.calls = append(p.calls, made)
	return made
}

func newHook(p *plan, name string, callee ir.Callee, args *ir.Arguments, condition *tree.Node) *call {
	h := &call{name: name, parent: p, callee: callee}
	h.pass(callee, args)
	if !condition.IsNull() && condition.Text() != "" {
		h.expression = newExpression(condition.Text())
	}
	return h
}

// pass reads the arguments.
func (c *call) pass(callee ir.Callee, args *ir.Arguments) {
	c.template = newText(callee.Name)
	if callee.Ref != nil {
		c.template, c.ref = newText(callee.Ref.Template), newText(callee.Ref.Name)
	}
	for _, p := range args.Parameters {
		a := argument{name: p.Name.Text(), has: !p.Value.IsNull(), value: newText(p.Value), configMap: newConfigMapKey(p.ValueFrom)}
		a.fallback = optionalText(p.Default)
		if n := p.ValueFrom.Get("expression"); !n.IsNull() {
			a.expr = newExpression(n.Text())
		}
		if n := p.ValueFrom.Get("parameter"); !n.IsNull() && !a.has {
			a.value, a.has = newText(n), true
		}
		c.arguments = append(c.arguments, a)
	}
	for _, p := range args.Artifacts {
		a := artifactArgument{name: p.Name.Text(), from: newText(p.From), subPath: newText(p.Node.Get("subPath")), optional: p.Optional, node: p.Node}
		if !p.FromExpression.IsNull() {
			a.expression = newExpression(p.FromExpression.Text())
		}
		c.artifacts = append(c.artifacts, a)
	}
}

// wire finds what a task depends on.
func (p *plan) wire(c *call) {
	add := func(name string) {
		i, ok := p.byName[name]
		if !ok {
			return
		}
		if d := p.calls[i].dependents; len(d) > 0 && d[len(d)-1] == c.index {
			return // named twice
		}
		c.needs = append(c.needs, int32(i))
		p.calls[i].dependents = append(p.calls[i].dependents, c.index)
	}
	if text := c.loop.Depends.Text(); text != "" {
		c.depends, _ = expr.ParseDepends(text)
		for _, name := range c.depends.Tasks() {
			add(name)
		}
		return
	}
	for _, n := range c.loop.Dependencies {
		add(n.Text())
	}
}

// route finds what leads to the targets; names is the text of dag.target.
func (p *plan) route(names string) *route {
	if r := p.routes[names]; r != nil {
		return r
	}
	r := &route{counts: make([]bool, len(p.calls))}
	for _, name := range strings.Split(names, " ") {
		if i, ok := p.byName[name]; ok && name != "" {
			r.targets = append(r.targets, int32(i))
		}
	}
	if names == "" {
		for _, c := range p.calls {
			if len(c.dependents) == 0 {
				r.targets = append(r.targets, c.index)
			}
		}
		slices.SortStableFunc(r.targets, func(a, b int32) int { return strings.Compare(p.calls[a].name, p.calls[b].name) })
	}
	for _, t := range r.targets {
		r.visit(p, t)
	}
	p.routes[names] = r
	return r
}

// visit appends what a target needs and the target itself.
func (r *route) visit(p *plan, target int32) {
	type at struct {
		task int32
		next int // of its needs
	}
	if r.counts[target] {
		return
	}
	r.counts[target] = true
	for stack := []at{{task: target}}; len(stack) > 0; {
		top := &stack[len(stack)-1]
		needs := p.calls[top.task].needs
		if top.next == len(needs) {
			r.order = append(r.order, top.task)
			stack = stack[:len(stack)-1]
			continue
		}
		need := needs[top.next]
		top.next++
		if !r.counts[need] {
			r.counts[need] = true
			stack = append(stack, at{task: need})
		}
	}
}

// resultsRead are the names of the steps or tasks whose outputs.result is read
// somewhere below n.
func resultsRead(n *tree.Node) map[string]bool {
	names := map[string]bool{}
	for s := range n.All() {
		if s.Kind == tree.String {
			for name := range resultsIn(s.Value) {
				names[name] = true
			}
		}
	}
	return names
}

// resultsIn yields the names of which a text reads the result.
func resultsIn(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := strings.Index(text, ".outputs.result")
			if i < 0 {
				return
			}
			if name := lastName(text[:i]); name != "" && !yield(name) {
				return
			}
			text = text[i+1:]
		}
	}
}

// lastName is the name at the end of steps.NAME or tasks['NAME'].
func lastName(s string) string {
	for _, quote := range []string{"'", `"`} {
		if head, ok := strings.CutSuffix(s, quote+"]"); ok {
			if i := strings.LastIndex(head, "["+quote); i >= 5 && isScope(head[i-5:i]) {
				return head[i+2:]
			}
		}
	}
	i := strings.LastIndex(s, ".")
	if i >= 5 && isScope(s[i-5:i]) {
		return s[i+1:]
	}
	return ""
}

func isScope(s string) bool { return s == "steps" || s == "tasks" }
