package ir

import (
	"slices"

	"github.com/weft-lang/weft/lang/tree"
)

// Template finds a template of the spec by name, nil if there is none. Of
// templates with the same name the first counts.
func (s *Spec) Template(name string) *Template {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// Index builds the name table, and the lists that every walk goes through;
// compiler.Bind calls it once, when the templates are complete.
func (s *Spec) Index() {
	s.all = make([]*Template, 0, len(s.Templates))
	for _, t := range s.Templates {
		t.push(func(t *Template) bool {
			t.calls = t.Calls()
			s.all = append(s.all, t)
			return true
		})
	}
	s.byName = make(map[string]*Template, len(s.Templates))
	for _, t := range s.Templates {
		name := t.Name.Text()
		if _, taken := s.byName[name]; !taken && name != "" {
			s.byName[name] = t
		}
	}
}

// Resource finds a WorkflowTemplate (by namespace and name) or, with cluster,
// a ClusterWorkflowTemplate. Of duplicates the first counts. A stub without a
// namespace is found from every one.
func (p *Project) Resource(namespace, name string, cluster bool) *Object {
	if cluster {
		return first(p.ClusterTemplates[name])
	}
	if o := first(p.Templates[Key{namespace, name}]); o != nil {
		return o
	}
	if o := first(p.Templates[Key{"", name}]); o != nil && o.Stub {
		return o
	}
	return nil
}

func first(objects []*Object) *Object {
	if len(objects) == 0 {
		return nil
	}
	return objects[0]
}

// Describe names the object for a person: Workflow "x".
func (o *Object) Describe() string {
	switch {
	case o.Name.Text() != "":
		return o.Kind.String() + ` "` + o.Name.Text() + `"`
	case o.GenerateName.Text() != "":
		return o.Kind.String() + ` "` + o.GenerateName.Text() + `"`
	}
	return "a " + o.Kind.String() + " without a name"
}

// Label and annotation maps, and much else, hang below metadata.

// Labels is metadata.labels.
func (o *Object) Labels() *tree.Node { return o.Metadata.Get("labels") }

// Annotations is metadata.annotations.
func (o *Object) Annotations() *tree.Node { return o.Metadata.Get("annotations") }

// Title is the callee as it is written: a template, RESOURCE/TEMPLATE, or the
// type of an inline template.
func (c Callee) Title() string {
	switch {
	case c.Inline != nil:
		return "inline " + c.Inline.Type().Key()
	case c.Ref != nil:
		return c.Ref.Name.Text() + "/" + c.Ref.Template.Text()
	}
	return c.Name.Text()
}

// ioNames are the parameters and artifacts of long lists by name.
type ioNames struct {
	parameters map[string]*Parameter
	artifacts  map[string]*Artifact
}

// shortList is up to how many names a linear search is the cheapest.
const shortList = 16

// Index builds the name tables of long lists; compiler.Bind calls it once, when
// the lists are complete.
func (io *IO) Index() {
	if len(io.Parameters) <= shortList && len(io.Artifacts) <= shortList {
		return
	}
	io.names = &ioNames{map[string]*Parameter{}, map[string]*Artifact{}}
	for _, p := range slices.Backward(io.Parameters) { // of equals the first counts
		io.names.parameters[p.Name.Text()] = p
	}
	for _, a := range slices.Backward(io.Artifacts) {
		io.names.artifacts[a.Name.Text()] = a
	}
}
