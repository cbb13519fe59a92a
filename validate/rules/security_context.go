package rules

import (
	"iter"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

// securityContexts yields those of specs, templates and containers.
func securityContexts(p *validate.Pass) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		for n := range podParts(p) {
			if sc := n.Get("securityContext"); sc != nil && !yield(sc) {
				return
			}
		}
		for c := range podContainers(p) {
			if sc := c.node.Get("securityContext"); sc != nil && !yield(sc) {
				return
			}
		}
	}
}

// podParts yields the nodes that say what Pods are like: specs and templates.
func podParts(p *validate.Pass) iter.Seq[*tree.Node] {
	return func(yield func(*tree.Node) bool) {
		for _, o := range p.Project.Objects {
			if o.Spec != nil && o.Spec.Node != nil && !yield(o.Spec.Node) {
				return
			}
		}
		for _, t := range podTemplates(p) {
			if !yield(t.Node) {
				return
			}
		}
	}
}

// entryPlace is key and value of an entry.
func entryPlace(n *tree.Node, key string) source.Span {
	e := n.Entry(key)
	if e == nil || e.Merged || !n.Alias.IsZero() || !e.Value.Alias.IsZero() {
		return n.Place()
	}
	return source.Span{File: e.Key.Span.File, Start: e.Key.Span.Start, End: e.Value.Span.End}
}
