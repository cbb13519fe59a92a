package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// zeroUID stands for the UIDs that a cluster gives.
const zeroUID = "00000000-0000-0000-0000-000000000000"

// RunName is the name of a run of the object: that of the object, or its
// generateName with letters in the place of those that a cluster adds.
func RunName(o *ir.Object) string {
	if name := o.Name.Text(); name != "" || o.GenerateName == nil {
		return name
	}
	return o.GenerateName.Text() + "xxxxx"
}

// values are what is known about the names inside a template.
type values struct {
	known eval.Names
	// open are names that get their value in the run, with a text that stands for
	// it: the value as far as it is known, tags and all.
	open eval.Names
	// artifacts are where input artifacts come from, as the caller says.
	artifacts map[string]*tree.Node
}

// globals are the names that every template of a run sees.
func globals(o *ir.Object, specs []*ir.Spec) values {
	v := values{known: eval.Names{}, open: eval.Names{}, artifacts: map[string]*tree.Node{}}
	v.open["workflow.name"], v.open["workflow.uid"] = RunName(o), zeroUID
	if o.Kind == ir.Workflow && o.Name.Text() != "" {
		v.known["workflow.name"] = o.Name.Text()
	}
	if n := o.Namespace.Text(); n != "" {
		v.known["workflow.namespace"] = n
	}
	v.known["workflow.serviceAccountName"] = "default"
	for _, spec := range slices.Backward(specs) {
		for name, key := range map[string]string{"mainEntrypoint": "entrypoint", "serviceAccountName": "serviceAccountName", "priority": "priority"} {
			if n := spec.Node.Get(key); n.Text() != "" {
				v.set("workflow."+name, n.Text())
			}
		}
		for _, a := range spec.Arguments.Parameters {
			if a.Value != nil && a.Value.IsScalar() {
				v.set("workflow.parameters."+a.Name.Text(), a.Value.Text())
			}
		}
	}
	metadata := o.Cron.Get("workflowMetadata")
	if o.Kind == ir.Workflow {
		metadata = o.Metadata
	}
	for _, kind := range []string{"labels", "annotations"} {
		if n := metadata.Get(kind); n != nil {
			for _, e := range n.Entries {
				v.set("workflow."+kind+"."+e.Key.Value, e.Value.Text())
			}
		}
	}
	return v
}

// set files a text under known or open.
func (v values) set(name, text string) {
	if strings.Contains(text, "{{") {
		v.open[name] = text
		return
	}
	v.known[name] = text
}

// runArguments are those of a run: its own, then those of the template that it is
// made from.
func runArguments(specs ...*ir.Spec) ir.Arguments {
	var out ir.Arguments
	for _, s := range specs {
		for _, p := range s.Arguments.Parameters {
			if have := out.Parameter(p.Name.Text()); have == nil {
				out.Parameters = append(out.Parameters, p)
			}
		}
		for _, a := range s.Arguments.Artifacts {
			if have := out.Artifact(a.Name.Text()); have == nil {
				out.Artifacts = append(out.Artifacts, a)
			}
		}
	}
	return out
}

// bind gives the inputs of a template their values: from arguments that were
// filled where they stand, else from what the template itself says.
func (w *walker) bind(t *ir.Template, args ir.Arguments) values {
	v := values{known: maps.Clone(w.globals.known), open: maps.Clone(w.globals.open), artifacts: map[string]*tree.Node{}}
	for _, p := range t.Inputs.Parameters {
		name := "inputs.parameters." + p.Name.Text()
		text, ok := w.input(p)
		if a := args.Parameter(p.Name.Text()); a != nil && a.Value != nil {
			text, ok = a.Value.Text(), a.Value.IsScalar()
		}
		if ok {
			v.set(name, text)
		}
	}
	for _, a := range t.Inputs.Artifacts {
		if given := args.Artifact(a.Name.Text()); given != nil {
			v.artifacts[a.Name.Text()] = given.Node
		}
	}
	return v
}

// input is what a template says about the value of its own input.
func (w *walker) input(p *ir.Parameter) (string, bool) {
	for _, n := range []*tree.Node{p.Value, p.Default} {
		if n != nil && n.IsScalar() {
			return eval.Fill(n.Text(), w.globals.known).Text, true
		}
	}
	return "", false
}

// filled are arguments with the names of a scope filled in, so that they mean
// the same inside the template that is called.
func filled(args ir.Arguments, s eval.Scope, v values) ir.Arguments {
	out := ir.Arguments{}
	for _, p := range args.Parameters {
		q := *p
		if p.Value != nil && p.Value.IsScalar() {
			n := *p.Value
			n.Value = eval.FillTwice(n.Text(), s, v.open).Text
			q.Value = &n
		}
		out.Parameters = append(out.Parameters, &q)
	}
	for _, a := range args.Artifacts {
		b := *a
		b.Node = source(a, v.artifacts)
		b.Node, _ = eval.Tree(b.Node, s)
		b.Node, _ = eval.Tree(b.Node, v.open)
		out.Artifacts = append(out.Artifacts, &b)
	}
	return out
}

// source follows an artifact that a template only hands on to where its caller
// took it from.
func source(a *ir.Artifact, outer map[string]*tree.Node) *tree.Node {
	tags, _ := expr.Tags(a.From.Text())
	if len(tags) == 1 {
		if name, ok := strings.CutPrefix(tags[0].Key, "inputs.artifacts."); ok && outer[name] != nil {
			return outer[name]
		}
	}
	return a.Node
}

// retried reports whether nodes of a template get a number for each attempt.
func (w *walker) retried(t *ir.Template) bool {
	has := func(n *tree.Node) bool { return n.Has("retryStrategy") }
	return has(t.Node) || slices.ContainsFunc(w.specs, func(s *ir.Spec) bool {
		return has(s.Node) || has(s.Node.Get("templateDefaults"))
	})
}
