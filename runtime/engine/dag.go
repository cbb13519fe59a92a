package engine

import "fmt"

// startDAG begins every task that depends on no other.
func (e *Engine) startDAG(id NodeID) {
	n := e.at(id)
	g := n.more.group
	targets, err := e.inside(id).fill(&n.plan.target)
	if err != nil {
		e.fail(id, fmt.Errorf("target: %w", err))
		return
	}
	g.route = n.plan.route(targets)
	g.open = int32(len(g.route.order))
	for _, i := range g.route.order {
		g.tasks[i].waits = int32(len(n.plan.calls[i].needs))
	}
	for _, i := range g.route.order {
		if g.tasks[i].waits == 0 && len(n.plan.calls[i].needs) == 0 {
			e.startTask(id, n.plan.calls[i])
		}
		if e.tooMany {
			return
		}
	}
	e.checkDAG(id)
}

// startTask begins a task whose dependencies are settled, or omits it.
func (e *Engine) startTask(id NodeID, c *call) {
	n := e.at(id)
	g := n.more.group
	if g.failFast {
		return
	}
	g.live++
	st := start{up: id, item: -1, label: labelCall, call: c}
	if len(c.needs) > 0 && !e.wanted(g, c) {
		e.placeholder(st, Omitted, "omitted: depends condition not met")
		return
	}
	st, err := e.expand(e.inside(id), id, c)
	switch {
	case err != nil:
		e.placeholder(st, Error, err.Error())
		return
	case st.items == 0:
		e.beginOne(st)
		return
	}
	tg := e.register(st)
	t := e.at(tg)
	t.typ, t.stage, t.plan, t.open = TaskGroupNode, stageGroup, emptyPlan, st.items
	t.extra().loop = g.tasks[c.index].loop
	e.set(tg, Running)
	st.up = tg
	e.beginAll(st)
	e.checkOpen(tg)
}

// wanted evaluates what a task depends on.
func (e *Engine) wanted(g *group, c *call) bool {
	if c.depends != nil {
		return c.depends.Eval(func(name, result string) bool {
			i, ok := c.parent.byName[name]
			return ok && e.cameOut(g.tasks[i].node, result)
		})
	}
	for _, i := range c.needs {
		id := g.tasks[i].node
		if !e.cameOut(id, "") && (id == NoNode || !c.parent.calls[i].tolerates(e.at(id).phase)) {
			return false
		}
	}
	return true
}

// cameOut reports whether a task has a result, as depends names them.
func (e *Engine) cameOut(id NodeID, result string) bool {
	if id == NoNode {
		return false
	}
	n := e.at(id)
	switch result {
	case "":
		return n.phase == Succeeded || n.phase == Skipped || n.is(flagDaemon)
	case "Succeeded", "Failed", "Skipped", "Omitted":
		return n.phase.String() == result
	case "Errored":
		return n.phase == Error
	case "Daemoned":
		return n.is(flagDaemon)
	}
	if n.typ != TaskGroupNode {
		return false
	}
	some, all := false, n.first != NoNode
	for _, item := range e.children(id) {
		if item.is(flagHook) {
			continue
		}
		some = some || item.phase == Succeeded
		all = all && item.phase == Failed
	}
	return result == "AnySucceeded" && some || result == "AllFailed" && all
}

// taskDone begins what only waited for a task.
func (e *Engine) taskDone(id, task NodeID) {
	n := e.at(id)
	if n.phase.Fulfilled() {
		return
	}
	g := n.more.group
	g.live--
	g.open--
	for _, d := range e.at(task).call.dependents {
		if !g.route.counts[d] || g.tasks[d].waits == 0 {
			continue // it is no part of this, or stays as it is
		}
		if g.tasks[d].waits--; g.tasks[d].waits == 0 {
			e.redoTask(id, n.plan.calls[d])
		}
	}
	e.checkDAG(id)
}

// checkDAG ends a DAG of which nothing is left.
func (e *Engine) checkDAG(id NodeID) {
	n := e.at(id)
	g := n.more.group
	if n.phase.Fulfilled() || g.live > 0 || g.open > 0 && !g.failFast {
		return
	}
	switch {
	case g.failFast:
		e.finish(id, Failed, failFastMessage)
	case e.shut(n) && e.shutdown >= stopping:
		e.finish(id, Failed, "") // however its tasks came out
	case g.fault != "" && g.hookFault:
		e.finish(id, Error, g.fault)
	default:
		if p := e.assess(n); p.Bad() {
			e.finish(id, p, "")
			return
		}
		e.endGroupNode(id)
	}
}

// assess decides how a DAG came out. A task that did not run hands on how the
// tasks came out that it depends on.
func (e *Engine) assess(n *node) Phase {
	g := n.more.group
	phases := make([]Phase, len(g.tasks))
	for _, i := range g.route.order {
		p := Succeeded
		if id := g.tasks[i].node; id != NoNode {
			p = e.at(id).phase
		}
		if !p.Completed() {
			p = Succeeded
			for _, need := range n.plan.calls[i].needs {
				if phases[need].Bad() {
					p = phases[need]
					break
				}
			}
		}
		phases[i] = p
	}
	out := Succeeded
	for _, i := range g.route.targets {
		if p := phases[i]; p.Bad() && !n.plan.calls[i].tolerates(p) {
			if out = p; !n.plan.patient {
				break
			}
		}
	}
	return out
}

// endTaskGroup decides how a looped task came out: as the last item that went
// wrong.
func (e *Engine) endTaskGroup(id NodeID) {
	p, at := Succeeded, int32(-1)
	for _, item := range e.children(id) {
		if item.phase.Bad() && item.label == labelItem && item.index > at {
			p, at = item.phase, item.index
		}
	}
	e.finish(id, p, "")
}
