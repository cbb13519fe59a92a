package engine

// finish ends a node and sees to all that follows from it at once; what follows
// for its owner is put into the queue.
func (e *Engine) finish(id NodeID, p Phase, message string) {
	n := e.at(id)
	if n.phase.Fulfilled() {
		return
	}
	if n.stage == stageSuspended {
		e.asleep--
	}
	n.message, n.finished, n.stage = message, e.now, stageDone
	e.set(id, p)
	e.stopTimers(id)
	e.free(id)
	if n.is(flagLocked) {
		n.flags &^= flagLocked
		e.actions = append(e.actions, Release{Node: id})
	}
	if g := n.more; g != nil && g.group != nil {
		e.endDaemons(g.group.daemons)
	}
	if n.outputs != nil {
		e.exportOutputs(id)
	}
	if p == Succeeded && n.more != nil && n.more.memo != nil {
		e.remember(id)
	}
	if n.is(flagErrored) {
		e.blame(id)
	}
	wasDaemon := n.is(flagDaemon)
	n.flags &^= flagDaemon
	if n.is(flagSettled) {
		if up := n.up; wasDaemon && n.label == labelAttempt && e.at(up).is(flagDaemon) {
			e.at(up).outputs = n.outputs
			e.finish(up, p, message)
		}
		return
	}
	if n.label == labelRoot {
		e.setStatus(runPhase(p))
	}
	e.hook(id)
	e.settle(id)
}

// settle puts a node that is done, with its hooks, into the queue.
func (e *Engine) settle(id NodeID) {
	n := e.at(id)
	if n.is(flagSettled) || n.hooking > 0 || !n.phase.Fulfilled() && !n.is(flagDaemon) || n.label == labelContainer {
		return
	}
	n.flags |= flagSettled
	e.settledNodes.push(id)
}

// settled tells the owner of a node that it is done.
func (e *Engine) settled(id NodeID) {
	n := e.at(id)
	if n.stage == stageGone {
		return
	}
	switch {
	case n.label == labelRoot:
		e.rootDone()
	case n.up == NoNode:
		e.end()
	case n.label == labelExit || n.label == labelHook:
		e.hookDone(id)
	case n.label == labelAttempt:
		e.attemptDone(n.up, id)
	case n.label == labelGroup:
		e.groupDone(n.up, id)
	default:
		e.callDone(n.up, id)
	}
}

// blame makes a step group end in Error for a child that weft itself could not
// go on with, and keeps the rest of the group from beginning.
func (e *Engine) blame(id NodeID) {
	n := e.at(id)
	if n.up == NoNode || e.at(n.up).typ != StepGroupNode {
		return
	}
	if _, g := e.groupOf(n.up); g.fault == "" {
		g.fault = "step group deemed errored due to child " + e.path(id) + " error: " + n.message
		if g.waiting.len() > 0 {
			e.pumps.push(n.boundary)
		}
	}
}

// callDone counts a call that is done off.
func (e *Engine) callDone(up, id NodeID) {
	o, n := e.at(up), e.at(id)
	if n.phase.Bad() && !n.call.tolerates(n.phase) {
		e.failFast(up, n)
	}
	if o.typ == DAGNode {
		e.taskDone(up, id)
		return
	}
	o.open--
	e.checkOpen(up)
}

// failFast keeps a template that wants it from beginning more.
func (e *Engine) failFast(up NodeID, n *node) {
	id, g := e.groupOf(up)
	if g == nil || g.failFast || !e.at(id).plan.failFast {
		return
	}
	g.failFast = true
	if g.waiting.len() > 0 {
		e.pumps.push(id)
	}
}

// failFastMessage is the message of a template that stopped at a failure.
const failFastMessage = "template has failed or errored children and failFast enabled"

// checkOpen ends a step group or loop of which nothing is left.
func (e *Engine) checkOpen(id NodeID) {
	n := e.at(id)
	if n.open > 0 || n.phase.Fulfilled() {
		return
	}
	if n.typ == TaskGroupNode {
		e.endTaskGroup(id)
	} else {
		e.endStepGroup(id)
	}
}

// countable reports whether a node counts for the parallelism of its boundary.
func countable(n *node) bool { return n.typ == PodNode || n.typ == StepsNode || n.typ == DAGNode }

// markActive counts a node for the parallelism of its boundary.
func (e *Engine) markActive(id NodeID) {
	n := e.at(id)
	if n.boundary == NoNode || !countable(n) {
		return
	}
	if _, g := e.groupOf(n.boundary); g != nil {
		n.flags |= flagActive
		g.active++
	}
}

// free gives the places of a node to others.
func (e *Engine) free(id NodeID) {
	n := e.at(id)
	if n.is(flagPod) {
		n.flags &^= flagPod
		e.activePods--
	}
	if !n.is(flagActive) {
		return
	}
	n.flags &^= flagActive
	if b, g := e.groupOf(n.boundary); g != nil {
		if g.active--; g.waiting.len() > 0 {
			e.pumps.push(b)
		}
	}
}

// endDaemons ends the daemons of a scope that is done.
func (e *Engine) endDaemons(daemons []NodeID) {
	for _, id := range daemons {
		n := e.at(id)
		if n.phase.Fulfilled() {
			continue
		}
		e.stopLeaf(id)
		e.finish(id, Succeeded, "")
	}
}

// ready makes a leaf a daemon that successors need not wait for.
func (e *Engine) ready(id NodeID) {
	n := e.at(id)
	n.flags |= flagDaemon
	n.stage = stageDaemon
	e.free(id)
	e.stopTimers(id)
	if _, g := e.groupOf(n.boundary); g != nil {
		g.daemons = append(g.daemons, id)
	} else {
		e.daemons = append(e.daemons, id)
	}
	e.changed(id)
	e.settle(id)
}
