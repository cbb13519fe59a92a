package engine

import (
	"errors"
	"fmt"

	"github.com/weft-lang/weft/lang/tree"
)

// startGroup begins a step group. All arguments of its steps are filled before
// the first of them begins, so that a group either begins or does not.
func (e *Engine) startGroup(id NodeID, index int32) {
	n := e.at(id)
	for int(index) < len(n.more.group.kept) {
		if e.keepGroup(id, n.more.group.kept[index]) {
			return
		}
		index++
	}
	if int(index) == len(n.plan.groups) {
		e.endGroupNode(id)
		return
	}
	gid := e.create(id, labelGroup, index, nil)
	group := e.at(gid)
	group.typ, group.stage, group.plan = StepGroupNode, stageGroup, emptyPlan
	n.more.group.current = gid
	n.more.group.fault = ""
	e.set(gid, Running)

	s := e.inside(id)
	starts := make([]start, len(n.plan.groups[index]))
	for i, c := range n.plan.groups[index] {
		var err error
		if starts[i], err = e.expand(s, gid, c); err != nil {
			e.fail(gid, fmt.Errorf("failed to resolve references: %s: %w", c.loop.Describe(), err))
			return
		}
		group.open += max(starts[i].items, 1)
	}
	for _, st := range starts {
		e.beginAll(st)
	}
	e.checkOpen(gid)
}

// expand makes the start of a step or task: of one node, one an item, or one
// that is skipped.
func (e *Engine) expand(s *scope, up NodeID, c *call) (st start, err error) {
	st = start{up: up, item: -1, label: labelCall, call: c}
	looped := c.loop.Looped() || emptyItems(c)
	late := c.whenItem
	if !looped || !c.whenItem {
		ok, message, err := s.when(c)
		switch {
		case err != nil && looped:
			late = true
		case err != nil:
			st.fault = err
			return st, nil
		case !ok:
			st.skip = message
			return st, nil
		}
	}
	if !looped {
		st.plan, st.frame, st.fetch, err = e.prepare(s, c)
		if errors.As(err, &unfit{}) {
			st.fault, err = err, nil
		}
		return st, err
	}
	items, err := s.items(c)
	if err != nil {
		return st, err
	}
	if len(items) == 0 {
		st.skip = "Skipped, empty params"
		return st, nil
	}
	st.items = int32(len(items))
	e.at(s.node).more.group.tasks[c.index].loop = newLoop(c, items, late)
	return st, nil
}

// emptyItems reports whether a call loops over nothing.
func emptyItems(c *call) bool {
	n := c.loop.WithItems
	return n != nil && n.Kind == tree.List && len(n.Items) == 0
}

// beginAll begins a call, or all its items.
func (e *Engine) beginAll(s start) {
	if s.items == 0 {
		e.beginOne(s)
		return
	}
	s.label = labelItem
	for i := range s.items {
		s.item = i
		if e.begin(s); e.tooMany {
			return
		}
	}
}

// beginOne begins a call whose condition is decided.
func (e *Engine) beginOne(s start) {
	switch {
	case s.fault != nil:
		e.placeholder(s, Error, s.fault.Error())
	case s.skip != "":
		e.placeholder(s, Skipped, s.skip)
	default:
		e.begin(s)
	}
}

// endStepGroup decides how a step group came out.
func (e *Engine) endStepGroup(gid NodeID) {
	up := e.at(gid).up
	g := e.at(up).more.group
	switch {
	case g.fault != "":
		e.finish(gid, Error, g.fault)
		return
	case g.failFast:
		e.finish(gid, Failed, failFastMessage)
		return
	}
	for id, n := range e.children(gid) {
		if n.phase.Bad() && !n.call.tolerates(n.phase) {
			e.finish(gid, Failed, "child '"+e.path(id)+"' failed")
			return
		}
	}
	e.finish(gid, Succeeded, "")
}

// groupDone goes on to the next step group, or ends the node.
func (e *Engine) groupDone(id, gid NodeID) {
	group := e.at(gid)
	switch n := e.at(id); {
	case n.phase.Fulfilled():
	case group.phase.Bad():
		e.finish(id, Failed, group.message)
	default:
		e.startGroup(id, group.index+1)
	}
}

// endGroupNode ends a Steps or DAG node that came to a good end: what is left is
// its outputs.
func (e *Engine) endGroupNode(id NodeID) {
	outputs, err := e.groupOutputs(id)
	if err != nil {
		e.fail(id, err)
		return
	}
	e.at(id).outputs = outputs
	e.finish(id, Succeeded, "")
}
