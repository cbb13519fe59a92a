package engine

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// A frame is what a called template was given. It never changes once made, so
// every node of the call may share it, and a Pod may be built from it while the
// engine goes on.
type frame struct {
	plan   *plan
	values []string // of plan.inputs
	more   *passed
}

// passed is what few calls are given.
type passed struct {
	artifacts map[string]*tree.Node
	captured  []captured // of inline templates
}

// captured is a name that an inline template has from the template around it.
type captured struct {
	name, value string
	known       known
}

// known says what is known of a name.
type known uint8

const (
	unknown known = iota
	absent        // it belongs to something that did not run
	present
)

// scope is where the texts of a template get their values: the node that runs
// the template, what it was given, and the calls in it.
type scope struct {
	e     *Engine
	node  NodeID // NoNode for the workflow itself
	frame *frame

	item     *eval.Item
	self     *call // what steps.NAME means in a hook of NAME
	selfNode NodeID
}

// inside is the scope of the texts in the template that a node runs.
func (e *Engine) inside(id NodeID) *scope {
	if id == NoNode {
		return &scope{e: e, node: NoNode}
	}
	return &scope{e: e, node: id, frame: e.at(id).frame}
}

// lookup is the value of a name.
func (s *scope) lookup(key string) (string, known) {
	if f := s.frame; f != nil && f.more != nil {
		for i := range f.more.captured {
			if c := &f.more.captured[i]; c.name == key {
				return c.value, c.known
			}
		}
	}
	root, rest, _ := strings.Cut(key, ".")
	switch root {
	case "inputs":
		return s.frame.lookup(rest)
	case "workflow":
		return found(s.e.globals.lookup(rest, s.e.now))
	case "item":
		if s.item == nil {
			return "", unknown
		}
		return found(eval.WithItem(eval.Names{}, *s.item).Value(key))
	case "steps", "tasks":
		return s.sibling(root, rest)
	case "node":
		if rest == "name" && s.node != NoNode {
			return s.e.path(s.node), present
		}
	case "retries", "lastRetry":
		return found(s.e.lastRetry(s.node).lookup(key))
	}
	return "", unknown
}

func found(value string, ok bool) (string, known) {
	if ok {
		return value, present
	}
	return "", unknown
}

// lookup is an input, without its "inputs.".
func (f *frame) lookup(rest string) (string, known) {
	if name, ok := strings.CutPrefix(rest, "parameters."); ok && f != nil {
		for i := range f.plan.inputs {
			if f.plan.inputs[i].name == name && i < len(f.values) {
				return f.values[i], present
			}
		}
	}
	if rest == "parameters" {
		return f.json(), present
	}
	return "", unknown
}

// json is inputs.parameters as a whole.
func (f *frame) json() string {
	list := []Value{}
	if f != nil {
		for i, v := range f.values {
			list = append(list, Value{f.plan.inputs[i].name, v})
		}
	}
	return compactJSON(list)
}

// sibling is a name below steps or tasks.
func (s *scope) sibling(root, rest string) (string, known) {
	if s.node == NoNode {
		return "", unknown
	}
	if rest == "name" {
		if under, name := s.e.calledAs(s.node); under == root {
			return name, present
		}
	}
	name, attribute, ok := strings.Cut(rest, ".")
	id, t, c := s.find(root, name)
	switch {
	case !ok || c == nil:
		return "", unknown
	case t != nil && t.loop != nil:
		return s.e.ofLoop(t.loop, id, attribute)
	}
	return s.e.ofNode(id, c, attribute)
}

// calledAs is the name of the step or task that called the template which a node
// runs, and whether it is below steps or tasks that it knows the name. A template
// that neither called has the empty name.
func (e *Engine) calledAs(id NodeID) (root, name string) {
	n := e.at(id)
	if n.label == labelAttempt {
		n = e.at(n.up)
	}
	switch {
	case n.boundary == NoNode:
		return "steps", ""
	case n.label == labelExit:
		name = "onExit"
	case n.call != nil:
		name = n.call.name
	}
	if e.at(n.boundary).typ == DAGNode {
		return "tasks", name
	}
	return "steps", name
}

// find is the node of a call in the template of the scope: the call itself for
// its own hooks. The task is nil then.
func (s *scope) find(root, name string) (NodeID, *task, *call) {
	n := s.e.at(s.node)
	if s.self != nil && s.self.name == name && s.self.task == (root == "tasks") {
		return s.selfNode, nil, s.self
	}
	if n.more == nil || n.more.group == nil || (n.typ == DAGNode) != (root == "tasks") {
		return NoNode, nil, nil
	}
	i, ok := n.plan.byName[name]
	if !ok || n.more.group.tasks[i].node == NoNode {
		return NoNode, nil, nil
	}
	t := &n.more.group.tasks[i]
	id := t.node
	if t.loop != nil && n.typ == StepsNode {
		id = s.e.at(id).up // attributes of the loop are those of its step group
	}
	return id, t, n.plan.calls[i]
}

// ofNode is an attribute of a node.
func (e *Engine) ofNode(id NodeID, c *call, attribute string) (string, known) {
	n := e.at(id)
	if attribute == "status" {
		return n.phase.String(), present
	}
	if !n.phase.Fulfilled() && !n.is(flagDaemon) {
		return "", unknown
	}
	if last := e.lastAttempt(id); last != NoNode && !strings.HasPrefix(attribute, "outputs.") {
		id, n = last, e.at(last)
	}
	switch attribute {
	case "id":
		return e.path(id), present
	case "startedAt":
		return nanos(n.started).Format(time.RFC3339), present
	case "finishedAt":
		return nanos(n.finished).Format(time.RFC3339), present
	case "ip":
		if n.more != nil && n.more.ip != "" {
			return n.more.ip, present
		}
	case "hostNodeName":
		return n.host, present
	case "exitCode":
		if n.outputs != nil && n.outputs.ExitCode != nil {
			return strconv.Itoa(*n.outputs.ExitCode), present
		}
	}
	if rest, ok := strings.CutPrefix(attribute, "outputs."); ok {
		return e.output(n, c, rest)
	}
	return "", missing(n)
}

// missing is what is known of an output that a node does not have.
func missing(n *node) known {
	if n.phase == Skipped || n.phase == Omitted {
		return absent
	}
	return unknown
}

// output is an output of a finished node, without its "outputs.".
func (e *Engine) output(n *node, c *call, rest string) (string, known) {
	if rest == "result" && n.outputs != nil && n.outputs.Result != nil {
		return *n.outputs.Result, present
	}
	name, ok := strings.CutPrefix(rest, "parameters.")
	if !ok {
		return "", missing(n)
	}
	if n.outputs != nil {
		for i := range n.outputs.Parameters {
			if n.outputs.Parameters[i].Name == name {
				return n.outputs.Parameters[i].Value, present
			}
		}
	}
	if missing(n) == absent && c.callee.Target != nil {
		for _, r := range e.planner.of(c.callee.Target).results {
			if r.name == name && r.fallback != nil {
				return r.fallback.raw, present
			}
		}
	}
	return "", missing(n)
}

// each yields every name below the roots with its value, nil for what is
// absent. names restricts steps and tasks.
func (s *scope) each(roots []string, names map[string][]string, yield func(string, any)) {
	for _, root := range roots {
		switch root {
		case "inputs":
			s.eachInput(yield)
		case "workflow":
			s.e.globals.each(s.e.now, yield)
		case "item":
			if s.item != nil {
				yield("item", s.item.Value)
				for k, v := range s.item.Keys {
					yield("item."+k, v)
				}
			}
		case "node":
			if s.node != NoNode {
				yield("node.name", s.e.path(s.node))
			}
		case "retries", "lastRetry":
			s.e.lastRetry(s.node).each(root, yield)
		case "steps", "tasks":
			s.eachSibling(root, names, yield)
		}
	}
	if s.frame == nil || s.frame.more == nil {
		return
	}
	for _, c := range s.frame.more.captured {
		if root, _, _ := strings.Cut(c.name, "."); !slices.Contains(roots, root) {
			continue
		}
		switch c.known {
		case present:
			yield(c.name, c.value)
		case absent:
			yield(c.name, nil)
		}
	}
}

func (s *scope) eachInput(yield func(string, any)) {
	f := s.frame
	if f == nil {
		return
	}
	for i, v := range f.values {
		yield("inputs.parameters."+f.plan.inputs[i].name, v)
	}
	if f.more != nil {
		for name, n := range f.more.artifacts {
			yield("inputs.artifacts."+name, plain(n))
		}
	}
}

func (s *scope) eachSibling(root string, names map[string][]string, yield func(string, any)) {
	if s.node == NoNode {
		return
	}
	which := names[root]
	if which == nil {
		n := s.e.at(s.node)
		if n.more != nil && n.more.group != nil {
			for _, c := range n.plan.calls {
				which = append(which, c.name)
			}
		}
		if s.self != nil {
			which = append(which, s.self.name)
		}
	}
	for _, name := range which {
		if v, k := s.sibling(root, name); k == present {
			yield(root+"."+name, v) // steps.name
			continue
		}
		id, t, c := s.find(root, name)
		if c == nil {
			continue
		}
		prefix := root + "." + name + "."
		for _, attribute := range []string{"status", "id", "startedAt", "finishedAt", "ip", "hostNodeName", "exitCode", "outputs.result", "outputs.parameters"} {
			s.yieldAttribute(root, name, attribute, yield)
		}
		for _, p := range s.e.outputNames(id, t, c) {
			s.yieldAttribute(root, name, "outputs.parameters."+p, yield)
		}
		if t == nil || t.loop == nil {
			for _, a := range s.e.artifactsOf(id) {
				yield(prefix+"outputs.artifacts."+a.Name, decoded(a.Location))
			}
		}
	}
}

func (s *scope) yieldAttribute(root, name, attribute string, yield func(string, any)) {
	key := name + "." + attribute
	switch v, k := s.sibling(root, key); k {
	case present:
		yield(root+"."+key, v)
	case absent:
		yield(root+"."+key, nil)
	}
}

// outputNames are the output parameters that a call has or should have.
func (e *Engine) outputNames(id NodeID, t *task, c *call) []string {
	var names []string
	if c.callee.Target != nil {
		for _, r := range e.planner.of(c.callee.Target).results {
			names = append(names, r.name)
		}
	}
	ids := []NodeID{id}
	if t != nil && t.loop != nil {
		ids = t.loop.nodes
	}
	for _, id := range ids {
		if id == NoNode || e.at(id).outputs == nil {
			continue
		}
		for _, p := range e.at(id).outputs.Parameters {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

func (e *Engine) artifactsOf(id NodeID) []Artifact {
	if o := e.at(id).outputs; o != nil {
		return o.Artifacts
	}
	return nil
}

// env is what an expression sees.
func (s *scope) env(x *expression) map[string]any {
	vars := map[string]any{}
	s.each(x.roots, x.names, func(name string, value any) { vars[name] = value })
	return expr.Nest(vars)
}

// compactJSON is v as JSON without escapes for HTML.
func compactJSON(v any) string {
	var b strings.Builder
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}
