// Package stub reduces templates to what others see of them: names, inputs,
// outputs, and which templates they call in turn. A stub stands in for a resource
// that is not at hand, so that references to it can be checked.
package stub

import (
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// Of is the stub of a WorkflowTemplate or ClusterWorkflowTemplate.
func Of(o *ir.Object) *tree.Node {
	metadata := object(pick(o.Metadata, "name"))
	if o.Kind == ir.WorkflowTemplate {
		metadata = object(pick(o.Metadata, "name", "namespace"))
	}
	spec := pick(o.Spec.Node, "entrypoint")
	spec = append(spec, arguments(o.Spec.Arguments)...)
	templates := &tree.Node{Kind: tree.List}
	for _, t := range o.Spec.Templates {
		templates.Items = append(templates.Items, template(t))
	}
	return object(join(
		pick(o.Root, "apiVersion", "kind"),
		entry("metadata", metadata),
		entry("spec", object(join(spec, entry("templates", templates)))),
	))
}

// arguments are those that a workflow with a workflowTemplateRef inherits.
func arguments(io ir.IO) []tree.Entry {
	if io.Node == nil {
		return nil
	}
	return entry("arguments", inputs(io))
}

func template(t *ir.Template) *tree.Node {
	fields := pick(t.Node, "name")
	if t.Inputs.Node != nil {
		fields = append(fields, entry("inputs", inputs(t.Inputs))...)
	}
	if t.Outputs.Node != nil {
		fields = append(fields, entry("outputs", outputs(t.Outputs))...)
	}
	fields = append(fields, pick(t.Node, "daemon")...)
	if t.Type() != ir.NoType {
		fields = append(fields, entry(t.Type().Key(), body(t))...)
	}
	return object(fields)
}

// inputs keep what tells whether a caller must pass them, and what fits.
func inputs(io ir.IO) *tree.Node {
	parameters, artifacts := &tree.Node{Kind: tree.List}, &tree.Node{Kind: tree.List}
	for _, p := range io.Parameters {
		parameters.Items = append(parameters.Items, object(pick(p.Node, "name", "description", "default", "value", "valueFrom", "enum")))
	}
	for _, a := range io.Artifacts {
		fields := pick(a.Node, "name", "optional")
		if !a.Optional && hasSource(a) {
			fields = append(fields, entry("optional", &tree.Node{Kind: tree.Bool, Value: "true"})...)
		}
		artifacts.Items = append(artifacts.Items, object(fields))
	}
	return lists(parameters, artifacts)
}

// hasSource reports whether an artifact says itself where it comes from, in
// which case nobody has to pass it.
func hasSource(a *ir.Artifact) bool {
	for _, e := range a.Node.Entries {
		switch e.Key.Value {
		case "name", "path", "mode", "optional", "archive", "subPath", "recurseMode", "description":
		default:
			return true
		}
	}
	return false
}

// outputs keep their names: their values come from a body that is not there.
func outputs(io ir.IO) *tree.Node {
	parameters, artifacts := &tree.Node{Kind: tree.List}, &tree.Node{Kind: tree.List}
	for _, p := range io.Parameters {
		parameters.Items = append(parameters.Items, object(pick(p.Node, "name", "description", "globalName")))
	}
	for _, a := range io.Artifacts {
		artifacts.Items = append(artifacts.Items, object(pick(a.Node, "name", "globalName", "optional")))
	}
	return lists(parameters, artifacts)
}

func lists(parameters, artifacts *tree.Node) *tree.Node {
	n := &tree.Node{Kind: tree.Map}
	if len(parameters.Items) > 0 {
		n.Entries = append(n.Entries, entry("parameters", parameters)...)
	}
	if len(artifacts.Items) > 0 {
		n.Entries = append(n.Entries, entry("artifacts", artifacts)...)
	}
	return n
}

// body keeps the calls, since what is called may export to the whole workflow,
// and the names of a container set, since a result comes from the one called main.
func body(t *ir.Template) *tree.Node {
	switch t.Type() {
	case ir.Steps:
		groups := &tree.Node{Kind: tree.List}
		for _, g := range t.Groups {
			group := &tree.Node{Kind: tree.List}
			for _, c := range g {
				group.Items = append(group.Items, call(c))
			}
			groups.Items = append(groups.Items, group)
		}
		return groups
	case ir.DAG:
		tasks := &tree.Node{Kind: tree.List}
		for _, c := range t.Tasks {
			tasks.Items = append(tasks.Items, call(c))
		}
		return object(entry("tasks", tasks))
	case ir.ContainerSet:
		containers := &tree.Node{Kind: tree.List}
		for _, c := range t.Body().Get("containers").List() {
			containers.Items = append(containers.Items, object(pick(c, "name")))
		}
		return object(entry("containers", containers))
	}
	return object(nil)
}

func call(c *ir.Call) *tree.Node {
	fields := pick(c.Node, "name", "template", "templateRef")
	if in := c.Callee.Inline; in != nil {
		fields = append(fields, entry("inline", template(in))...)
	}
	return object(fields)
}

func object(entries []tree.Entry) *tree.Node { return &tree.Node{Kind: tree.Map, Entries: entries} }

func entry(key string, value *tree.Node) []tree.Entry {
	return []tree.Entry{{Key: &tree.Node{Kind: tree.String, Value: key}, Value: value}}
}

// pick are the entries of those keys that have a value, as they are.
func pick(n *tree.Node, keys ...string) []tree.Entry {
	var out []tree.Entry
	for _, key := range keys {
		if n.Has(key) {
			out = append(out, entry(key, n.Get(key))...)
		}
	}
	return out
}

// join puts entries one behind the other.
func join(parts ...[]tree.Entry) []tree.Entry {
	var out []tree.Entry
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
