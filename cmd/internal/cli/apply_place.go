package cli

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// placeOf is where a document says what an API server finds fault with, by the
// path that it gives: .spec.templates[0].name, items[name="a"].value,
// metadata.labels[a.b/c]. Of a field that is missing it is the place of what
// should hold it.
func placeOf(root *tree.Node, path string) source.Span {
	place := head(root)
	for n, rest := root, path; ; {
		span, child, after := step(n, strings.TrimPrefix(rest, "."))
		if child == nil {
			return place
		}
		n, rest, place = child, after, span
		if rest == "" && n.IsScalar() {
			return n.Place()
		}
	}
}

// head is what stands for a whole document: the name of its kind.
func head(root *tree.Node) source.Span {
	if e := root.Entry("kind"); e != nil {
		return e.Value.Place()
	}
	return root.Place()
}

// step goes one step along a path, and says what marks the place it comes to.
// Keys may hold dots, so the longest that fits is taken.
func step(n *tree.Node, path string) (place source.Span, child *tree.Node, rest string) {
	if path == "" || n == nil {
		return source.Span{}, nil, ""
	}
	if selector, after, ok := strings.Cut(path, "]"); ok && strings.HasPrefix(selector, "[") {
		return selected(n, selector[1:], after)
	}
	best := -1
	for i, e := range n.Entries {
		after, ok := strings.CutPrefix(path, e.Key.Value)
		if ok && (after == "" || strings.ContainsAny(after[:1], ".[")) && (best < 0 || len(e.Key.Value) > len(n.Entries[best].Key.Value)) {
			best, rest = i, after
		}
	}
	if best < 0 {
		return source.Span{}, nil, ""
	}
	return n.Entries[best].Key.Span, n.Entries[best].Value, rest
}

// condition is what has to hold for an item of a list: name="a".
var condition = regexp.MustCompile(`(\w+)=("(?:[^"\\]|\\.)*"|[^,]*)`)

// selected follows [0], [key] and [name="a",port=1].
func selected(n *tree.Node, selector, rest string) (source.Span, *tree.Node, string) {
	if n.Kind == tree.Map {
		if e := n.Entry(selector); e != nil {
			return e.Key.Span, e.Value, rest
		}
		return source.Span{}, nil, ""
	}
	if i, err := strconv.Atoi(selector); err == nil && i >= 0 && i < len(n.List()) {
		return first(n.Items[i]), n.Items[i], rest
	}
	conditions := condition.FindAllStringSubmatch(selector, -1)
	for _, item := range n.List() {
		fits := len(conditions) > 0
		for _, c := range conditions {
			want, err := strconv.Unquote(c[2])
			if err != nil {
				want = c[2]
			}
			fits = fits && item.Get(c[1]).Text() == want
		}
		if fits {
			return first(item), item, rest
		}
	}
	return source.Span{}, nil, ""
}

// first marks an item of a list: its name, else its first key.
func first(item *tree.Node) source.Span {
	switch {
	case item.Entry("name") != nil:
		return item.Get("name").Place()
	case len(item.Entries) > 0:
		return item.Entries[0].Key.Span
	}
	return item.Place()
}
