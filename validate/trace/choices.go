package trace

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// A Choice is one value that a call may be made with: an item of its literal
// list, or an entry of an enum.
type Choice struct {
	Node  *tree.Node // the item or entry
	Texts []string   // what the scalars asked for come to
}

// Choices are what scalars of a call can come to when all that is open in them
// is the item of a literal list, or one parameter with an enum. Otherwise ok is
// false.
func (u *Use) Choices(c *ir.Call, scalars ...*tree.Node) (choices []Choice, ok bool) {
	written, filled := make([]string, len(scalars)), make([]string, len(scalars))
	for i, n := range scalars {
		written[i], filled[i] = n.Text(), u.Text(n)
	}
	texts, key := written, onlyTag(written)
	values := u.enum(key)
	if len(values) == 0 {
		if texts, key = filled, onlyTag(filled); key == "item" {
			values = c.WithItems.List()
		}
	}
	for _, v := range values {
		choice := Choice{Node: v}
		for _, text := range texts {
			filled, known := choose(text, key, v)
			if !known {
				return nil, false
			}
			choice.Texts = append(choice.Texts, filled)
		}
		choices = append(choices, choice)
	}
	return choices, len(choices) > 0
}

// onlyTag is what the tags of texts name when they all name the same: a
// parameter, or "item" for the item or a part of it.
func onlyTag(texts []string) string {
	key := ""
	for _, text := range texts {
		tags, _ := expr.Tags(text)
		for _, t := range tags {
			name := t.Key
			if root, _, _ := strings.Cut(name, "."); root == "item" {
				name = root
			}
			if t.Expr || key != "" && key != name {
				return ""
			}
			key = name
		}
	}
	return key
}

// enum are the values that the parameter under key may have.
func (u *Use) enum(key string) []*tree.Node {
	if name, ok := strings.CutPrefix(key, "inputs.parameters."); ok {
		if p := u.Template.Inputs.Parameter(name); p != nil {
			return p.Enum.List()
		}
	}
	if name, ok := strings.CutPrefix(key, "workflow.parameters."); ok {
		for _, p := range u.Run.Arguments {
			if p.Name.Text() == name {
				return p.Enum.List()
			}
		}
	}
	return nil
}

// choose puts one value into text.
func choose(text, key string, value *tree.Node) (string, bool) {
	tags, _ := expr.Tags(text)
	for _, t := range tags {
		n := value
		if rest, ok := strings.CutPrefix(t.Key, key+"."); ok {
			n = value.Get(rest)
		}
		if n == nil || !n.IsScalar() || strings.Contains(n.Text(), "{{") {
			return "", false
		}
		text = strings.ReplaceAll(text, "{{"+t.Body+"}}", n.Text())
	}
	return text, true
}

// chosen looks for the templates that a call may mean, one for each value it may
// be made with; the reference looks for none of them.
func (f *follower) chosen(h holder, base *ir.Object) {
	c := h.callee
	if f.exact || h.outer == nil || h.call == nil || !holdsTag(c.Name) && (c.Ref == nil || !holdsTag(c.Ref.Name) && !holdsTag(c.Ref.Template)) {
		return
	}
	if c.Ref == nil {
		choices, _ := h.outer.Choices(h.call, c.Name)
		for _, choice := range choices {
			if name := choice.Texts[0]; f.local(base, name) == nil && name != h.text(c.Name) {
				f.miss(Undefined, h, choice.Node, name, 0, base)
			}
		}
		return
	}
	choices, _ := h.outer.Choices(h.call, c.Ref.Name, c.Ref.Template)
	for _, choice := range choices {
		if choice.Texts[0] == h.text(c.Ref.Name) && choice.Texts[1] == h.text(c.Ref.Template) {
			continue // that is looked at anyway
		}
		kind := resourceKind(c.Ref.Cluster)
		in := f.project.Resource(f.run.Object.Namespace.Text(), choice.Texts[0], c.Ref.Cluster)
		switch {
		case in == nil:
			f.missResource(h, choice.Node, choice.Texts[0], kind)
		case in.Spec.Template(choice.Texts[1]) == nil:
			f.miss(TemplateNotFound, h, choice.Node, choice.Texts[1], kind, in)
		}
	}
}

func holdsTag(n *tree.Node) bool { return strings.Contains(n.Text(), "{{") }
