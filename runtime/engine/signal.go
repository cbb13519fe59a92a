package engine

import "slices"

// shutdown says why a run begins nothing more.
type shutdown uint8

const (
	noShutdown   shutdown = iota
	pastDeadline          // activeDeadlineSeconds; exit handlers run
	stopping              // exit handlers run
	terminating           // nothing runs
)

// shutdowns are the values of spec.shutdown.
var shutdowns = map[string]shutdown{"Stop": stopping, "Terminate": terminating}

func (s shutdown) String() string {
	return [...]string{"", "deadline", "Stop", "Terminate"}[s]
}

// shut reports whether no leaf begins any more at or below a node: those that are
// called fail at once, and steps and tasks follow on each other as they do on
// failures.
func (e *Engine) shut(n *node) bool {
	return e.shutdown == terminating || e.shutdown != noShutdown && !n.is(flagExit)
}

// stopMessage is the message of what was stopped and has no Pod.
func (e *Engine) stopMessage() string {
	if e.shutdown == pastDeadline {
		return "Step exceeded its deadline"
	}
	return "Stopped with strategy '" + e.shutdown.String() + "'"
}

// leafMessage is the message of leaves that were stopped.
func (e *Engine) leafMessage(n *node) string {
	if n.typ != PodNode || e.shutdown == pastDeadline {
		return e.stopMessage()
	}
	return "workflow shutdown with strategy: " + e.shutdown.String()
}

// signal does what somebody wants.
func (e *Engine) signal(s *Signal) {
	switch s.Kind {
	case SignalStop:
		if len(s.Nodes) > 0 {
			e.eachSuspended(s, func(id NodeID) { e.finish(id, Failed, s.Message) })
		} else if e.shutdown < stopping {
			e.stop(stopping)
		}
	case SignalTerminate:
		if e.shutdown < terminating {
			e.stop(terminating)
		}
	case SignalSuspend:
		e.suspended = e.stage != runDone
	case SignalResume:
		if len(s.Nodes) == 0 {
			e.suspended = false
		}
		e.eachSuspended(s, func(id NodeID) { e.resume(id, s.Message, false) })
	case SignalSet:
		e.eachSuspended(s, func(id NodeID) { e.supply(id, s) })
	case SignalRetry:
		e.retry(s)
	default:
		e.impossible++
	}
}

// eachSuspended visits the suspend nodes that wait, of those that a signal names.
func (e *Engine) eachSuspended(s *Signal, visit func(NodeID)) {
	for id := range NodeID(e.count) {
		if e.at(id).stage == stageSuspended && (len(s.Nodes) == 0 || slices.Contains(s.Nodes, id)) {
			visit(id)
		}
	}
}

// supply gives a suspend node outputs, a message or a phase.
func (e *Engine) supply(id NodeID, s *Signal) {
	n := e.at(id)
	for _, v := range s.Parameters {
		n.supply(v)
	}
	if s.Message != "" {
		n.message = s.Message
	}
	e.changed(id)
	if s.Phase.Completed() {
		if s.Phase == Succeeded {
			e.resume(id, n.message, false)
			return
		}
		e.finish(id, s.Phase, n.message)
	}
}

// stop ends what runs, and lets no leaf begin any more.
func (e *Engine) stop(how shutdown) {
	if e.stage == runDone {
		return
	}
	e.shutdown = how
	if e.stage < runGoing {
		e.finishRun(Failed, e.stopMessage())
		return
	}
	for id := range NodeID(e.count) {
		if n := e.at(id); !n.phase.Fulfilled() && e.shut(n) {
			e.stopNode(id, n)
		}
	}
}

// stopNode ends a node of which nothing below is left to wait for.
func (e *Engine) stopNode(id NodeID, n *node) {
	switch n.stage {
	case stagePending, stageRunning:
		e.stopLeaf(id)
		if e.shutdown == pastDeadline {
			n.class = classNumber(ClassTimeout)
		}
		e.endMembers(id, Failed, e.leafMessage(n))
		e.finish(id, Failed, e.leafMessage(n))
	case stageFetching, stageLocking, stageCaching, stageSuspended:
		e.finish(id, Failed, e.stopMessage())
	case stageBackoff, stageHeld:
		if n.typ == RetryNode {
			e.endRetry(id, e.retryMessage())
		} else {
			e.finish(id, Failed, e.stopMessage())
		}
	case stageGroup:
		if g := n.more; g != nil && g.group != nil && g.group.waiting.len() > 0 {
			e.pumps.push(id)
		}
	}
}

// abort ends a run that has grown too large, at once.
func (e *Engine) abort(message string) {
	e.shutdown = terminating
	for id := range NodeID(e.count) {
		n := e.at(id)
		if n.phase.Fulfilled() {
			continue
		}
		if n.stage == stagePending || n.stage == stageRunning || n.stage == stageDaemon {
			e.stopLeaf(id)
		}
		e.finish(id, Error, message)
	}
	e.settledNodes, e.pumps, e.held, e.stalled, e.waiting = fifo{}, fifo{}, fifo{}, fifo{}, queue{}
	e.finishRun(Error, message)
}
