package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// View is what can be seen of a node.
func (e *Engine) View(id NodeID) View {
	if id < 0 || int(id) >= e.count {
		return View{ID: id, Boundary: NoNode}
	}
	n := e.at(id)
	v := View{
		ID: id, Path: e.path(id), DisplayName: e.displayName(id), Type: n.typ, Phase: n.phase, Generation: int(n.generation), Message: n.message, Class: classes[n.class],
		Boundary: n.boundary, Children: e.edges(id), Started: nanos(n.started), Finished: nanos(n.finished), Daemoned: n.is(flagDaemon),
		Hooked: n.is(flagHook), Retried: n.label == labelAttempt, Host: n.host, Outputs: n.outputs,
	}
	if n.call != nil && n.label != labelContainer {
		v.Template = n.call.callee.Title()
		if n.plan != nil && n.plan.name != "" {
			v.Template = n.plan.name
		}
	}
	if n.more != nil {
		v.IP = n.more.ip
	}
	if n.frame != nil {
		for i, value := range n.frame.values {
			v.Inputs = append(v.Inputs, Value{n.frame.plan.inputs[i].name, value})
		}
	}
	return v
}

// edges are the nodes that come next: those below a node, or those that waited
// for it.
func (e *Engine) edges(id NodeID) []NodeID {
	n := e.at(id)
	var out []NodeID
	switch n.typ {
	case StepsNode:
		for c, child := range e.children(id) {
			if child.label != labelGroup || child.index == 0 {
				out = append(out, c)
			}
		}
	case DAGNode:
		for c, child := range e.children(id) {
			if child.call == nil || child.is(flagHook) || len(child.call.needs) == 0 {
				out = append(out, c)
			}
		}
	default:
		for c, child := range e.children(id) {
			if child.label != labelContainer || len(n.plan.members[child.index].needs) == 0 {
				out = append(out, c)
			}
		}
		if n.typ == StepGroupNode && len(out) == 0 {
			return append(out, e.successors(id)...)
		}
		if n.label == labelContainer {
			out = append(out, e.dependentMembers(n)...)
		}
	}
	if e.outbound(id, n) {
		out = append(out, e.successors(id)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// outbound reports whether what follows on a node's call follows on the node
// itself.
func (e *Engine) outbound(id NodeID, n *node) bool {
	switch n.typ {
	case SkippedNode, SuspendNode, HTTPNode, PluginNode:
		return true
	case PodNode:
		return len(n.plan.members) == 0 || n.first == NoNode
	case ContainerNode:
		return len(e.dependentMembers(n)) == 0
	case StepsNode, DAGNode, RetryNode, TaskGroupNode:
		return n.first == NoNode
	}
	return false
}

// successors are the nodes that waited for the call that a node ends.
func (e *Engine) successors(id NodeID) []NodeID {
	for id != NoNode {
		n := e.at(id)
		switch {
		case n.label == labelRoot || n.is(flagHook):
			return nil
		case n.label == labelAttempt:
			if e.lastAttempt(n.up) != id {
				return nil
			}
			id = n.up
			continue
		case n.label == labelContainer:
			id = n.up
			continue
		}
		up := e.at(n.up)
		switch up.typ {
		case TaskGroupNode:
			id = n.up
		case DAGNode:
			if next := e.dependentTasks(up, n); len(next) > 0 || !isTarget(up, n) {
				return next
			}
			id = n.up
		case StepGroupNode:
			id = n.up
		case StepsNode: // n is a step group
			if n.next != NoNode && e.at(n.next).label == labelGroup {
				return []NodeID{n.next}
			}
			if n.phase == Running {
				return nil
			}
			id = n.up
		default:
			return nil
		}
	}
	return nil
}

func isTarget(dag, task *node) bool {
	r := dag.more.group.route
	return r != nil && slices.Contains(r.targets, task.call.index)
}

// dependentTasks are the nodes of the tasks that depend on one.
func (e *Engine) dependentTasks(dag, task *node) []NodeID {
	var out []NodeID
	for _, d := range task.call.dependents {
		if id := dag.more.group.tasks[d].node; id != NoNode {
			out = append(out, id)
		}
	}
	return out
}

// dependentMembers are the containers that wait for one.
func (e *Engine) dependentMembers(n *node) []NodeID {
	var out []NodeID
	members := e.at(n.up).plan.members
	for id, c := range e.children(n.up) {
		if c.label == labelContainer && slices.Contains(members[c.index].needs, int(n.index)) {
			out = append(out, id)
		}
	}
	return out
}

// Lookup finds a node by its path.
func (e *Engine) Lookup(path string) (NodeID, bool) {
	if e.index == nil {
		e.index = make(map[string]NodeID)
	}
	for ; e.indexed < NodeID(e.count); e.indexed++ {
		if e.at(e.indexed).stage != stageGone {
			e.index[e.path(e.indexed)] = e.indexed
		}
	}
	id, ok := e.index[path]
	return id, ok && e.at(id).stage != stageGone
}

// Run is the state of the run as a whole.
func (e *Engine) Run() RunView {
	return RunView{
		Phase: e.phase, Message: e.message, Started: nanos(e.started), Finished: nanos(e.finished),
		Outputs:  Outputs{Parameters: e.globals.parameters, Artifacts: e.globals.artifacts},
		Progress: strconv.Itoa(e.done) + "/" + strconv.Itoa(e.todo), Counts: e.counts,
		Suspended: e.suspended && !e.phase.Completed() && e.shutdown == noShutdown, Asleep: e.asleep,
	}
}

// Arguments are the parameters of the workflow as they are now: a retry may have
// changed them. There are none before the run begins.
func (e *Engine) Arguments() []Value {
	var all []Value
	for _, a := range e.arguments {
		all = append(all, Value{a.name, a.value.raw})
	}
	return all
}

// countProgress adds a node to the progress of the run, or takes it out.
func (e *Engine) countProgress(n *node, by int) {
	switch n.typ {
	case PodNode, HTTPNode, PluginNode, ContainerNode, SuspendNode:
	default:
		return
	}
	if n.phase == NoPhase {
		return
	}
	done, todo := 0, 1
	if n.more != nil && n.more.progress != "" {
		done, todo = parseProgress(n.more.progress)
	}
	if n.phase == Succeeded {
		done = todo
	}
	e.done += by * done
	e.todo += by * todo
}

// retype makes a node one of another type.
func (e *Engine) retype(id NodeID, t NodeType) {
	n := e.at(id)
	e.countProgress(n, -1)
	n.typ = t
	e.countProgress(n, 1)
}

// setProgress takes what a process tells of its own progress.
func (e *Engine) setProgress(id NodeID, progress string) {
	n := e.at(id)
	if _, todo := parseProgress(progress); todo <= 0 || n.phase.Fulfilled() {
		return
	}
	e.countProgress(n, -1)
	n.extra().progress = progress
	e.countProgress(n, 1)
	e.changed(id)
}

func parseProgress(s string) (done, todo int) {
	a, b, ok := strings.Cut(s, "/")
	done, err1 := strconv.Atoi(a)
	todo, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || done < 0 || todo < done {
		return 0, 0
	}
	return done, todo
}

// Blocked says what an unfinished node waits for, "" for one that is finished.
func (e *Engine) Blocked(id NodeID) string {
	if id < 0 || int(id) >= e.count {
		return ""
	}
	n := e.at(id)
	if e.suspended && e.shutdown == noShutdown && (n.stage == stageGroup || n.stage == stageBackoff || n.stage == stageHeld) {
		return "the run is suspended"
	}
	switch n.stage {
	case stageFetching:
		k := n.more.fetch.keys[0]
		return fmt.Sprintf("key %q of ConfigMap %q", k.key, k.name)
	case stageLocking:
		if n.message != "" {
			return n.message
		}
		return "its locks"
	case stageCaching:
		return fmt.Sprintf("cache %q", n.more.memo.cache)
	case stagePending:
		if n.message != "" {
			return n.message
		}
		return "its Pod has not started"
	case stageRunning:
		return cmp.Or(n.message, "its Pod runs")
	case stageSuspended:
		if n.more != nil && n.more.timers&(1<<timerSuspend) != 0 {
			return "its time is not up"
		}
		return "somebody to resume it"
	case stageBackoff:
		return n.message
	case stageGroup:
		return e.blockedGroup(id, n)
	}
	if n.hooking > 0 {
		return fmt.Sprintf("%d of its hooks", n.hooking)
	}
	return ""
}

// Held is how many calls of a node wait because its parallelism, or that of the
// run, is used up.
func (e *Engine) Held(id NodeID) int {
	if n := e.at(id); n.stage != stageGroup {
		return 0
	} else if n.more != nil && n.more.group != nil {
		return n.more.group.waiting.len()
	}
	return e.waiting.len()
}

func (e *Engine) blockedGroup(id NodeID, n *node) string {
	var waiting []string
	more := 0
	for c, child := range e.children(id) {
		if child.is(flagSettled) || child.phase.Fulfilled() && child.hooking == 0 {
			continue
		}
		if more++; more <= 3 {
			waiting = append(waiting, e.displayName(c))
		}
	}
	text := strings.Join(waiting, ", ")
	if more > 3 {
		text += fmt.Sprintf(" and %d more", more-3)
	}
	if held := e.Held(id); held > 0 {
		calls := "1 call is"
		if held > 1 {
			calls = fmt.Sprintf("%d calls are", held)
		}
		return strings.TrimPrefix(text+"; "+calls+" held back by parallelism", "; ")
	}
	return text
}
