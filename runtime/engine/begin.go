package engine

import (
	"errors"
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// begin makes a call into a node, now or when there is a place for it.
func (e *Engine) begin(s start) {
	id, g := e.groupFor(&s)
	switch {
	case e.pointless(&s, g):
		e.drop(s)
	case g != nil && g.limit > 0 && (g.active >= g.limit || g.waiting.len() > 0):
		g.waiting.push(s)
	case e.podFree() && (e.limit <= 0 || e.waiting.len() == 0):
		e.launch(s)
	case g != nil && g.limit > 0:
		g.waiting.push(s)
		e.stalled.push(id)
	default:
		e.waiting.push(s)
	}
}

// pointless reports whether a call must not begin any more, because its group ends.
func (e *Engine) pointless(s *start, g *group) bool {
	if g == nil || s.label == labelExit || s.label == labelHook {
		return false
	}
	return g.failFast || g.fault != "" && !g.hookFault && e.at(s.up).typ == StepGroupNode
}

// groupOf is the group in which something below up is called.
func (e *Engine) groupOf(up NodeID) (NodeID, *group) {
	for id := up; id != NoNode; id = e.at(id).boundary {
		if n := e.at(id); n.more != nil && n.more.group != nil {
			return id, n.more.group
		}
	}
	return NoNode, nil
}

// groupFor is the group whose parallelism bounds a call: a hook counts where the
// call does that it belongs to.
func (e *Engine) groupFor(s *start) (NodeID, *group) {
	if s.label == labelExit || s.label == labelHook {
		if s.up == NoNode {
			return NoNode, nil
		}
		return e.groupOf(e.at(s.up).boundary)
	}
	return e.groupOf(s.up)
}

// pump begins what waits for a place in a group.
func (e *Engine) pump(id NodeID) {
	g := e.at(id).more.group
	for g.waiting.len() > 0 {
		switch {
		case e.pointless(g.waiting.peek(), g):
			e.drop(g.waiting.pop())
		case g.active >= g.limit:
			return
		case !e.podFree():
			e.stalled.push(id)
			return
		default:
			e.launch(g.waiting.pop())
		}
	}
}

// drop gives a call up that never became a node.
func (e *Engine) drop(s start) {
	n := e.at(s.up)
	switch {
	case s.label == labelExit || s.label == labelHook:
		e.unhook(s.up)
	case n.typ == DAGNode:
		n.more.group.live--
		e.checkDAG(s.up)
	default:
		n.open--
		e.checkOpen(s.up)
	}
}

// launch makes the node of a call.
func (e *Engine) launch(s start) {
	if e.tooMany {
		return // the run is about to be given up
	}
	_, g := e.groupFor(&s)
	if e.pointless(&s, g) {
		e.drop(s)
		return
	}
	sc := e.scopeOf(&s)
	if s.item >= 0 && e.taskOf(&s).loop.late {
		if ok, message, err := sc.when(s.call); err != nil {
			e.placeholder(s, Error, err.Error())
			return
		} else if !ok {
			e.placeholder(s, Skipped, message)
			return
		}
	}
	f, fetch, p, err := s.frame, s.fetch, s.plan, error(nil)
	if p == nil {
		p, f, fetch, err = e.prepare(sc, s.call)
	}
	if err != nil {
		e.placeholder(s, Error, err.Error())
		return
	}
	id := e.register(s)
	n := e.at(id)
	n.plan, n.frame, n.typ = p, f, p.typ
	if fetch != nil {
		n.extra().fetch = fetch
	}
	if p.retry != nil {
		n.typ = RetryNode
	}
	if n.depth++; int(n.depth) >= e.cfg.MaxDepth {
		e.retype(id, SkippedNode)
		e.finish(id, Error, fmt.Sprintf("Maximum recursion depth exceeded. Templates are nested more than %d deep", e.cfg.MaxDepth))
		return
	}
	if err := e.setDisplay(id); err != nil {
		e.fail(id, err)
		return
	}
	e.markActive(id)
	e.proceed(id)
	e.hook(id)
}

// scopeOf is the scope in which the arguments of a call are filled.
func (e *Engine) scopeOf(s *start) *scope {
	if s.label == labelExit || s.label == labelHook {
		return e.hookScope(s.up)
	}
	return e.callScope(s.up, s.call, s.item)
}

// register makes the node and lets its group know it.
func (e *Engine) register(s start) NodeID {
	id := e.create(s.up, s.label, max(s.item, 0), s.call)
	if s.up == NoNode {
		if s.label == labelExit {
			e.exitNode = id
		} else {
			e.root = id
		}
		return id
	}
	if s.label != labelCall && s.label != labelItem {
		return id
	}
	t := e.taskOf(&s)
	if t.node == NoNode {
		t.node = id
	}
	if s.item >= 0 {
		t.loop.nodes[s.item] = id
	}
	return id
}

// taskOf is what its group keeps of the step or task that a call belongs to.
func (e *Engine) taskOf(s *start) *task {
	group := s.up
	if t := e.at(s.up).typ; t == StepGroupNode || t == TaskGroupNode {
		group = e.at(s.up).up
	}
	return &e.at(group).more.group.tasks[s.call.index]
}

// placeholder makes the node of a call that was not to be begun, or could not.
func (e *Engine) placeholder(s start, p Phase, message string) {
	if e.tooMany {
		return
	}
	id := e.register(s)
	n := e.at(id)
	n.typ = SkippedNode
	n.plan = emptyPlan
	if p == Error {
		n.flags |= flagErrored
	}
	e.finish(id, p, message)
}

var emptyPlan = &plan{typ: SkippedNode}

// refuse ends a node that never began to do anything: it could not.
func (e *Engine) refuse(id NodeID, err error) {
	e.retype(id, SkippedNode)
	e.fail(id, err)
}

// fail ends a node with what weft itself could not do.
func (e *Engine) fail(id NodeID, err error) {
	e.at(id).flags |= flagErrored
	e.finish(id, Error, err.Error())
}

// prepare finds the template of a call and fills its arguments.
func (e *Engine) prepare(s *scope, c *call) (*plan, *frame, *fetch, error) {
	t, err := e.callee(s, c)
	if err != nil {
		return nil, nil, nil, unfit{err}
	}
	p := e.planner.of(t)
	arguments := c.arguments
	if c == e.entry || c.index == ofWorkflow {
		arguments = e.arguments
	}
	f, fetch, err := e.fillArguments(s, c, p, arguments)
	return p, f, fetch, err
}

// unfit is what makes a call and its template not fit together. It ends the call
// alone, where an argument that cannot be filled keeps a step group from beginning.
type unfit struct{ error }

// callee is the template that a call means.
func (e *Engine) callee(s *scope, c *call) (*ir.Template, error) {
	t := c.callee.Inline
	if t == nil {
		t = c.callee.Target
	}
	if t == nil {
		name, err := s.fill(&c.template)
		if err != nil {
			return nil, err
		}
		spec := e.planner.run
		if c.parent != nil {
			spec = c.parent.home
		}
		if ref := c.callee.Ref; ref != nil {
			resource, err := s.fill(&c.ref)
			if err != nil {
				return nil, err
			}
			o := e.project.Resource(e.cfg.Object.Namespace.Text(), resource, ref.Cluster)
			if o == nil {
				return nil, fmt.Errorf("there is no template resource %q", resource)
			}
			spec = o.Spec
		}
		if t = e.planner.template(spec, name); t == nil {
			return nil, fmt.Errorf("there is no template %q", name)
		}
	}
	if t.Type() == ir.NoType || t.Owner != nil && t.Owner.Stub {
		return nil, fmt.Errorf("nothing but the name is known of %s", t.Describe())
	}
	return t, nil
}

// fetch lists the inputs that come from ConfigMaps.
type fetch struct {
	inputs []int32
	keys   []configMapValue
}

type configMapValue struct {
	name, key string
	fallback  *string
}

// fillArguments makes the frame of a call: for every input the argument, else
// its own default.
func (e *Engine) fillArguments(s *scope, c *call, p *plan, arguments []argument) (*frame, *fetch, error) {
	if len(p.inputs)+len(p.artifacts)+len(p.captures) == 0 {
		return nil, nil, nil
	}
	f := &frame{plan: p}
	for _, name := range p.captures {
		if v, k := s.lookup(name); k != unknown {
			f.extra().captured = append(f.more.captured, captured{name, v, k})
		}
	}
	own := &scope{e: e, node: NoNode, frame: f}
	var needed *fetch
	if len(p.inputs) > 0 {
		f.values = make([]string, len(p.inputs))
	}
	for i := range p.inputs {
		v, key, err := fillInput(s, own, &p.inputs[i], arguments)
		if err != nil {
			return nil, nil, err
		}
		if f.values[i] = v; key != nil {
			if needed == nil {
				needed = &fetch{}
			}
			needed.inputs, needed.keys = append(needed.inputs, int32(i)), append(needed.keys, *key)
		}
	}
	return f, needed, e.fillArtifacts(s, c, p, f)
}

func (f *frame) extra() *passed {
	if f.more == nil {
		f.more = &passed{}
	}
	return f.more
}

// fillInput is the value of one input, or where it is to be fetched.
func fillInput(s, own *scope, in *input, arguments []argument) (string, *configMapValue, error) {
	var lacking error
	for i := range arguments {
		a := &arguments[i]
		if a.name != in.name {
			continue
		}
		switch {
		case a.has:
			v, err := s.fill(&a.value)
			if !errors.Is(err, errAbsent) {
				return v, nil, inputError(in, err)
			}
			lacking = err
		case a.expr != nil:
			v, err := s.text(a.expr)
			return v, nil, inputError(in, err)
		case a.configMap != nil:
			key, err := s.configMap(a.configMap)
			return "", key, inputError(in, err)
		}
		break
	}
	switch {
	case in.has:
		v, err := own.fill(&in.value)
		return v, nil, inputError(in, err)
	case in.configMap != nil:
		key, err := own.configMap(in.configMap)
		return "", key, inputError(in, err)
	case lacking != nil:
		return "", nil, inputError(in, lacking)
	}
	return "", nil, unfit{fmt.Errorf("inputs.parameters.%s was not supplied", in.name)}
}

func inputError(in *input, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("input parameter %q: %w", in.name, err)
}

// configMap fills the name of a key of a ConfigMap.
func (s *scope) configMap(k *configMapKey) (*configMapValue, error) {
	name, err1 := s.fill(&k.name)
	key, err2 := s.fill(&k.key)
	v := &configMapValue{name: name, key: key}
	if k.fallback != nil {
		fallback, err := s.fill(k.fallback)
		if err != nil {
			return nil, err
		}
		v.fallback = &fallback
	}
	return v, errors.Join(err1, err2)
}

// fillArtifacts finds the input artifacts.
func (e *Engine) fillArtifacts(s *scope, c *call, p *plan, f *frame) error {
	artifacts := c.artifacts
	if c.index == ofWorkflow {
		artifacts = e.entry.artifacts
	}
	for _, in := range p.artifacts {
		n, given, err := passedArtifact(s, artifacts, &in)
		switch {
		case err != nil:
			return fmt.Errorf("input artifact %q: %w", in.name, err)
		case n != nil:
			if f.extra().artifacts == nil {
				f.more.artifacts = map[string]*tree.Node{}
			}
			f.more.artifacts[in.name] = n
		case !in.optional && (given || !in.located):
			return unfit{fmt.Errorf("inputs.artifacts.%s was not supplied", in.name)}
		}
	}
	return nil
}

// passedArtifact is the artifact that the arguments give for an input; nil when
// there is none, or it is optional and does not exist.
func passedArtifact(s *scope, artifacts []artifactArgument, in *inputArtifact) (n *tree.Node, given bool, err error) {
	for i := range artifacts {
		a := &artifacts[i]
		if a.name != in.name {
			continue
		}
		if a.from.raw == "" && a.expression == nil {
			if !hasLocation(a.node) {
				return nil, !a.optional, nil
			}
			n, err := s.tree(a.node)
			return n, true, err
		}
		location, err := s.source(a.from, a.expression, a.subPath)
		if err != nil && (a.optional || in.optional) {
			err = nil
		}
		if err != nil || location == nil {
			return nil, !a.optional, err
		}
		return grown(decoded(location)), true, nil
	}
	return nil, false, nil
}
