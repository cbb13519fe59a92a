// Package types gives every name that an expression can use its type, at each
// place in which an expression can stand. Nearly all values are strings when a
// workflow runs; what differs is which names exist, which of them are objects,
// and which may be missing because the step that makes them may be skipped.
//
// It judges nothing: rules ask for the sites and check them.
package types

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/trace"
)

var (
	text    = expr.Type{Kind: expr.String}
	unknown = expr.Type{}
	open    = expr.Type{Kind: expr.Object}
)

func object(f expr.Fields) expr.Type { return expr.Type{Kind: expr.Object, Members: f} }

// globals are the names that every part of a run sees.
func globals(r *trace.Run) expr.Fields {
	w := expr.Fields{
		"name": text, "namespace": text, "uid": text, "mainEntrypoint": text, "serviceAccountName": text, "status": text,
		"duration": text, "creationTimestamp": unknown, "scheduledTime": unknown, "failures": text, "priority": unknown,
		"labels": open, "annotations": open, "parameters": open, "outputs": open,
	}
	if !r.TemplateMode {
		f := expr.Fields{"json": text}
		for _, p := range r.Arguments {
			f[p.Name.Text()] = text
		}
		w["parameters"] = object(f)
	}
	return expr.Fields{"workflow": object(w)}
}

// inputs are the inputs of a template.
func inputs(t *ir.Template) expr.Type {
	parameters, artifacts := expr.Fields{}, expr.Fields{}
	for _, p := range t.Inputs.Parameters {
		parameters[p.Name.Text()] = text
	}
	for _, a := range t.Inputs.Artifacts {
		artifacts[a.Name.Text()] = unknown
	}
	f := expr.Fields{"parameters": object(parameters), "artifacts": object(artifacts)}
	if len(parameters) == 0 { // without members it is the text "[]"
		f["parameters"] = expr.Type{Kind: expr.Object, Members: parameters}
	}
	return object(f)
}

// LastRetry are the names of what a retried template knows of its last attempt;
// weft knows more than the reference.
func LastRetry(weft bool) []string {
	names := []string{"exitCode", "status", "duration", "message"}
	if weft {
		names = append(names, "class")
	}
	return names
}

// lastRetry is what a retried template in a file knows of its last attempt.
func (w *walker) lastRetry(f *source.File) expr.Type {
	known := expr.Fields{}
	for _, name := range LastRetry(w.weft(f)) {
		known[name] = text
	}
	return object(known)
}

// template are the names that the body of a template sees.
func (w *walker) template(u *trace.Use) expr.Fields {
	f := globals(u.Run)
	f["inputs"] = inputs(u.Template)
	f["node"] = open
	f["retries"], f["lastRetry"] = text, w.lastRetry(u.Template.Node.Span.File)
	f["steps"], f["tasks"] = open, open // steps.name and tasks.name, at least
	if u.Template.Type().IsLeaf() {
		f["outputs"] = open
	}
	if u.Template.Type().IsPod() {
		f["pod"] = object(expr.Fields{"name": text})
	}
	if u.Template.Call != nil { // an inline body also sees what stands around its step
		f["item"] = unknown
	}
	return f
}

// metric adds what only metrics know.
func metric(f expr.Fields) expr.Fields {
	for _, name := range []string{"duration", "status", "exitCode"} {
		f[name] = text
	}
	f["resourcesDuration"], f["outputs"] = open, open
	return f
}

// A group are the steps or tasks of a body under their names.
type group struct {
	use     *trace.Use
	byName  map[string]*ir.Call
	names   []string
	open    bool // some name is known only to the run
	missing *Absence
}

func newGroup(u *trace.Use) *group {
	g := &group{use: u, byName: map[string]*ir.Call{}, missing: NewAbsence(u)}
	for _, c := range u.Template.Calls() {
		name := u.Text(c.Name)
		if name == "" || strings.Contains(name, "{{") || trace.IsPlaceholder(name) {
			g.open = true
		}
		g.byName[name] = c
		g.names = append(g.names, name)
	}
	return g
}

// siblings are the members of g as one place sees them. maybe says which of
// their outputs may be missing there; nil for none.
func (g *group) siblings(maybe func(*ir.Call) bool) expr.Type {
	if g.open {
		return open
	}
	return expr.Type{Kind: expr.Object, Members: &members{g, maybe}}
}

// members types siblings when they are asked for: there may be many, of which
// an expression uses few.
type members struct {
	*group
	maybe func(*ir.Call) bool
}

// Member returns the type of the step or task called name.
func (m *members) Member(name string) (expr.Type, bool) {
	if name == "name" { // of the one that called the template
		return text, true
	}
	c, ok := m.byName[name]
	if !ok {
		return unknown, false
	}
	return member(c, m.maybe != nil && m.maybe(c)), true
}

// Names returns the names of the steps or tasks in source order.
func (m *members) Names() []string { return m.names }

// member is what a step or task offers to its siblings.
func member(c *ir.Call, optional bool) expr.Type {
	t := c.Callee.Target
	if t == nil {
		return unknown
	}
	value := expr.Type{Kind: expr.String, Optional: optional}
	outputs, parameters, artifacts := expr.Fields{}, expr.Fields{}, expr.Fields{}
	for _, p := range t.Outputs.Parameters {
		own := value
		own.Optional = optional && !p.ValueFrom.Has("default")
		parameters[p.Name.Text()] = own
	}
	for _, a := range t.Outputs.Artifacts {
		artifacts[a.Name.Text()] = unknown
	}
	outputs["parameters"], outputs["artifacts"] = object(parameters), object(artifacts)
	f := expr.Fields{
		"id": text, "status": text, "startedAt": text, "finishedAt": text, "hostNodeName": text, "ip": text,
		"outputs": object(outputs), "exitCode": text,
	}
	if trace.HasResult(t, c) {
		outputs["result"] = value
	} else {
		delete(f, "exitCode")
	}
	if t.Type() == ir.Plugin || dynamicNames(t.Outputs) {
		return unknown
	}
	return object(f)
}

func dynamicNames(io ir.IO) bool {
	for _, p := range io.Parameters {
		if strings.Contains(p.Name.Text(), "{{") {
			return true
		}
	}
	for _, a := range io.Artifacts {
		if strings.Contains(a.Name.Text(), "{{") {
			return true
		}
	}
	return false
}

// item is an element of the loop of a call.
func item(c *ir.Call) (expr.Type, bool) {
	if !c.Looped() {
		return unknown, false
	}
	f := expr.Fields{}
	for _, it := range c.WithItems.List() {
		if it.Kind != tree.Map {
			return unknown, true
		}
		for _, e := range it.Entries {
			f[e.Key.Value] = unknown
		}
	}
	if len(f) == 0 {
		return unknown, true
	}
	return object(f), true
}
