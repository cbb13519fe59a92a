package compiler

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// reader makes IR nodes from tree nodes.
type reader struct {
	owner *ir.Object
	// loose is on below a step of a steps template: the reference decodes that
	// part without regard to the case of keys, so `Parameters:` counts there.
	loose bool
}

// get is the value under key, nil when it is absent or null.
func (r reader) get(n *tree.Node, key string) *tree.Node {
	v := n.Get(key)
	if v == nil && r.loose && n != nil {
		for _, e := range n.Entries {
			if strings.EqualFold(e.Key.Value, key) {
				v = e.Value
			}
		}
	}
	if v.IsNull() {
		return nil
	}
	return v
}

func (r reader) bool(n *tree.Node, key string) bool {
	v := r.get(n, key)
	return v != nil && v.Kind == tree.Bool && v.Value == "true"
}

// spec reads a spec; a missing one reads as an empty one, as Kubernetes decodes it.
func (r reader) spec(n *tree.Node) *ir.Spec {
	s := &ir.Spec{
		Node: n, Owner: r.owner,
		Entrypoint: r.get(n, "entrypoint"),
		OnExit:     r.get(n, "onExit"),
		Arguments:  r.io(r.get(n, "arguments")),
		Hooks:      r.hooks(r.get(n, "hooks"), nil),
	}
	for i, t := range r.get(n, "templates").List() {
		s.Templates = append(s.Templates, r.template(t, i, nil))
	}
	if d := r.get(n, "templateDefaults"); d != nil {
		s.Defaults = r.template(d, -1, nil)
	}
	if ref := r.get(n, "workflowTemplateRef"); ref != nil {
		s.Ref = &ir.ResourceRef{Node: ref, Name: r.get(ref, "name"), Cluster: r.bool(ref, "clusterScope")}
	}
	s.Index()
	return s
}

func (r reader) template(n *tree.Node, index int, call *ir.Call) *ir.Template {
	t := &ir.Template{
		Node: n, Owner: r.owner, Index: index, Call: call,
		Name:    r.get(n, "name"),
		Inputs:  r.io(r.get(n, "inputs")),
		Outputs: r.io(r.get(n, "outputs")),
	}
	for _, typ := range ir.Types {
		if r.get(n, typ.Key()) != nil {
			t.Types = append(t.Types, typ)
		}
	}
	for g, group := range r.get(n, "steps").List() {
		sub := r
		sub.loose = true
		var calls []*ir.Call
		for i, s := range group.List() {
			calls = append(calls, sub.call(s, t, g, i, false))
		}
		t.Groups = append(t.Groups, calls)
	}
	for i, task := range r.get(r.get(n, "dag"), "tasks").List() {
		t.Tasks = append(t.Tasks, r.call(task, t, 0, i, true))
	}
	return t
}

func (r reader) io(n *tree.Node) ir.IO {
	io := ir.IO{Node: n}
	for i, p := range r.get(n, "parameters").List() {
		io.Parameters = append(io.Parameters, &ir.Parameter{
			Node: p, Index: i, Name: r.get(p, "name"), Value: anyText(r.get(p, "value")), Default: anyText(r.get(p, "default")),
			ValueFrom: r.get(p, "valueFrom"), Enum: anyTexts(r.get(p, "enum")), GlobalName: r.get(p, "globalName"),
		})
	}
	for _, a := range r.get(n, "artifacts").List() {
		io.Artifacts = append(io.Artifacts, &ir.Artifact{
			Node: a, Name: r.get(a, "name"), Path: r.get(a, "path"), From: r.get(a, "from"),
			FromExpression: r.get(a, "fromExpression"), GlobalName: r.get(a, "globalName"), Optional: r.bool(a, "optional"),
		})
	}
	io.Index()
	return io
}

// anyText is a value that is text however it is written: a number arrives as
// decimal.
func anyText(n *tree.Node) *tree.Node {
	if n == nil || n.Kind != tree.Int && n.Kind != tree.Float || tree.Decimal(n.Value) == n.Value {
		return n
	}
	arrives := *n
	arrives.Value = tree.Decimal(n.Value)
	return &arrives
}

// anyTexts is a list of such values.
func anyTexts(list *tree.Node) *tree.Node {
	if list == nil {
		return nil
	}
	arrive := *list
	arrive.Items = nil
	for _, n := range list.Items {
		arrive.Items = append(arrive.Items, anyText(n))
	}
	return &arrive
}

func (r reader) callee(n *tree.Node, call *ir.Call) ir.Callee {
	c := ir.Callee{Name: r.get(n, "template")}
	if ref := r.get(n, "templateRef"); ref != nil {
		c.Ref = &ir.TemplateRef{Node: ref, Name: r.get(ref, "name"), Template: r.get(ref, "template"), Cluster: r.bool(ref, "clusterScope")}
	}
	if in := r.get(n, "inline"); in != nil && call != nil {
		c.Inline = r.template(in, -1, call)
	}
	return c
}

func (r reader) call(n *tree.Node, parent *ir.Template, group, index int, task bool) *ir.Call {
	c := &ir.Call{
		Node: n, Parent: parent, Task: task, Group: group, Index: index,
		Name:         r.get(n, "name"),
		Arguments:    r.io(r.get(n, "arguments")),
		WithItems:    r.get(n, "withItems"),
		WithParam:    r.get(n, "withParam"),
		WithSequence: r.get(n, "withSequence"),
		When:         r.get(n, "when"),
		ContinueOn:   r.get(n, "continueOn"),
		OnExit:       r.get(n, "onExit"),
	}
	c.Callee = r.callee(n, c)
	c.Hooks = r.hooks(r.get(n, "hooks"), c)
	if task {
		c.Depends = r.get(n, "depends")
		c.Dependencies = r.get(n, "dependencies").List()
	}
	return c
}

func (r reader) hooks(n *tree.Node, call *ir.Call) []*ir.Hook {
	if n == nil || n.Kind != tree.Map {
		return nil
	}
	var out []*ir.Hook
	for _, e := range n.Entries {
		out = append(out, &ir.Hook{
			Node: e.Value, Event: e.Key, Owner: r.owner, Call: call,
			Callee:     r.callee(e.Value, nil),
			Arguments:  r.io(r.get(e.Value, "arguments")),
			Expression: r.get(e.Value, "expression"),
		})
	}
	return out
}
