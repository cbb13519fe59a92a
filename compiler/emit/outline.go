package emit

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// The outline of a project: what is in it, and where every name leads.
type (
	outlineObject struct {
		Kind       string            `json:"kind"`
		Namespace  string            `json:"namespace,omitempty"`
		Name       string            `json:"name,omitempty"`
		At         string            `json:"at"`
		Entrypoint string            `json:"entrypoint,omitempty"`
		OnExit     string            `json:"onExit,omitempty"`
		Arguments  outlineIO         `json:"arguments,omitzero"`
		Hooks      []outlineHook     `json:"hooks,omitempty"`
		Templates  []outlineTemplate `json:"templates,omitempty"`
	}
	outlineIO struct {
		Parameters []string `json:"parameters,omitempty"`
		Artifacts  []string `json:"artifacts,omitempty"`
	}
	outlineTemplate struct {
		Name    string        `json:"name,omitempty"`
		Type    string        `json:"type"`
		At      string        `json:"at"`
		Inputs  outlineIO     `json:"inputs,omitzero"`
		Outputs outlineIO     `json:"outputs,omitzero"`
		Calls   []outlineCall `json:"calls,omitempty"`
	}
	outlineCall struct {
		Name     string        `json:"name"`
		At       string        `json:"at"`
		Group    int           `json:"group,omitempty"`
		Template string        `json:"template"`
		Target   string        `json:"target,omitempty"`
		Loop     bool          `json:"loop,omitempty"`
		When     string        `json:"when,omitempty"`
		Depends  string        `json:"depends,omitempty"`
		After    []string      `json:"dependencies,omitempty"`
		Hooks    []outlineHook `json:"hooks,omitempty"`
	}
	outlineHook struct {
		Event      string `json:"event"`
		Template   string `json:"template"`
		Target     string `json:"target,omitempty"`
		Expression string `json:"expression,omitempty"`
	}
)

// Outline prints what weft understood of a file ("" for all) as JSON: objects,
// templates, calls, and the place that each name leads to.
func Outline(c *ir.Checked, file string) []byte {
	objects := []outlineObject{}
	for _, o := range c.Project().Objects {
		if file == "" || o.Doc.File.Name == file {
			objects = append(objects, outlineOf(o))
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(struct {
		Version int             `json:"version"`
		Objects []outlineObject `json:"objects"`
	}{1, objects}); err != nil {
		panic(fmt.Sprintf("emit: outline: %v", err)) // made of text and numbers only
	}
	return b.Bytes()
}

func outlineOf(o *ir.Object) outlineObject {
	out := outlineObject{
		Kind: o.Kind.String(), Namespace: o.Namespace.Text(), Name: o.Name.Text() + o.GenerateName.Text(), At: at(o.Root),
	}
	if o.Spec == nil {
		return out
	}
	out.Entrypoint, out.OnExit = o.Spec.Entrypoint.Text(), o.Spec.OnExit.Text()
	out.Arguments = outlineNames(o.Spec.Arguments)
	out.Hooks = outlineHooks(o.Spec.Hooks)
	for t := range o.AllTemplates() {
		ot := outlineTemplate{
			Name: t.Name.Text(), Type: t.Type().Key(), At: at(t.Node),
			Inputs: outlineNames(t.Inputs), Outputs: outlineNames(t.Outputs),
		}
		for _, call := range t.Calls() {
			ot.Calls = append(ot.Calls, outlineCallOf(call))
		}
		out.Templates = append(out.Templates, ot)
	}
	return out
}

func outlineNames(io ir.IO) outlineIO {
	var out outlineIO
	for _, p := range io.Parameters {
		out.Parameters = append(out.Parameters, p.Name.Text())
	}
	for _, a := range io.Artifacts {
		out.Artifacts = append(out.Artifacts, a.Name.Text())
	}
	return out
}

func outlineCallOf(c *ir.Call) outlineCall {
	out := outlineCall{
		Name: c.Name.Text(), At: at(c.Node), Group: c.Group, Template: c.Callee.Title(), Target: target(c.Callee),
		Loop: c.Looped(), When: c.When.Text(), Depends: c.Depends.Text(), Hooks: outlineHooks(c.Hooks),
	}
	for _, d := range c.Dependencies {
		out.After = append(out.After, d.Text())
	}
	return out
}

func outlineHooks(hooks []*ir.Hook) []outlineHook {
	var out []outlineHook
	for _, h := range hooks {
		out = append(out, outlineHook{
			Event: h.Event.Value, Template: h.Callee.Title(), Target: target(h.Callee), Expression: h.Expression.Text(),
		})
	}
	return out
}

func target(c ir.Callee) string {
	if c.Target == nil {
		return ""
	}
	return at(c.Target.Node)
}

func at(n *tree.Node) string {
	if n == nil {
		return ""
	}
	return n.Place().String()
}
