package engine

import (
	"strconv"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
)

// label says what the last part of a node's path is.
type label uint8

const (
	labelRoot      label = iota
	labelGroup           // [2]
	labelCall            // .print
	labelItem            // (1:b), with .print before it in a step group
	labelAttempt         // (0)
	labelContainer       // .main
	labelExit            // .onExit
	labelHook            // .hooks.running
)

// stage is what an unfinished node is at. Together with the kind of an event it
// decides what happens; see table.go.
type stage uint8

const (
	stageNew       stage = iota
	stageFetching        // waits for a key of a ConfigMap
	stageLocking         // waits for locks
	stageCaching         // waits for a memoization cache
	stagePending         // a leaf whose Pod does not run yet
	stageRunning         // a leaf whose Pod runs
	stageDaemon          // a daemon that is ready
	stageSuspended       // a suspend node
	stageGroup           // waits for the nodes below it
	stageBackoff         // a Retry node between two attempts
	stageHeld            // waits until the run is no longer suspended
	stageDone
	stageGone // taken out by a retry of the run
	stages    = iota
)

type flags uint8

const (
	flagSettled flags = 1 << iota // its owner was told that it is done
	flagErrored                   // weft could not go on with it: its step group ends in Error, too
	flagExit                      // part of an exit handler
	flagDaemon                    // a daemon that is ready: successors need not wait for its end
	flagHook                      // a hook or exit handler
	flagPod                       // counted as an active Pod
	flagActive                    // counted as an active child of its boundary
	flagLocked                    // holds or waits for locks
)

// node is one node. It is kept small: what few nodes need is in more.
type node struct {
	up, first, last, next NodeID // owner, children, sibling
	boundary              NodeID
	index                 int32 // of a step group, item, attempt or container
	open                  int32 // children that are not settled
	hooking               int32 // hooks that are not settled
	generation            int32
	stamp                 uint32 // the step in which watchers were last told of it
	depth                 uint16
	typ                   NodeType
	phase                 Phase
	label                 label
	stage                 stage
	flags                 flags
	class                 uint8

	call     *call
	plan     *plan
	frame    *frame
	outputs  *Outputs
	more     *more
	message  string
	host     string
	started  int64
	finished int64
}

// more is what few nodes have.
type more struct {
	group    *group // of Steps and DAG nodes
	loop     *loop  // of TaskGroups
	display  string
	ip       string
	progress string
	fetch    *fetch // the inputs that are still to be fetched
	memo     *memo
	attempts int32      // of Retry nodes: how many have begun
	last     NodeID     // the last of them
	hooks    bits       // which hooks of the call have begun
	timers   uint8      // which are set
	retry    *retried   // of an attempt: what it knows of the one before
	item     *eval.Item // of an item that was taken out
	again    bool       // it is opened again by a retry of the run
}

func (n *node) extra() *more {
	if n.more == nil {
		n.more = &more{}
	}
	return n.more
}

func (n *node) is(f flags) bool { return n.flags&f != 0 }

// group is what Steps and DAG nodes keep about the calls in them.
type group struct {
	tasks     []task // by the index of the call
	route     *route // of a DAG: which tasks count, and in which order
	waiting   queue  // calls held back by the parallelism of this template
	limit     int32  // its parallelism, 0 for none
	active    int32  // direct children that count for it
	live      int32  // of a DAG: tasks that have begun and are not settled
	open      int32  // of a DAG: tasks that are not settled
	current   NodeID // of Steps: the last step group
	daemons   []NodeID
	kept      []NodeID // of Steps: the groups that a retry of the run has left
	failFast  bool     // a child has failed, and the template wants no more of them
	fault     string   // why the step group ends in Error
	hookFault bool     // a hook is to blame
}

// task is what has become of one call of a group.
type task struct {
	node  NodeID // that of the call, or its TaskGroup; of looped steps the first
	waits int32  // tasks it depends on that are not settled
	loop  *loop
}

// A start is a call that is about to become a node.
type start struct {
	up    NodeID
	item  int32 // -1 for none
	label label
	call  *call
	plan  *plan // when the arguments are filled already
	frame *frame
	fetch *fetch
	items int32  // of a loop that is not yet taken apart
	skip  string // it is not to run: why
	fault error  // it cannot run
}

// queue is first in, first out.
type queue struct {
	list []start
	head int
}

func (q *queue) push(s start) { q.list = append(q.list, s) }
func (q *queue) len() int     { return len(q.list) - q.head }
func (q *queue) peek() *start { return &q.list[q.head] }

func (q *queue) pop() start {
	s := q.list[q.head]
	q.list[q.head] = start{}
	if q.head++; q.head == len(q.list) {
		*q = queue{}
	}
	return s
}

// Nodes lie in chunks, so that growing copies nothing.
const (
	chunkBits = 8
	chunkSize = 1 << chunkBits
)

// at is the node of an ID. Nodes never move.
func (e *Engine) at(id NodeID) *node { return &e.chunks[id>>chunkBits][id&(chunkSize-1)] }

// create adds a node below up and tells watchers.
func (e *Engine) create(up NodeID, l label, index int32, c *call) NodeID {
	id := NodeID(e.count)
	if e.count&(chunkSize-1) == 0 {
		e.chunks = append(e.chunks, make([]node, chunkSize))
	}
	e.count++
	e.tooMany = e.count > e.cfg.MaxNodes
	n := e.at(id)
	*n = node{up: up, first: NoNode, last: NoNode, next: NoNode, boundary: NoNode, index: index, label: l, call: c, generation: e.generation}
	n.started = e.now
	if up != NoNode {
		e.adopt(id, n)
	}
	if l == labelExit || l == labelHook {
		n.flags |= flagHook
	}
	if l == labelExit {
		n.flags |= flagExit
	}
	return id
}

// adopt puts a node below its owner.
func (e *Engine) adopt(id NodeID, n *node) {
	o := e.at(n.up)
	if o.last == NoNode {
		o.first = id
	} else {
		e.at(o.last).next = id
	}
	o.last = id
	n.depth = o.depth
	n.flags |= o.flags & flagExit
	switch {
	case n.label == labelHook && o.label == labelRoot:
	case o.typ == StepsNode || o.typ == DAGNode || n.label == labelContainer:
		n.boundary = n.up
		if n.label == labelExit || n.label == labelHook {
			n.boundary = o.boundary // hooked to a group, not called by it
		}
	default:
		n.boundary = o.boundary
	}
}

// children yields the nodes below id in the order of their creation.
func (e *Engine) children(id NodeID) func(yield func(NodeID, *node) bool) {
	return func(yield func(NodeID, *node) bool) {
		for c := e.at(id).first; c != NoNode; {
			n := e.at(c)
			if n.stage != stageGone && !yield(c, n) {
				return
			}
			c = n.next
		}
	}
}

// changed tells watchers of a node, once a step.
func (e *Engine) changed(id NodeID) {
	if n := e.at(id); n.stamp != e.step {
		n.stamp = e.step
		e.actions = append(e.actions, NodeChanged{Node: id})
	}
}

// set gives a node a phase and keeps the counts.
func (e *Engine) set(id NodeID, p Phase) {
	n := e.at(id)
	e.countProgress(n, -1)
	e.counts[n.phase]--
	n.phase = p
	e.transitions++
	e.counts[p]++
	e.counts[NoPhase] = 0
	e.countProgress(n, 1)
	e.changed(id)
}

// path is the full name of a node.
func (e *Engine) path(id NodeID) string {
	var chain [64]NodeID
	nodes := chain[:0]
	for ; id != NoNode; id = e.at(id).up {
		nodes = append(nodes, id)
	}
	b := make([]byte, 0, 64)
	b = append(b, e.cfg.Name...)
	for i := len(nodes) - 1; i >= 0; i-- {
		b = e.appendLabel(b, e.at(nodes[i]))
	}
	return string(b)
}

func (e *Engine) appendLabel(b []byte, n *node) []byte {
	switch n.label {
	case labelGroup:
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(n.index), 10)
		return append(b, ']')
	case labelCall:
		return append(append(b, '.'), n.call.name...)
	case labelItem:
		if e.at(n.up).typ == StepGroupNode {
			b = append(append(b, '.'), n.call.name...)
		}
		b = append(b, '(')
		b = strconv.AppendInt(b, int64(n.index), 10)
		b = append(b, ':')
		return append(append(b, e.itemOf(n).Text...), ')')
	case labelAttempt:
		b = append(b, '(')
		b = strconv.AppendInt(b, int64(n.index), 10)
		return append(b, ')')
	case labelContainer:
		return append(append(b, '.'), e.at(n.up).plan.members[n.index].name...)
	case labelExit:
		return append(b, ".onExit"...)
	case labelHook:
		return append(append(b, ".hooks."...), n.call.name...)
	}
	return b
}

// typeOf is the type of node that a template makes.
func typeOf(t ir.Type) NodeType {
	switch t {
	case ir.Steps:
		return StepsNode
	case ir.DAG:
		return DAGNode
	case ir.Suspend:
		return SuspendNode
	case ir.HTTP:
		return HTTPNode
	case ir.Plugin:
		return PluginNode
	}
	return PodNode
}

func nanos(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at).UTC()
}
