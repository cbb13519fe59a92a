package rules

import (
	"iter"
	"regexp"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
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

// ownTags yields the simple tags of a template, without those of inline bodies.
func ownTags(t *ir.Template) iter.Seq[placedTag] { return simpleTags(t.Node, inlineBodies(t)) }

// inlineBodies is true for the inline templates that t holds.
func inlineBodies(t *ir.Template) func(*tree.Node) bool {
	bodies := map[*tree.Node]bool{}
	for _, c := range t.Calls() {
		if c.Callee.Inline != nil {
			bodies[c.Callee.Inline.Node] = true
		}
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

var mentionForms = map[string]*regexp.Regexp{
	"inputs.parameters":   mentionForm("inputs", "parameters"),
	"inputs.artifacts":    mentionForm("inputs", "artifacts"),
	"workflow.parameters": mentionForm("workflow", "parameters"),
}

// mentionForm matches root.list.name, root.list['name'] and the list itself.
func mentionForm(root, list string) *regexp.Regexp {
	return regexp.MustCompile(`\b` + root + `(?:\??\.|\[['"])` + list + `(?:['"]\])?(?:\??\.([-\w]+)|\??\.?\[\s*['"]([-\w]+)['"]\s*\])?`)
}

// mentioned collects what the texts below n take from list.
func (m *mentions) mentioned(n *tree.Node, list string) {
	root, _, _ := strings.Cut(list, ".")
	for s := range scalars(n, nil) {
		if !strings.Contains(s.Value, root) {
			continue
		}
		for _, match := range mentionForms[list].FindAllStringSubmatch(s.Value, -1) {
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
