package engine

import (
	"strings"
	"time"
)

// The timers of a node.
const (
	timerTimeout  TimerID = iota + 1 // timeout of the template
	timerPending                     // pendingTimeout
	timerSuspend                     // duration of a suspend
	timerBackoff                     // of a Retry node
	timerDeadline                    // of the run
	timerMember                      // until the containers of a set notice that one has failed
)

// Bounds reports whether a timer ends what it belongs to, and does not let it go
// on.
func (t TimerID) Bounds() bool { return t != timerSuspend && t != timerBackoff }

// setTimer asks for an event at a time; 0 takes the wish back.
func (e *Engine) setTimer(id NodeID, t TimerID, at int64) {
	bit := uint8(1) << t
	set := &e.timers
	if id != NoNode {
		n := e.at(id)
		if at == 0 && (n.more == nil || n.more.timers&bit == 0) {
			return
		}
		set = &n.extra().timers
	}
	if at == 0 && *set&bit == 0 {
		return
	}
	when := time.Time{}
	if *set &^= bit; at != 0 {
		*set |= bit
		when = nanos(at)
	}
	e.actions = append(e.actions, SetTimer{Node: id, Timer: t, At: when})
}

// setTimeouts sets the timers that count from when a node came to be, and returns
// its timeout; 0 is no bound.
func (e *Engine) setTimeouts(id NodeID) (timeout time.Duration, err error) {
	n := e.at(id)
	s := e.inside(id)
	if timeout, err = s.duration(&n.plan.timeout, "timeout"); err != nil {
		return 0, err
	}
	if timeout > 0 {
		e.setTimer(id, timerTimeout, n.started+int64(timeout))
	}
	pending, err := s.duration(&n.plan.pending, "pendingTimeout")
	if pending > 0 {
		e.setTimer(id, timerPending, n.started+int64(pending))
	}
	return timeout, err
}

// stopTimers takes back what a node still waits for.
func (e *Engine) stopTimers(id NodeID) {
	if m := e.at(id).more; m == nil || m.timers == 0 {
		return
	}
	for t := timerTimeout; t <= timerMember; t++ {
		e.setTimer(id, t, 0)
	}
}

// due reports whether a timer that has come is still set, and clears it.
func (n *node) due(t TimerID) bool {
	if n.more == nil || n.more.timers&(1<<t) == 0 {
		return false
	}
	n.more.timers &^= 1 << t
	return true
}

// lockTimer ends a node that has waited too long for locks.
func (e *Engine) lockTimer(id NodeID, ev *Event) {
	if n := e.at(id); n.due(ev.Timer) {
		n.class = classNumber(ClassTimeout)
		e.finish(id, Failed, strings.TrimSuffix("timeout: "+n.message, ": "))
	}
}

// leafTimer takes a timer of a leaf or a suspend node.
func (e *Engine) leafTimer(id NodeID, ev *Event) {
	n := e.at(id)
	if !n.due(ev.Timer) {
		return
	}
	switch {
	case ev.Timer == timerSuspend && n.stage == stageSuspended:
		e.resume(id, "", true)
	case ev.Timer == timerTimeout && n.typ == PodNode && n.stage == stageRunning && e.inGrace(id):
		// The Pod has the same bound, and tells more when it ends by itself.
		e.setTimer(id, timerTimeout, e.now+timeoutGrace)
	case ev.Timer == timerMember:
		e.endStuck(id)
	case ev.Timer == timerTimeout, ev.Timer == timerPending && n.stage == stagePending:
		if n.stage != stageSuspended {
			e.stopLeaf(id)
		}
		n.class = classNumber(ClassTimeout)
		e.endMembers(id, Failed, "timeout")
		e.finish(id, Failed, "timeout")
	}
}

// timeoutGrace is how long after its timeout a Pod that runs may take to end by
// itself: longer than Kubernetes waits between asking and killing.
const timeoutGrace = int64(45 * time.Second)

// inGrace reports whether the timeout of a node has only just come.
func (e *Engine) inGrace(id NodeID) bool {
	n := e.at(id)
	timeout, err := e.inside(id).duration(&n.plan.timeout, "timeout")
	return err == nil && e.now < n.started+int64(timeout)+timeoutGrace
}

// backoffTimer begins the next attempt.
func (e *Engine) backoffTimer(id NodeID, ev *Event) {
	if ev.Timer == timerBackoff && e.at(id).due(timerBackoff) {
		e.goOn(id)
	}
}
