package engine

import (
	"fmt"
	"strconv"
	"time"

	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/pattern"
)

// proceed takes a new node through what has to be there before its template
// runs: inputs from ConfigMaps, locks, and a look into the cache.
func (e *Engine) proceed(id NodeID) {
	n := e.at(id)
	fetches := n.more != nil && n.more.fetch != nil && len(n.more.fetch.inputs) > 0
	locks := len(n.plan.locks) > 0 && !n.is(flagLocked)
	switch {
	case n.phase.Fulfilled():
	case e.shut(n) && (fetches || locks) && len(n.plan.calls) > 0:
		e.finish(id, Failed, e.stopMessage()) // exit handlers in it would go without
	case e.shut(n):
		e.run(id) // what it would wait for does not matter any more
	case fetches:
		k := n.more.fetch.keys[0]
		e.wait(id, stageFetching)
		e.actions = append(e.actions, Fetch{Node: id, ConfigMap: k.name, Key: k.key})
	case locks:
		e.acquire(id)
	case n.plan.memo != nil && (n.more == nil || n.more.memo == nil):
		e.lookUp(id)
	default:
		e.run(id)
	}
}

// run goes on with a node for which everything is there.
func (e *Engine) run(id NodeID) {
	n := e.at(id)
	switch {
	case n.more != nil && n.more.again:
		e.reopen(id)
	case n.typ == RetryNode:
		e.set(id, Running)
		n.stage = stageGroup
		n.extra().last = NoNode
		e.attempt(id)
	default:
		e.execute(id)
	}
}

// wait makes a node Pending until something answers.
func (e *Engine) wait(id NodeID, at stage) {
	e.at(id).stage = at
	e.set(id, Pending)
}

// execute runs the template of a node.
func (e *Engine) execute(id NodeID) {
	n := e.at(id)
	switch {
	case n.typ == StepsNode || n.typ == DAGNode:
		e.set(id, Running)
		n.stage = stageGroup
		if err := e.open(id); err != nil {
			e.fail(id, err)
			return
		}
		if n.typ == StepsNode {
			e.startGroup(id, 0)
		} else {
			e.startDAG(id)
		}
	case e.shut(n):
		e.finish(id, Failed, e.leafMessage(n))
	case n.typ == SuspendNode:
		e.suspend(id)
	default:
		e.startLeaf(id)
	}
}

// open makes the books of a group.
func (e *Engine) open(id NodeID) error {
	n := e.at(id)
	g := &group{tasks: make([]task, len(n.plan.calls)), current: NoNode}
	for i := range g.tasks {
		g.tasks[i].node = NoNode
	}
	n.extra().group = g
	limit, err := e.inside(id).number(&n.plan.parallelism, "parallelism")
	g.limit = int32(limit)
	return err
}

// number fills a text that has to be a whole number; empty text is 0.
func (s *scope) number(t *text, what string) (int, error) {
	v, err := s.fill(t)
	if err != nil || v == "" {
		return 0, err
	}
	i, err := strconv.Atoi(v)
	if err != nil {
		return 0, fmt.Errorf("%s is not a whole number: %q", what, v)
	}
	return i, nil
}

// duration fills a text that has to be a duration; empty text is 0.
func (s *scope) duration(t *text, what string) (time.Duration, error) {
	v, err := s.fill(t)
	if err != nil || v == "" {
		return 0, err
	}
	d, fault := expr.ParseDuration(v)
	if fault != nil {
		return 0, fmt.Errorf("%s: %s", what, fault.Message)
	}
	return d, nil
}

// when evaluates the condition of a call; message says why it is not to run.
func (s *scope) when(c *call) (ok bool, message string, err error) {
	if c.when.raw == "" {
		return true, "", nil
	}
	text, err := s.fill(&c.when)
	if err != nil {
		return false, "", fmt.Errorf("when: %w", err)
	}
	if ok, err = expr.EvalWhen(text); err != nil {
		return false, "", fmt.Errorf("when %q: %w", text, err)
	}
	return ok, "when '" + text + "' evaluated false", nil
}

var displayName = pattern.New(`^[a-zA-Z0-9][a-zA-Z0-9-.]{0,61}[a-zA-Z0-9]$`)

// setDisplay gives a node the name that its template wants.
func (e *Engine) setDisplay(id NodeID) error {
	n := e.at(id)
	if n.plan.display.raw == "" {
		return nil
	}
	name, err := e.inside(id).fill(&n.plan.display)
	if err != nil {
		return fmt.Errorf("display name: %w", err)
	}
	if !displayName().MatchString(name) {
		return fmt.Errorf("%q cannot be a display name", name)
	}
	n.extra().display = name
	return nil
}

// fetched takes the value of a key of a ConfigMap.
func (e *Engine) fetched(id NodeID, ev *Event) {
	n := e.at(id)
	f := n.more.fetch
	v, err := f.keys[0].take(ev.Fetched)
	if err != nil {
		e.refuse(id, err)
		return
	}
	n.frame.values[f.inputs[0]] = v
	f.inputs, f.keys = f.inputs[1:], f.keys[1:]
	e.goOn(id)
}

// take is the value that was fetched, or the default.
func (k *configMapValue) take(f *Fetched) (string, error) {
	switch {
	case f != nil && f.Error == "" && f.Value != nil:
		return *f.Value, nil
	case k.fallback != nil:
		return *k.fallback, nil
	case f != nil && f.Error != "":
		return "", fmt.Errorf("key %q of ConfigMap %q: %s", k.key, k.name, f.Error)
	}
	return "", fmt.Errorf("ConfigMap %q has no key %q", k.name, k.key)
}

// goOn continues with a node that waited, unless the run is suspended.
func (e *Engine) goOn(id NodeID) {
	if e.suspended && e.shutdown == noShutdown {
		e.at(id).stage = stageHeld
		e.held.push(id)
		return
	}
	e.unhold(id)
}

// unhold continues with a node whose run is no longer suspended.
func (e *Engine) unhold(id NodeID) {
	n := e.at(id)
	if n.stage == stageDone || n.stage == stageGone {
		return
	}
	if n.typ == RetryNode && n.more != nil && n.more.attempts > 0 && !n.more.again {
		n.stage = stageGroup
		e.attempt(id)
		return
	}
	e.proceed(id)
	e.hook(id)
}
