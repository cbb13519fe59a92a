package tree

import (
	"iter"
	"sort"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/source"
)

// All yields n and every node below it, values before their children, in
// source order. Keys are not yielded; they are in the Entries.
func (n *Node) All() iter.Seq[*Node] {
	return func(yield func(*Node) bool) { n.push(yield) }
}

func (n *Node) push(yield func(*Node) bool) bool {
	if n == nil {
		return true
	}
	if !yield(n) {
		return false
	}
	for _, e := range n.Entries {
		if !e.Value.push(yield) {
			return false
		}
	}
	for _, it := range n.Items {
		if !it.push(yield) {
			return false
		}
	}
	return true
}

// PathTo returns the path (spec.templates[1].container.image) of the innermost
// node or key of the tree that contains span, "" for the root or for a span
// outside. Keys that are not plain words are written as ["key"].
func (n *Node) PathTo(span source.Span) string {
	var b strings.Builder
	for n != nil {
		next := n.childAt(span, &b)
		if next == nil {
			break
		}
		n = next
	}
	return b.String()
}

// MapAround returns the innermost map of the tree that contains span, nil if
// none does.
func (n *Node) MapAround(span source.Span) *Node {
	var innermost *Node
	for ; n != nil; n = n.childAt(span, &strings.Builder{}) {
		if n.Kind == Map && n.Span.Contains(span) {
			innermost = n
		}
	}
	return innermost
}

func (n *Node) childAt(span source.Span, path *strings.Builder) *Node {
	// Items stand in source order, aliases aside, so long lists are searched by
	// halves first: a document with many findings would cost a walk for each.
	if i := sort.Search(len(n.Items), func(i int) bool { return n.Items[i].Span.Start > span.Start }) - 1; i >= 0 && n.Items[i].Span.Contains(span) {
		path.WriteString("[" + strconv.Itoa(i) + "]")
		return n.Items[i]
	}
	for _, e := range n.Entries {
		if e.Key.Span.Contains(span) || e.Value.Place().Contains(span) || e.Value.Span.Contains(span) {
			writeKey(path, e.Key.Value)
			return e.Value
		}
	}
	for i, it := range n.Items {
		if it.Place().Contains(span) || it.Span.Contains(span) {
			path.WriteString("[" + strconv.Itoa(i) + "]")
			return it
		}
	}
	return nil
}

func writeKey(b *strings.Builder, key string) {
	plain := key != "" && strings.IndexFunc(key, func(r rune) bool {
		return !(r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) < 0
	switch {
	case !plain:
		b.WriteString("[" + strconv.Quote(key) + "]")
	case b.Len() > 0:
		b.WriteString("." + key)
	default:
		b.WriteString(key)
	}
}
