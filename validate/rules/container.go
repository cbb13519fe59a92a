package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

// podContainer is one container of a template with the part it plays in the Pod.
type podContainer struct {
	object   *ir.Object
	template *ir.Template
	node     *tree.Node
	part     string // the field it stands in: container, script, sidecars ...
}

// containerParts are the fields of a template that hold containers.
var containerParts = []string{"container", "script", "containerSet", "sidecars", "initContainers"}

// podTemplates yields every template with its object, templateDefaults included.
func podTemplates(p *validate.Pass) iter.Seq2[*ir.Object, *ir.Template] {
	return func(yield func(*ir.Object, *ir.Template) bool) {
		for _, o := range p.Project.Objects {
			if o.Spec == nil {
				continue
			}
			if o.Spec.Defaults != nil && !yield(o, o.Spec.Defaults) {
				return
			}
			for t := range o.AllTemplates() {
				if !yield(o, t) {
					return
				}
			}
		}
	}
}

type containersKey struct{}

// podContainers yields every container of every template. They are looked for once.
func podContainers(p *validate.Pass) iter.Seq[podContainer] {
	return slices.Values(validate.Fact(p, containersKey{}, func() []podContainer {
		var out []podContainer
		for o, t := range podTemplates(p) {
			out = append(out, containersOf(o, t)...)
		}
		return out
	}))
}

// containersOf are the containers of one template.
func containersOf(o *ir.Object, t *ir.Template) []podContainer {
	var out []podContainer
	for _, part := range containerParts {
		n := t.Node.Get(part)
		if part == "containerSet" {
			n = n.Get("containers")
		}
		nodes := n.List()
		if n != nil && n.Kind == tree.Map {
			nodes = []*tree.Node{n}
		}
		for _, c := range nodes {
			if c.Kind == tree.Map {
				out = append(out, podContainer{o, t, c, part})
			}
		}
	}
	return out
}

// isMain reports whether the container does the work of its template.
func (c podContainer) isMain() bool { return c.part == "container" || c.part == "script" }

// isDefault reports whether the container stands in templateDefaults, where it
// is only half of one.
func (c podContainer) isDefault() bool { return c.object.Spec.Defaults == c.template }

// place is where a finding about the container as a whole belongs.
func (c podContainer) place() source.Span {
	if c.isMain() {
		return keyPlace(c.template.Node, c.part)
	}
	return valuePlace(c.node, "name")
}

// describe names the container for a person.
func (c podContainer) describe() string {
	switch name := c.node.Get("name").Text(); {
	case c.isMain() && c.isDefault():
		return "the " + c.part + " of templateDefaults"
	case c.isMain():
		return "the " + c.part + " of " + c.template.Describe()
	case name == "":
		return "a container of " + c.part
	default:
		return fmt.Sprintf("container %q", name)
	}
}

// literal is the text of a scalar that is known before the run: it is not
// empty and holds no tag.
func literal(n *tree.Node) (string, bool) {
	text := n.Text()
	return text, text != "" && !strings.Contains(text, "{{")
}

// withoutTags replaces each tag by as many letters, so that another language
// can be parsed around it and places stay where they are.
func withoutTags(text string) string { return tagsAs(text, 'x') }

// tagsAs replaces each byte of each tag but line breaks. What cannot be the name
// of a variable stays, as it does in a run.
func tagsAs(text string, by byte) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	out := []byte(text)
	tags, _ := expr.Tags(text)
	for _, t := range tags {
		if !t.Expr && strings.ContainsAny(t.Key, "(){}:,'\"") {
			continue // no variable has such a name: these are braces of the other language
		}
		for i := t.Start; i < t.End; i++ {
			if out[i] != '\n' {
				out[i] = by
			}
		}
	}
	return string(out)
}
