package rules

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

// A placedTag is a simple tag and where it stands.
type placedTag struct {
	expr.Tag
	node *tree.Node
}

// span is the place of the tag, braces included.
func (t placedTag) span() source.Span { return t.node.Source(t.Start, t.End) }

// scalars yields every key and value below n that is text, but for what skip
// refuses.
func scalars(n *tree.Node, skip func(*tree.Node) bool) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) { pushScalars(n, skip, yield) }
}

func pushScalars(n *tree.Node, skip func(*tree.Node) bool, yield func(*tree.Node) bool) bool {
	if n == nil || skip != nil && skip(n) {
		return true
	}
	if n.Kind == tree.String {
		return yield(n)
	}
	for _, e := range n.Entries {
		if !yield(e.Key) || !pushScalars(e.Value, skip, yield) {
			return false
		}
	}
	for _, it := range n.Items {
		if !pushScalars(it, skip, yield) {
			return false
		}
	}
	return true
}

// simpleTags yields the simple tags below n, but for what skip refuses.
func simpleTags(n *tree.Node, skip func(*tree.Node) bool) iter.Seq[placedTag] {
	return func(yield func(placedTag) bool) {
		for s := range scalars(n, skip) {
			if !strings.Contains(s.Value, "{{") {
				continue
			}
			tags, _ := expr.Tags(s.Value)
			for _, t := range tags {
				if !t.Expr && !yield(placedTag{t, s}) {
					return
				}
			}
		}
	}
}

type specTagsKey struct{ object *ir.Object }

// specTags yields the simple tags of a spec. They are looked for once.
func specTags(p *validate.Pass, o *ir.Object) iter.Seq[placedTag] {
	return slices.Values(validate.Fact(p, specTagsKey{o}, func() []placedTag {
		return slices.Collect(simpleTags(o.Spec.Node, nil))
	}))
}

type ownTagsKey struct{ template *ir.Template }

// ownTags yields the simple tags of a template, without those of inline bodies.
// They are looked for once.
func ownTags(p *validate.Pass, t *ir.Template) iter.Seq[placedTag] {
	return slices.Values(validate.Fact(p, ownTagsKey{t}, func() []placedTag {
		return slices.Collect(simpleTags(t.Node, inlineBodies(t)))
	}))
}

// inlineBodies is true for the inline templates that t holds.
func inlineBodies(t *ir.Template) func(*tree.Node) bool {
	bodies := map[*tree.Node]bool{}
	for _, c := range t.Calls() {
		if c.Callee.Inline != nil {
			bodies[c.Callee.Inline.Node] = true
		}
	}
	if len(bodies) == 0 {
		return nil
	}
	return func(n *tree.Node) bool { return bodies[n] }
}

// keySpan is the place of part of a tag: bytes [start, end) of its key.
func (t placedTag) keySpan(start, end int) source.Span {
	at := t.Start + 2 + strings.Index(t.Body, t.Key)
	return t.node.Source(at+start, at+end)
}

// mentions are the names that texts take from one list of names, such as
// inputs.parameters; all is set when a text takes the list as a whole.
type mentions struct {
	names map[string]bool
	all   bool
}

var mentionForms = map[string]func() *regexp.Regexp{
	"inputs.parameters":   mentionForm("inputs", "parameters"),
	"inputs.artifacts":    mentionForm("inputs", "artifacts"),
	"workflow.parameters": mentionForm("workflow", "parameters"),
}

// mentionForm matches root.list.name, root.list['name'] and the list itself.
func mentionForm(root, list string) func() *regexp.Regexp {
	return pattern(`\b` + root + `(?:\??\.|\[['"])` + list + `(?:['"]\])?(?:\??\.([-\w]+)|\??\.?\[\s*['"]([-\w]+)['"]\s*\])?`)
}

// mentioned collects what the texts below n take from list.
func (m *mentions) mentioned(n *tree.Node, list string) {
	root, kind, _ := strings.Cut(list, ".")
	for s := range scalars(n, nil) {
		if !strings.Contains(s.Value, root) || !strings.Contains(s.Value, kind) {
			continue
		}
		for _, match := range mentionForms[list]().FindAllStringSubmatch(s.Value, -1) {
			name := match[1] + match[2]
			if name == "" || name == "json" && root == "workflow" {
				m.all = true
			}
			m.names[name] = true
		}
	}
}

func mentionsIn(list string, nodes ...*tree.Node) *mentions {
	m := &mentions{names: map[string]bool{}}
	for _, n := range nodes {
		m.mentioned(n, list)
	}
	return m
}

// has reports whether a text takes name, or all there is.
func (m *mentions) has(name string) bool { return m.all || m.names[name] }
