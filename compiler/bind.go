// Package compiler turns document trees into one bound project. It
// understands and never rejects: what has the wrong shape is left out (the
// structural walk reports it), and a name that leads nowhere is a reference
// whose target is nil.
package compiler

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// Bind reads all documents at once, so references work across files and in
// any order. Stubs are documents whose templates can be referred to and are
// nobody's business otherwise.
func Bind(docs []*tree.Document, stubs ...*tree.Document) *ir.Project {
	p := &ir.Project{
		Documents:        docs,
		Templates:        map[ir.Key][]*ir.Object{},
		ClusterTemplates: map[string][]*ir.Object{},
	}
	for _, d := range docs {
		if d.Root == nil {
			continue
		}
		kind, ok := ir.ParseKind(kindOf(d.Root))
		if !ok {
			p.Foreign = append(p.Foreign, d)
			continue
		}
		o := object(d, kind)
		p.Objects = append(p.Objects, o)
		list(p, o)
	}
	for _, d := range stubs {
		if kind, ok := ir.ParseKind(kindOf(d.Root)); ok {
			o := object(d, kind)
			o.Stub = true
			if list(p, o) {
				p.Stubs = append(p.Stubs, o)
			}
		}
	}
	for _, o := range p.Objects {
		bindNames(p, o)
	}
	for _, o := range p.Stubs {
		bindNames(p, o)
	}
	return p
}

// list makes o known by name, if it is of a kind that can be referred to. A
// stub stands back where there is something of its name.
func list(p *ir.Project, o *ir.Object) bool {
	name := o.Name.Text()
	if o.Stub && p.Resource(o.Namespace.Text(), name, o.Kind == ir.ClusterWorkflowTemplate) != nil {
		return false
	}
	switch o.Kind {
	case ir.WorkflowTemplate:
		k := ir.Key{Namespace: o.Namespace.Text(), Name: name}
		p.Templates[k] = append(p.Templates[k], o)
	case ir.ClusterWorkflowTemplate:
		p.ClusterTemplates[name] = append(p.ClusterTemplates[name], o)
	default:
		return false
	}
	return true
}

func kindOf(root *tree.Node) string {
	if k := root.Get("kind"); k != nil && k.Kind == tree.String {
		return k.Value
	}
	return ""
}

func object(d *tree.Document, kind ir.Kind) *ir.Object {
	r := reader{}
	o := &ir.Object{Doc: d, Root: d.Root, Kind: kind, Metadata: r.get(d.Root, "metadata")}
	o.Name = r.get(o.Metadata, "name")
	o.GenerateName = r.get(o.Metadata, "generateName")
	o.Namespace = r.get(o.Metadata, "namespace")
	spec := r.get(d.Root, "spec")
	switch kind {
	case ir.WorkflowEventBinding:
		o.Binding = spec
		return o
	case ir.CronWorkflow:
		o.Cron = spec
		spec = r.get(spec, "workflowSpec")
	}
	r.owner = o
	o.Spec = r.spec(spec)
	return o
}

// bindNames fills in the targets of every reference of o that holds no tag.
func bindNames(p *ir.Project, o *ir.Object) {
	if o.Spec == nil {
		return
	}
	if ref := o.Spec.Ref; ref != nil {
		ref.Target = p.Resource(o.Namespace.Text(), ref.Name.Text(), ref.Cluster)
	}
	for c := range o.AllCalls() {
		bindCallee(p, o, &c.Callee)
	}
	for h := range o.AllHooks() {
		bindCallee(p, o, &h.Callee)
	}
}

func bindCallee(p *ir.Project, o *ir.Object, c *ir.Callee) {
	switch {
	case c.Inline != nil:
		c.Target = c.Inline
	case c.Ref != nil:
		if res := p.Resource(o.Namespace.Text(), c.Ref.Name.Text(), c.Ref.Cluster); res != nil {
			c.Target = res.Spec.Template(c.Ref.Template.Text())
		}
	case c.Name != nil && !strings.Contains(c.Name.Text(), "{{"):
		c.Target = o.Spec.Template(c.Name.Text())
		if c.Target == nil && o.Spec.Ref != nil && o.Spec.Ref.Target != nil {
			c.Target = o.Spec.Ref.Target.Spec.Template(c.Name.Text())
		}
	}
}
