package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
)

// startLeaf asks for the Pod or request of a leaf.
func (e *Engine) startLeaf(id NodeID) {
	n := e.at(id)
	e.wait(id, stagePending)
	if n.typ == PodNode {
		n.flags |= flagPod
		e.activePods++
	}
	left, err := e.bounds(id)
	if err != nil {
		e.fail(id, err)
		return
	}
	for i := range n.plan.members {
		c := e.at(e.create(id, labelContainer, int32(i), nil))
		c.typ, c.plan, c.stage, c.call = ContainerNode, emptyPlan, stageGroup, nil
		e.set(e.at(id).last, Pending)
	}
	if n.plan.progress != "" {
		e.setProgress(id, n.plan.progress)
	}
	e.actions = append(e.actions, StartLeaf{Leaf: e.leaf(id, left)})
}

// leaf is all that a driver needs to make the Pod of a node.
func (e *Engine) leaf(id NodeID, left int64) *Leaf {
	n := e.at(id)
	path := e.path(id)
	l := &Leaf{
		Node: id, Path: path, Generation: int(n.generation), Template: n.plan.t, Scope: e.leafScope(id, path),
		WantsResult: n.call.wantsResult || n.plan.t.Type() == ir.Data, SecondsLeft: left, OnExit: n.is(flagExit),
	}
	if b := n.boundary; b != NoNode {
		l.Boundary = e.at(b).plan.t
	}
	if n.frame != nil && n.frame.more != nil {
		l.Artifacts = n.frame.more.artifacts
	}
	switch attempt := n.boundary; {
	case n.label == labelAttempt && n.plan.retry.spread:
		l.FailedHosts = e.failedHosts(n.up, nil)
	case attempt != NoNode && e.at(attempt).label == labelAttempt && e.at(attempt).plan.retry.spread:
		l.FailedHosts = e.failedHosts(e.at(attempt).up, nil)
	}
	return l
}

// failedHosts are the hosts of the Pods below a node that went wrong, each once.
func (e *Engine) failedHosts(id NodeID, hosts []string) []string {
	for c, n := range e.children(id) {
		if n.phase.Bad() && n.host != "" && !slices.Contains(hosts, n.host) {
			hosts = append(hosts, n.host)
		}
		hosts = e.failedHosts(c, hosts)
	}
	return hosts
}

// stopLeaf asks for the end of a Pod.
func (e *Engine) stopLeaf(id NodeID) {
	e.actions = append(e.actions, StopLeaf{Node: id, Generation: int(e.at(id).generation)})
}

// bounds sets the timers of a leaf, and tells how long its Pod may live; 0 is no
// bound.
func (e *Engine) bounds(id NodeID) (seconds int64, err error) {
	n := e.at(id)
	left := int64(math.MaxInt64)
	bound := func(at int64) { left = min(left, at-e.now) }
	if e.deadline != 0 && !n.is(flagExit) {
		bound(e.deadline)
	}
	timeout, err := e.setTimeouts(id)
	if err != nil {
		return 0, err
	}
	if timeout > 0 {
		bound(n.started + int64(timeout))
	}
	if n.label == labelAttempt {
		most, err := e.inside(n.up).duration(&n.plan.retry.maxDuration, "maxDuration")
		if err != nil {
			return 0, err
		}
		if first := e.firstAttempt(e.at(n.up)); most > 0 {
			bound(first.started + int64(most))
		}
	}
	if left == math.MaxInt64 {
		return 0, nil
	}
	return max(1, (left+int64(time.Second)-1)/int64(time.Second)), nil
}

// leafScope is what a Pod is built from. It holds nothing that the engine
// changes later, so that it may be read while the engine goes on.
type leafScope struct {
	path    string
	root    string // steps or tasks, below which
	caller  string // is the name of the caller
	globals *globals
	now     int64
	frame   *frame
	retry   *retried
}

func (e *Engine) leafScope(id NodeID, path string) *leafScope {
	n := e.at(id)
	s := &leafScope{path: path, globals: e.globals, now: e.now, frame: n.frame, retry: e.lastRetry(id)}
	s.root, s.caller = e.calledAs(id)
	return s
}

// Value knows the names that a Pod may use.
func (s *leafScope) Value(name string) (string, bool) {
	if s.frame != nil && s.frame.more != nil {
		for i := range s.frame.more.captured {
			if c := &s.frame.more.captured[i]; c.name == name && c.known == present {
				return c.value, true
			}
		}
	}
	switch root, rest, _ := strings.Cut(name, "."); root {
	case "inputs":
		v, k := s.frame.lookup(rest)
		return v, k == present
	case "workflow":
		return s.globals.lookup(rest, s.now)
	case "node":
		return s.path, rest == "name"
	case "retries", "lastRetry":
		return s.retry.lookup(name)
	case "steps", "tasks":
		return s.caller, rest == "name" && root == s.root
	}
	return "", false
}

// Vars are all of them.
func (s *leafScope) Vars() map[string]string {
	vars := map[string]string{"node.name": s.path}
	add := func(name string, value any) {
		if text, ok := value.(string); ok {
			vars[name] = text
		}
	}
	(&scope{frame: s.frame, node: NoNode}).eachInput(add)
	s.globals.each(s.now, add)
	s.retry.each("retries", add)
	s.retry.each("lastRetry", add)
	if s.frame != nil && s.frame.more != nil {
		for _, c := range s.frame.more.captured {
			if c.known == present {
				vars[c.name] = c.value
			}
		}
	}
	vars[s.root+".name"] = s.caller
	return vars
}

// suspend makes a node wait for somebody, or for a time.
func (e *Engine) suspend(id NodeID) {
	n := e.at(id)
	d, err := e.inside(id).duration(&n.plan.duration, "duration")
	if err != nil {
		e.fail(id, err)
		return
	}
	n.stage = stageSuspended
	e.asleep++
	e.set(id, Running)
	if n.plan.duration.raw != "" {
		e.setTimer(id, timerSuspend, e.now+int64(d))
	}
}

// resume ends a suspend node. What nobody supplied takes its default; without
// one it is an error when the time is up, and when somebody wants to go on the
// node waits for the value.
func (e *Engine) resume(id NodeID, message string, timeUp bool) {
	n := e.at(id)
	for i := range n.plan.results {
		r := &n.plan.results[i]
		if _, ok := n.outputs.parameter(r.name); ok || !r.supplied && r.fallback == nil {
			continue
		}
		if r.fallback == nil {
			if n.message = fmt.Sprintf("output parameter %q was not supplied", r.name); timeUp {
				e.fail(id, errors.New(n.message))
			}
			e.changed(id)
			return
		}
		v, err := e.inside(id).fill(r.fallback)
		if err != nil {
			e.fail(id, fmt.Errorf("output parameter %q: %w", r.name, err))
			return
		}
		if r.borrows {
			v = firstChoice(v)
		}
		n.supply(Value{r.name, v})
	}
	e.finish(id, Succeeded, message)
}

// firstChoice is the first entry of a value such as {"enum": ["a", "b"]}, and any
// other value itself.
func firstChoice(value string) string {
	var choices struct {
		Enum []json.RawMessage `json:"enum"`
	}
	if json.Unmarshal([]byte(value), &choices) != nil || len(choices.Enum) == 0 {
		return value
	}
	var text string
	if json.Unmarshal(choices.Enum[0], &text) != nil {
		return string(choices.Enum[0])
	}
	return text
}

// Wants are the outputs that a suspend node takes, and those of them that it needs
// before it goes on. Other nodes take none.
func (e *Engine) Wants(id NodeID) (takes, lacks []string) {
	n := e.at(id)
	if n.stage != stageSuspended {
		return nil, nil
	}
	for i := range n.plan.results {
		r := &n.plan.results[i]
		if !r.supplied {
			continue
		}
		takes = append(takes, r.name)
		if _, ok := n.outputs.parameter(r.name); !ok && r.fallback == nil {
			lacks = append(lacks, r.name)
		}
	}
	return takes, lacks
}

// supply gives a suspend node an output.
func (n *node) supply(v Value) {
	o := &Outputs{}
	if n.outputs != nil {
		*o = *n.outputs
	}
	o.Parameters = append(o.Parameters[:len(o.Parameters):len(o.Parameters)], v)
	for i := range o.Parameters[:len(o.Parameters)-1] {
		if o.Parameters[i].Name == v.Name {
			o.Parameters = append(append([]Value(nil), o.Parameters[:i]...), o.Parameters[i+1:]...)
			break
		}
	}
	n.outputs = o
}

// parameter is the value of an output parameter.
func (o *Outputs) parameter(name string) (string, bool) {
	if o == nil {
		return "", false
	}
	for i := range o.Parameters {
		if o.Parameters[i].Name == name {
			return o.Parameters[i].Value, true
		}
	}
	return "", false
}

// displayName is the name for people.
func (e *Engine) displayName(id NodeID) string {
	n := e.at(id)
	if n.more != nil && n.more.display != "" {
		return n.more.display
	}
	full := e.path(id)
	if n.boundary == NoNode {
		return full
	}
	rest := full[len(e.path(n.boundary)):]
	if n.typ != StepGroupNode && len(rest) > 0 && rest[0] == '[' {
		for i := range rest {
			if rest[i] == '.' {
				return rest[i+1:]
			}
		}
	}
	if len(rest) > 0 && rest[0] == '.' {
		return rest[1:]
	}
	return rest
}
