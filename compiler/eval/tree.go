package eval

import (
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

// An Open is a tag that filling left in its place.
type Open struct {
	Node *tree.Node // the scalar, before filling
	Tag  expr.Tag
}

// Tree fills the holes of every string below n, keys included. What holds no
// hole is shared with n, which stays as it is. A filled scalar keeps the span
// of its source; it is a string, whatever its text looks like, so a value never
// becomes structure.
func Tree(n *tree.Node, s Scope) (filled *tree.Node, open []Open) {
	f := filler{scope: s}
	return f.node(n), f.open
}

type filler struct {
	scope Scope
	open  []Open
}

func (f *filler) node(n *tree.Node) *tree.Node {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case tree.String:
		return f.scalar(n)
	case tree.List:
		return f.list(n)
	case tree.Map:
		return f.entries(n)
	}
	return n
}

func (f *filler) list(n *tree.Node) *tree.Node {
	out := n
	for i, item := range n.Items {
		filled := f.node(item)
		if filled == item {
			continue
		}
		if out == n {
			copied := *n
			copied.Items = append([]*tree.Node(nil), n.Items...)
			out = &copied
		}
		out.Items[i] = filled
	}
	return out
}

func (f *filler) entries(n *tree.Node) *tree.Node {
	out := n
	for i, e := range n.Entries {
		key, value := f.node(e.Key), f.node(e.Value)
		if key == e.Key && value == e.Value {
			continue
		}
		if out == n {
			copied := *n
			copied.Entries = append([]tree.Entry(nil), n.Entries...)
			out = &copied
		}
		out.Entries[i].Key, out.Entries[i].Value = key, value
	}
	return out
}

func (f *filler) scalar(n *tree.Node) *tree.Node {
	tags, _ := expr.Tags(n.Value)
	if len(tags) == 0 {
		return n
	}
	filled := Fill(n.Value, f.scope)
	replaced := map[[2]int]bool{}
	for _, at := range filled.Inserted() {
		replaced[at] = true
	}
	for _, t := range tags {
		if !replaced[[2]int{t.Start, t.End}] {
			f.open = append(f.open, Open{Node: n, Tag: t})
		}
	}
	if len(replaced) == 0 {
		return n
	}
	copied := *n
	copied.Value, copied.Offsets = filled.Text, nil
	return &copied
}
