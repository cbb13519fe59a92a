package yaml

import (
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// A place is a node that comments may attach to: an entry of a map or an item of a list.
type place struct {
	start int // of the entry or item, its dash included
	node  *tree.Node
	value *tree.Node
}

func (b *builder) place(start int, node, value *tree.Node) {
	if len(b.comments) > 0 {
		b.places = append(b.places, place{start, node, value})
	}
}

func (b *builder) treeComments() []tree.Comment {
	if len(b.comments) == 0 {
		return nil
	}
	out := make([]tree.Comment, len(b.comments))
	for i, c := range b.comments {
		out[i] = tree.Comment{Span: b.file.At(c.start, c.end), Text: commentText(b.text[c.start:c.end])}
	}
	return out
}

// commentText is the comment without its marker and the blank behind it.
func commentText(s string) string {
	return strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(s, "#"), " "), " \t")
}
