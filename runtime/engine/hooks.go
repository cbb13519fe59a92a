package engine

import "strings"

// hook begins the hooks of a node that its phase calls for.
func (e *Engine) hook(id NodeID) {
	n := e.at(id)
	hooks, exit := e.hooksOf(n)
	if exit == nil && len(hooks) == 0 || n.stage == stageGone {
		return
	}
	if exit != nil && n.phase.Completed() {
		e.startHook(id, exit, exitBit, labelExit)
	}
	for i, h := range hooks {
		e.startHook(id, h, i+1, labelHook)
	}
}

// exitBit is the place of the exit hook among the hooks that have begun.
const exitBit = 0

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b *bits) add(i int) {
	for i/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

func (b bits) remove(i int) {
	if b.has(i) {
		b[i/64] &^= 1 << (i % 64)
	}
}

func (e *Engine) hooksOf(n *node) (hooks []*call, exit *call) {
	switch {
	case n.label == labelRoot:
		return e.hooks, nil
	case n.label != labelCall && n.label != labelItem || n.call == nil || n.typ == TaskGroupNode:
		return nil, nil
	}
	return n.call.hooks, n.call.exit
}

// startHook begins a hook once, when its expression holds.
func (e *Engine) startHook(id NodeID, h *call, bit int, l label) {
	n := e.at(id)
	if n.is(flagSettled) || n.more != nil && n.more.hooks.has(bit) {
		return
	}
	st := start{up: id, item: -1, label: l, call: h}
	var fault error
	if h.expression != nil {
		var ok bool
		if ok, fault = e.hookScope(id).evalBool(h.expression); fault == nil && !ok {
			return
		}
	} else if l == labelHook {
		return // it has no condition, so nothing calls for it
	}
	n.extra().hooks.add(bit)
	n.hooking++
	if fault != nil {
		e.placeholder(st, Error, fault.Error())
		return
	}
	e.begin(st)
}

// hookScope is the scope of the arguments of a hook: that of the call it belongs
// to, with the call itself.
func (e *Engine) hookScope(id NodeID) *scope {
	if id == NoNode || e.at(id).label == labelRoot {
		return e.inside(NoNode)
	}
	n := e.at(id)
	s := e.callScope(n.up, n.call, -1)
	s.self, s.selfNode = n.call, id
	if n.label == labelItem {
		s.item = e.itemOf(n)
	}
	return s
}

// hookDone counts a hook that is done off. That it went wrong does not change
// what it belongs to, but that it could not begin does.
func (e *Engine) hookDone(id NodeID) {
	n := e.at(id)
	if n.is(flagErrored) && n.typ == SkippedNode {
		if _, g := e.groupOf(e.at(n.up).boundary); g != nil && g.fault == "" {
			g.fault, g.hookFault = e.path(id)+": "+n.message, true
		}
	}
	e.unhook(n.up)
}

// unhook says that one hook of a node less is to be waited for.
func (e *Engine) unhook(id NodeID) {
	e.at(id).hooking--
	e.settle(id)
}

// rootDone goes on to the exit handler, or ends the run.
func (e *Engine) rootDone() {
	root := e.at(e.root)
	if root.is(flagDaemon) {
		e.endDaemons(e.daemons)
	}
	if e.exit == nil || e.exitNode != NoNode {
		e.end()
		return
	}
	st := start{up: NoNode, item: -1, label: labelExit, call: e.exit}
	e.stage = runExiting
	g := *e.globals
	g.failures = e.failuresText()
	e.globals = &g
	if e.shutdown == terminating {
		e.end()
		return
	}
	if x := e.exit.expression; x != nil {
		ok, err := e.inside(NoNode).evalBool(x)
		if err != nil {
			e.placeholder(st, Error, err.Error())
			return
		}
		if !ok {
			e.end()
			return
		}
	}
	e.begin(st)
}

// setStatus makes workflow.status known.
func (e *Engine) setStatus(p Phase) {
	g := *e.globals
	g.status = p
	e.globals = &g
}

// runPhase is the phase of a run whose entrypoint ended so.
func runPhase(p Phase) Phase {
	if p.Bad() {
		return p
	}
	return Succeeded
}

// end ends the run.
func (e *Engine) end() {
	if e.stage == runDone {
		return
	}
	p, message := Failed, e.stopMessage()
	if e.root != NoNode {
		root := e.at(e.root)
		if p, message = runPhase(root.phase), root.message; p == Failed && e.shutdown >= stopping {
			message = "Stopped with strategy '" + e.shutdown.String() + "'"
		}
	}
	if p == Succeeded && e.exitNode != NoNode {
		if exit := e.at(e.exitNode); exit.phase.Bad() {
			p, message = exit.phase, exit.message
		} else {
			message = ""
		}
	}
	if p == Succeeded {
		message = ""
	}
	e.endDaemons(e.daemons)
	e.finishRun(p, strings.TrimSpace(message))
}

func (e *Engine) finishRun(p Phase, message string) {
	e.stage, e.phase, e.message, e.finished = runDone, p, message, e.now
	e.setStatus(p)
	e.setTimer(NoNode, timerDeadline, 0)
	if len(e.locks) > 0 {
		e.actions = append(e.actions, Release{Node: NoNode})
	}
	e.actions = append(e.actions, RunFinished{Phase: p, Message: message})
}
