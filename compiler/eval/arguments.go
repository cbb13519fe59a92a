package eval

import (
	"slices"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// An Argument is a value given to a workflow from outside.
type Argument struct {
	Name  string
	Value *tree.Node // a scalar whose span names where it was given
}

// Bind returns the document with the arguments put into the parameters of its
// workflow that have their names, and says which it used. The document itself
// stays as it is. A workflow that refers to a WorkflowTemplate takes every
// argument, since its parameters may be declared there.
func Bind(doc *tree.Document, args []Argument) (bound *tree.Document, used []string) {
	kind, ok := ir.ParseKind(doc.Root.Get("kind").Text())
	if !ok || kind == ir.WorkflowEventBinding {
		return doc, nil
	}
	path := []string{"spec", "arguments", "parameters"}
	if kind == ir.CronWorkflow {
		path = []string{"spec", "workflowSpec", "arguments", "parameters"}
	}
	spec := doc.Root.At(path[:len(path)-2]...)
	list := spec.At("arguments", "parameters")
	parameters := slices.Clone(list.List())
	for _, a := range args {
		i := slices.IndexFunc(parameters, func(p *tree.Node) bool { return p.Get("name").Text() == a.Name })
		switch {
		case i >= 0:
			parameters[i] = without(with(parameters[i], "value", a.Value), "valueFrom")
		case spec.Has("workflowTemplateRef"):
			name := &tree.Node{Kind: tree.String, Value: a.Name, Span: a.Value.Span}
			p := &tree.Node{Kind: tree.Map, Span: a.Value.Span}
			parameters = append(parameters, with(with(p, "name", name), "value", a.Value))
		default:
			continue
		}
		used = append(used, a.Name)
	}
	if len(used) == 0 {
		return doc, nil
	}
	copied := *doc
	copied.Root = replace(doc.Root, path, parameters, list)
	return &copied, used
}

// Place returns the document with a namespace where it names none and may have
// one. The document itself stays as it is.
func Place(doc *tree.Document, namespace *tree.Node) *tree.Document {
	kind, ok := ir.ParseKind(doc.Root.Get("kind").Text())
	metadata := doc.Root.Get("metadata")
	if !ok || kind == ir.ClusterWorkflowTemplate || metadata == nil || metadata.Kind != tree.Map || metadata.Has("namespace") {
		return doc
	}
	copied := *doc
	copied.Root = with(doc.Root, "metadata", with(metadata, "namespace", namespace))
	return &copied
}

// replace returns n with the list at path made of items. old is the list that
// was there, nil if there was none.
func replace(n *tree.Node, path []string, items []*tree.Node, old *tree.Node) *tree.Node {
	if len(path) == 0 {
		list := tree.Node{Kind: tree.List}
		if old != nil {
			list = *old
		}
		list.Items = items
		return &list
	}
	if n.IsNull() {
		n = &tree.Node{Kind: tree.Map, Span: items[0].Span}
	}
	return with(n, path[0], replace(n.Get(path[0]), path[1:], items, old))
}

// with returns the map n with key set.
func with(n *tree.Node, key string, value *tree.Node) *tree.Node {
	copied := *n
	copied.Entries = slices.Clone(n.Entries)
	i := slices.IndexFunc(copied.Entries, func(e tree.Entry) bool { return e.Key.Value == key })
	if i >= 0 {
		copied.Entries[i].Value = value
		return &copied
	}
	k := &tree.Node{Kind: tree.String, Value: key, Span: value.Span}
	copied.Entries = append(copied.Entries, tree.Entry{Key: k, Value: value})
	return &copied
}

// without returns the map n without key.
func without(n *tree.Node, key string) *tree.Node {
	copied := *n
	copied.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e tree.Entry) bool { return e.Key.Value == key })
	return &copied
}
