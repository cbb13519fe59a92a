package engine

import (
	"maps"
	"slices"
)

// retry runs again what went wrong, or what a signal names, with all that
// depended on it. What came out well stays. Groups on the way are opened again;
// anything else is taken out and begun anew under the same path, with a higher
// generation.
func (e *Engine) retry(s *Signal) {
	if e.stage != runDone || e.phase == Succeeded && len(s.Nodes) == 0 {
		return
	}
	e.settledNodes, e.pumps, e.held, e.stalled, e.waiting, e.daemons = fifo{}, fifo{}, fifo{}, fifo{}, queue{}, nil
	e.generation++
	e.phase, e.message, e.finished, e.shutdown, e.suspended = Running, "", 0, noShutdown, false
	e.setStatus(Running)
	e.override(s.Parameters)
	if e.exitNode != NoNode {
		e.takeOut(e.exitNode)
		e.exitNode = NoNode
	}
	e.redo = &redo{nodes: s.Nodes, anew: len(s.Parameters) > 0}
	e.stage, e.parameterKey = runFetching, nil
	e.nextParameter()
}

// redo is what a retry of the run is about.
type redo struct {
	nodes []NodeID
	anew  bool // parameters have changed, so that loops are taken apart anew
}

// override changes parameters of the workflow.
func (e *Engine) override(parameters []Value) {
	if len(parameters) == 0 {
		return
	}
	g := *e.globals
	g.fixed = maps.Clone(g.fixed)
	e.globals = &g
	for _, p := range parameters {
		g.fixed["parameters."+p.Name] = p.Value
		i := slices.IndexFunc(e.arguments, func(a argument) bool { return a.name == p.Name })
		if i < 0 {
			e.arguments = append(e.arguments, argument{name: p.Name, value: text{raw: p.Value}, has: true})
		} else {
			e.arguments[i].value = text{raw: p.Value}
		}
	}
	e.listParameters()
}

// takeOut removes a node and all below it. It keeps its ID, and is seen no more.
func (e *Engine) takeOut(id NodeID) {
	for c := range e.children(id) {
		e.takeOut(c)
	}
	n := e.at(id)
	e.free(id)
	e.set(id, NoPhase)
	if e.index != nil {
		delete(e.index, e.path(id))
	}
	if n.label == labelItem {
		n.extra().item = e.itemOf(n)
	}
	n.stage, n.outputs = stageGone, nil
}

// redoCall begins a call anew, or opens its node again. It reports whether there is
// anything to do; what came out well and is not named stays as it is.
func (e *Engine) redoCall(s start, id NodeID) bool {
	if id == NoNode {
		e.begin(s)
		return true
	}
	if !e.wantsRedo(id) {
		return false
	}
	if e.opens(id) {
		e.reset(id)
		e.proceed(id)
		return true
	}
	e.forget(&s, id)
	e.begin(s)
	return true
}

// forget takes a node out and lets its group forget it.
func (e *Engine) forget(s *start, id NodeID) {
	e.takeOut(id)
	if s.up == NoNode {
		e.root = NoNode
		return
	}
	t := e.taskOf(s)
	if t.node == id {
		t.node = NoNode
	}
	if s.item >= 0 {
		t.loop.nodes[s.item] = NoNode
	}
}

// wantsRedo reports whether a node went wrong, is named, or holds one that is.
func (e *Engine) wantsRedo(id NodeID) bool {
	return e.at(id).phase.Bad() || e.named(id)
}

func (e *Engine) named(id NodeID) bool {
	for _, named := range e.redo.nodes {
		for at := named; at != NoNode && int(at) < e.count && at >= 0; at = e.at(at).up {
			if at == id {
				return e.at(named).stage != stageGone
			}
		}
	}
	return false
}

// opens reports whether a node is opened again rather than begun anew: a group
// in which something stays as it is.
func (e *Engine) opens(id NodeID) bool {
	if slices.Contains(e.redo.nodes, id) {
		return false
	}
	n := e.at(id)
	if n.typ == RetryNode {
		last := e.lastAttempt(id)
		return last != NoNode && e.at(last).more != nil && e.at(last).more.group != nil
	}
	return n.more != nil && n.more.group != nil && len(n.more.group.tasks) > 0 && (n.typ == StepsNode || n.typ == DAGNode)
}

// reset makes a node unfinished again. Its exit hook is to run once more.
func (e *Engine) reset(id NodeID) {
	n := e.at(id)
	n.flags &^= flagSettled | flagErrored | flagDaemon
	n.message, n.finished, n.outputs, n.class, n.hooking = "", 0, nil, 0, 0
	n.started = e.now
	n.stage = stageNew
	n.extra().again = true
	n.more.hooks.remove(exitBit)
	for c, child := range e.children(id) {
		if child.label == labelExit {
			e.takeOut(c)
		}
	}
	e.set(id, Running)
	if n.call == nil || n.label == labelAttempt || n.typ == TaskGroupNode {
		return
	}
	st := start{up: n.up, item: -1, label: n.label, call: n.call}
	if n.label == labelItem {
		st.item = n.index
	}
	if p, f, _, err := e.prepare(e.scopeOf(&st), n.call); err == nil && p == n.plan {
		n.frame = f
	}
}

// reopen continues a Retry, Steps or DAG node that was reset.
func (e *Engine) reopen(id NodeID) {
	n := e.at(id)
	n.more.again = false
	n.stage = stageGroup
	e.set(id, Running)
	if n.typ == RetryNode {
		last := n.more.last
		e.at(last).frame = n.frame
		e.reset(last)
		e.markActive(last)
		e.reopen(last)
		return
	}
	g := n.more.group
	g.fault, g.hookFault, g.failFast, g.daemons = "", false, false, nil
	if n.label != labelAttempt {
		e.markActive(id)
	}
	if n.typ == StepsNode {
		e.reopenSteps(id)
	} else {
		e.reopenDAG(id)
	}
}

// reopenSteps keeps the step groups up to the first in which something is to be
// done again.
func (e *Engine) reopenSteps(id NodeID) {
	n := e.at(id)
	g := n.more.group
	g.kept = nil
	cut := false
	for gid, group := range e.children(id) {
		if group.label != labelGroup {
			continue
		}
		if cut {
			e.takeOut(gid)
			continue
		}
		g.kept = append(g.kept, gid)
		cut = e.redoGroup(gid)
	}
	for i := len(g.kept); i < len(n.plan.groups); i++ {
		for _, c := range n.plan.groups[i] {
			g.tasks[c.index] = task{node: NoNode}
		}
	}
	e.startGroup(id, 0)
}

// redoGroup reports whether anything of a step group is to be done again.
func (e *Engine) redoGroup(gid NodeID) bool {
	if e.at(gid).phase.Bad() {
		return true
	}
	for c := range e.children(gid) {
		if e.named(c) {
			return true
		}
	}
	return false
}

// keepGroup goes through a step group that was kept: it does again what is to be
// done again, and its daemons. It reports whether there was anything.
func (e *Engine) keepGroup(id, gid NodeID) bool {
	n, group := e.at(id), e.at(gid)
	g := n.more.group
	bad := e.redoGroup(gid)
	var again []start
	for _, c := range n.plan.groups[group.index] {
		t := &g.tasks[c.index]
		st := start{up: gid, item: -1, label: labelCall, call: c}
		switch {
		case bad && (t.node == NoNode && t.loop == nil || t.loop != nil && e.redo.anew):
			e.forgetLoop(t)
			more, err := e.expand(e.inside(id), gid, c)
			if err != nil {
				e.reset(gid)
				e.fail(gid, err)
				return true
			}
			again = append(again, more)
		case t.loop != nil:
			for i := range t.loop.items {
				st.item, st.label = int32(i), labelItem
				if item := t.loop.nodes[i]; item == NoNode && bad || item != NoNode && (bad && e.wantsRedo(item) || e.wasDaemon(item)) {
					again = append(again, st)
				}
			}
			t.loop.ended = false
		case bad && e.wantsRedo(t.node) || e.wasDaemon(t.node):
			again = append(again, st)
		}
	}
	if len(again) == 0 && !bad {
		return false
	}
	e.reset(gid)
	group.stage, group.open = stageGroup, 0
	group.more.again = false
	g.current = gid
	for _, st := range again {
		group.open += max(st.items, 1)
	}
	for _, st := range again {
		e.redoStart(st)
	}
	e.checkOpen(gid)
	return true
}

// redoStart begins a call of a step group anew, or opens its node.
func (e *Engine) redoStart(s start) {
	t := &e.at(e.at(s.up).up).more.group.tasks[s.call.index]
	id := t.node
	if s.item >= 0 {
		id = t.loop.nodes[s.item]
	}
	switch {
	case s.plan != nil || s.items > 0 || s.skip != "" || s.fault != nil:
		e.beginAll(s)
	case id != NoNode && e.wasDaemon(id):
		e.forget(&s, id)
		e.begin(s)
	default:
		e.redoCall(s, id)
	}
}

// forgetLoop takes out all nodes of a looped step.
func (e *Engine) forgetLoop(t *task) {
	if t.loop != nil {
		for _, id := range t.loop.nodes {
			if id != NoNode {
				e.takeOut(id)
			}
		}
	}
	*t = task{node: NoNode}
}

// wasDaemon reports whether a node was a daemon that ended with its scope: what
// is done again needs it again.
func (e *Engine) wasDaemon(id NodeID) bool {
	if id == NoNode {
		return false
	}
	n := e.at(id)
	return n.plan != nil && n.plan.daemon && n.phase == Succeeded
}

// reopenDAG finds the tasks that are to be done again: those that went wrong or
// are named, those that never began, and all that depend on one of them.
func (e *Engine) reopenDAG(id NodeID) {
	n := e.at(id)
	g := n.more.group
	if g.route == nil {
		e.startDAG(id)
		return
	}
	again := make([]bool, len(g.tasks))
	after := make([]bool, len(g.tasks)) // it depends on one that is
	g.open, g.live = 0, 0
	for _, i := range g.route.order {
		t := &g.tasks[i]
		t.waits = 0
		for _, need := range n.plan.calls[i].needs {
			if again[need] {
				t.waits++
				after[i] = after[i] || !e.wasDaemon(g.tasks[need].node)
			}
		}
		if again[i] = after[i] || t.node == NoNode || e.wantsRedo(t.node) || e.wasDaemon(t.node); again[i] {
			g.open++
		} else {
			t.waits = 0
		}
	}
	var ready []int32
	for _, i := range g.route.order {
		t := &g.tasks[i]
		if !again[i] {
			continue
		}
		if t.node != NoNode && (after[i] || !e.opensTask(t)) {
			e.takeOut(t.node)
			*t = task{node: NoNode, waits: t.waits}
		}
		if t.waits == 0 {
			ready = append(ready, i)
		}
	}
	for _, i := range ready {
		e.redoTask(id, n.plan.calls[i])
	}
	e.checkDAG(id)
}

// opensTask reports whether the node of a task is opened again.
func (e *Engine) opensTask(t *task) bool {
	if e.wasDaemon(t.node) {
		return false
	}
	if e.at(t.node).typ == TaskGroupNode {
		return !e.redo.anew && !slices.Contains(e.redo.nodes, t.node)
	}
	return e.opens(t.node)
}

// redoTask begins a task, or opens its node again.
func (e *Engine) redoTask(id NodeID, c *call) {
	g := e.at(id).more.group
	t := &g.tasks[c.index]
	if t.node == NoNode {
		e.startTask(id, c)
		return
	}
	g.live++
	tg := t.node
	if e.at(tg).typ != TaskGroupNode {
		e.reset(tg)
		e.proceed(tg)
		return
	}
	e.reset(tg)
	n := e.at(tg)
	n.stage, n.more.again = stageGroup, false
	t.loop.ended = false
	var again []int32
	for i, item := range t.loop.nodes {
		if item == NoNode || e.wantsRedo(item) {
			again = append(again, int32(i))
		}
	}
	n.open = int32(len(again))
	for _, i := range again {
		e.redoCall(start{up: tg, item: i, label: labelItem, call: c}, t.loop.nodes[i])
	}
	e.checkOpen(tg)
}
