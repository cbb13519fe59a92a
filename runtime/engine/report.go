package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// classes are the failure classes by the number that nodes hold.
var classes = []Class{"", ClassUser, ClassInfrastructure, ClassQuota, ClassImagePull, ClassUnschedulable, ClassPreempted, ClassTimeout}

func classNumber(c Class) uint8 { return uint8(max(0, slices.Index(classes, c))) }

// reported takes a report that fits the state of the node.
func (e *Engine) reported(id NodeID, ev *Event) {
	r := ev.Report
	n := e.at(id)
	if r.Host != "" {
		n.host = e.host(r.Host)
	}
	if r.IP != "" && n.plan.daemon {
		n.extra().ip = r.IP
	}
	if r.Outputs != nil && r.Outputs.Progress != "" {
		e.setProgress(id, r.Outputs.Progress)
	}
	switch r.State {
	case PodCreated, PodPending:
		e.say(id, r.Message)
	case PodRunning:
		e.running(id, r)
	case PodReady:
		e.running(id, r)
		if n.plan.daemon && n.stage == stageRunning {
			e.ready(id)
		}
	case PodEnded:
		if n.stage == stagePending && slices.ContainsFunc(r.Containers, ran) {
			e.began(id) // nobody saw it running
		}
		e.ended(id, r)
	case PodLost:
		e.endMembers(id, Error, "container deleted")
		e.conclude(id, outcome{Error, lostMessage(n, r), ClassInfrastructure}, r)
	case PodRefused:
		n.flags |= flagErrored
		e.endMembers(id, Error, "")
		e.conclude(id, outcome{Error, r.Message, ClassInfrastructure}, r)
	}
}

// lostMessage says of what is gone what is known of it.
func lostMessage(n *node, r *Report) string {
	switch {
	case r.Message == "":
		return "pod deleted"
	case n.typ == HTTPNode:
		return r.Message // there is no Pod
	}
	return "pod deleted: " + r.Message
}

// host is the one copy of a host's name that all nodes share.
func (e *Engine) host(name string) string {
	i, found := slices.BinarySearch(e.hosts, name)
	if !found {
		e.hosts = slices.Insert(e.hosts, i, strings.Clone(name))
	}
	return e.hosts[i]
}

// say gives a leaf that is not done a message.
func (e *Engine) say(id NodeID, message string) {
	if n := e.at(id); n.message != message {
		n.message = message
		e.changed(id)
	}
}

func (e *Engine) running(id NodeID, r *Report) {
	n := e.at(id)
	if len(n.plan.members) > 0 {
		e.reportMembers(id, r)
		if (n.more == nil || n.more.timers&(1<<timerMember) == 0) && e.stuckOn(id) != NoNode {
			e.setTimer(id, timerMember, e.now+memberGrace)
		}
	}
	switch {
	case n.stage != stagePending:
	case n.plan.daemon && r.State == PodRunning:
		e.say(id, cmp.Or(r.Message, "its Pod is not ready"))
		return
	default:
		e.began(id)
	}
	e.say(id, r.Message) // one of its containers may wait for something
}

// began makes a leaf Running. Hooks that wait for that begin.
func (e *Engine) began(id NodeID) {
	n := e.at(id)
	n.stage, n.message = stageRunning, ""
	e.set(id, Running)
	e.setTimer(id, timerPending, 0)
	e.hook(id)
}

// ran reports whether a main container has run, if only for a moment.
func ran(c Container) bool { return c.Role == RoleMain && c.Ended && c.code() != codeNotStarted }

// outcome is how a leaf came out.
type outcome struct {
	phase   Phase
	message string
	class   Class
}

// ended takes the end of a Pod.
func (e *Engine) ended(id NodeID, r *Report) {
	n := e.at(id)
	out := judge(n, r)
	if len(n.plan.members) > 0 {
		e.reportMembers(id, r)
		e.endMembers(id, out.phase, "Pod "+out.phase.String()+" whilst container running")
	}
	n.outputs = e.leafOutputs(n, r)
	if out.phase == Succeeded && n.plan.daemon {
		out = outcome{Failed, "the daemon ended by itself", ClassUser}
	}
	if out.phase == Succeeded && r.Outputs == nil && needsRecord(n) {
		out = outcome{Error, "output-lost: the Pod ended well, but there is no record of its outputs", ClassInfrastructure}
	}
	e.conclude(id, out, r)
}

// conclude ends a leaf.
func (e *Engine) conclude(id NodeID, out outcome, r *Report) {
	n := e.at(id)
	if out.phase.Bad() {
		if r.Class != "" {
			out.class = r.Class
		}
		n.class = classNumber(out.class)
	}
	e.finish(id, out.phase, out.message)
	if !r.Finished.IsZero() && r.Finished.UnixNano() >= n.started && r.Finished.UnixNano() < e.now {
		n.finished = r.Finished.UnixNano()
	}
}

// needsRecord reports whether the outputs of a leaf come from a record.
func needsRecord(n *node) bool {
	return n.typ == PodNode && (n.plan.record || n.call.wantsResult && n.label != labelExit && n.label != labelHook)
}

// judge decides how a Pod that has ended came out. The first rule that fits
// counts.
func judge(n *node, r *Report) outcome {
	for _, rule := range rules {
		if out, ok := rule(n, r); ok {
			return out
		}
	}
	return outcome{Succeeded, "", ""}
}

// rules decide in this order.
var rules = []func(*node, *Report) (outcome, bool){
	verdict, podMessage, neverStarted,
	exited(RoleInit, Failed, ClassUser), exited(RoleMain, Failed, ClassUser), exited(RoleWeft, Error, ClassInfrastructure),
	outputsMissing, exited(RoleSidecar, Failed, ClassUser), nothingSeen,
}

// verdict is for what has no containers.
func verdict(_ *node, r *Report) (outcome, bool) {
	if r.Verdict == nil {
		return outcome{}, false
	}
	p := r.Verdict.Phase
	if !p.Completed() {
		return outcome{Error, fmt.Sprintf("the request ended as %q, which is no end", p), ClassInfrastructure}, true
	}
	return outcome{p, r.Verdict.Message, ClassUser}, true
}

// podMessage is for what befell the Pod as a whole: eviction, a deadline.
func podMessage(_ *node, r *Report) (outcome, bool) {
	return outcome{Failed, r.Message, ClassInfrastructure}, r.Message != ""
}

// neverStarted is for main containers that never ran.
func neverStarted(_ *node, r *Report) (outcome, bool) {
	for i := range r.Containers {
		c := &r.Containers[i]
		if c.Ended || c.Running || c.Role != RoleMain || c.Reason == "" || slices.ContainsFunc(r.Containers, failedBefore) {
			continue
		}
		message := "Pod failed before " + c.Name + " container starts due to " + c.Reason
		if c.Message != "" {
			message += ": " + c.Message
		}
		return outcome{Error, message, ClassInfrastructure}, true
	}
	return outcome{}, false
}

// failedBefore reports whether a container keeps main from starting.
func failedBefore(c Container) bool {
	return c.Ended && c.Code != 0 && (c.Role == RoleInit || c.Role == RoleWeft)
}

// exited is for containers of a role that ended with a code other than 0.
func exited(role Role, p Phase, class Class) func(*node, *Report) (outcome, bool) {
	return func(n *node, r *Report) (outcome, bool) {
		for i := range r.Containers {
			c := &r.Containers[i]
			signalled := role == RoleSidecar && (c.Code == 137 || c.Code == 143)
			if c.Role != role || !c.Ended || c.Code == 0 || signalled {
				continue
			}
			p := p
			if role == RoleMain && c.code() == codeNotStarted && len(n.plan.members) > 0 {
				p = Error // a container whose dependencies failed
			}
			class := class
			if role == RoleWeft && c.Code == codeRefused {
				class = ClassUser
			}
			return outcome{p, exitMessage(c), class}, true
		}
		return outcome{}, false
	}
}

// codeNotStarted is the exit code of a command that could not be started, whoever
// tried to: container runtimes have a code of their own.
const codeNotStarted = 64

// codeRefused is the exit code of a container of weft's own when a store has
// answered, and does not have an artifact or does not let it be had.
const codeRefused = 65

// code is the exit code of a container that has ended.
func (c *Container) code() int {
	if c.Reason == "StartError" {
		return codeNotStarted
	}
	return c.Code
}

// exitMessage is main: Error (exit code 1): no such file.
func exitMessage(c *Container) string {
	reason := c.Reason
	if reason == "" {
		reason = "Error"
	}
	message := fmt.Sprintf("%s: %s (exit code %d)", c.Name, reason, c.code())
	if c.Message != "" {
		message += ": " + c.Message
	}
	return message
}

func outputsMissing(_ *node, r *Report) (outcome, bool) {
	return outcome{Error, r.OutputError, cmp.Or(r.OutputClass, ClassInfrastructure)}, r.OutputError != ""
}

// nothingSeen is for an end that no main container vouches for.
func nothingSeen(n *node, r *Report) (outcome, bool) {
	if n.typ != PodNode {
		return outcome{}, false
	}
	for i := range r.Containers {
		if c := &r.Containers[i]; c.Role == RoleMain && c.Ended {
			return outcome{}, false
		}
	}
	return outcome{Failed, "the Pod ended, and no end of its main container was seen", ClassInfrastructure}, true
}

// reportMembers brings the containers of a containerSet up to date.
func (e *Engine) reportMembers(id NodeID, r *Report) {
	plan := e.at(id).plan
	for cid, c := range e.children(id) {
		if c.label != labelContainer || c.phase.Fulfilled() {
			continue
		}
		i := slices.IndexFunc(r.Containers, func(o Container) bool { return o.Name == plan.members[c.index].name })
		if i < 0 {
			continue
		}
		switch seen := &r.Containers[i]; {
		case seen.Ended && seen.Code == 0:
			e.finish(cid, Succeeded, "")
		case seen.Ended && seen.code() == codeNotStarted:
			e.finish(cid, Error, exitMessage(seen))
		case seen.Ended:
			e.finish(cid, Failed, exitMessage(seen))
		case seen.Running && c.phase == Pending:
			e.set(cid, Running)
		}
	}
}

// memberGrace is how long the containers of a set may take to notice that one
// that they wait for has failed. They notice at once, unless that one was killed
// before it could even say that it is there.
const memberGrace = int64(10 * time.Second)

// stuckOn is the container of a set that has failed and that others still wait
// for, NoNode when there is none.
func (e *Engine) stuckOn(id NodeID) NodeID {
	for w, waits := range e.children(id) {
		if waits.label != labelContainer || waits.phase.Fulfilled() {
			continue
		}
		needs := e.at(id).plan.members[e.at(w).index].needs
		for c, n := range e.children(id) {
			if n.label == labelContainer && n.phase.Bad() && slices.Contains(needs, int(n.index)) {
				return c
			}
		}
	}
	return NoNode
}

// endStuck ends a set of containers that wait for one that has failed.
func (e *Engine) endStuck(id NodeID) {
	c := e.stuckOn(id)
	if c == NoNode {
		return
	}
	e.stopLeaf(id)
	n, failed := e.at(id), e.at(c)
	n.class = classNumber(ClassUser)
	e.endMembers(id, failed.phase, "it waits for a container that has failed")
	e.finish(id, failed.phase, failed.message)
}

// endMembers ends the containers of which no end was seen.
func (e *Engine) endMembers(id NodeID, p Phase, message string) {
	for cid, c := range e.children(id) {
		if c.label != labelContainer || c.phase.Fulfilled() {
			continue
		}
		if p == Succeeded {
			message = ""
		}
		e.finish(cid, p, message)
	}
}
