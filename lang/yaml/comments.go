package yaml

import (
	"slices"
	"sort"
	"strings"

	"github.com/weft-lang/weft/lang/tree"
)

// A place is a node that comments may attach to: an entry of a map (its key)
// or an item of a list.
type place struct {
	start int // of the entry or item, its dash included
	node  *tree.Node
	value *tree.Node
}

// openPlace notes where an entry or item starts, before what it holds is read: so
// places are in source order, those around others first.
func (b *builder) openPlace(start int) (at int) {
	if len(b.comments) > 0 {
		b.places = append(b.places, place{start: start})
	}
	return len(b.places) - 1
}

// place says what was read at the place that was opened. Of a merge nothing is said.
func (b *builder) place(at int, node, value *tree.Node) {
	if len(b.comments) > 0 {
		b.places[at].node, b.places[at].value = node, value
	}
}

// treeComments returns the comments of the document in source order.
func (b *builder) treeComments() []tree.Comment {
	if len(b.comments) == 0 {
		return nil
	}
	out := make([]tree.Comment, len(b.comments))
	for i, c := range b.comments {
		text := strings.TrimPrefix(b.text[c.start+1:c.end], " ")
		out[i] = tree.Comment{Span: b.file.At(c.start, c.end), Text: strings.TrimRight(text, " \t")}
	}
	return out
}

// A commenter hands the comments of a document to its nodes. A comment behind
// something on the same line belongs to that. Comments on lines of their own
// belong to what follows, unless they are indented deeper, or a blank line
// parts them from it: then they are the foot of what comes before.
type commenter struct {
	*builder
	root  *tree.Node
	all   []tree.Comment
	flows []*tree.Node // flow collections at places, by their end
}

func (b *builder) attachComments(root *tree.Node, all []tree.Comment) {
	if root == nil || len(all) == 0 {
		return
	}
	b.places = slices.DeleteFunc(b.places, func(p place) bool { return p.node == nil })
	if inOrder := func(a, c place) int { return a.start - c.start }; !slices.IsSortedFunc(b.places, inOrder) {
		slices.SortStableFunc(b.places, inOrder)
	}
	c := commenter{builder: b, root: root, all: all}
	for _, p := range b.places {
		if p.value.Flow && p.value.Alias.IsZero() {
			c.flows = append(c.flows, p.value)
		}
	}
	slices.SortStableFunc(c.flows, func(a, b *tree.Node) int { return a.Span.End - b.Span.End })
	for i := 0; i < len(all); {
		if c.behindText(all[i]) {
			c.attachLine(all[i])
			i++
			continue
		}
		n := c.group(i)
		c.attachGroup(all[i : i+n])
		i += n
	}
}

func commentsOf(n *tree.Node) *tree.Comments {
	if n.Comments == nil {
		n.Comments = &tree.Comments{}
	}
	return n.Comments
}

// lineOf is where the line that holds offset i starts, within the document.
func (c *commenter) lineOf(i int) int { return strings.LastIndexAny(c.text[:i], "\r\n") + 1 }

func (c *commenter) column(i int) int { return i - c.lineOf(i) }

func (c *commenter) behindText(com tree.Comment) bool {
	start := com.Span.Start
	return strings.Trim(c.text[c.lineOf(start):start], " \t\ufeff") != ""
}

// group is how many comments stand on lines of their own below each other from the i-th on.
func (c *commenter) group(i int) int {
	n := 1
	for ; i+n < len(c.all); n++ {
		between := c.text[c.all[i+n-1].Span.End:c.all[i+n].Span.Start]
		if strings.Trim(between, " \t\r\n") != "" || lineBreaks(between) != 1 {
			break
		}
	}
	return n
}

func lineBreaks(s string) int {
	return strings.Count(s, "\n") + strings.Count(strings.ReplaceAll(s, "\r\n", ""), "\r")
}

// after is the index of the first place behind offset i.
func (c *commenter) after(i int) int {
	return sort.Search(len(c.places), func(k int) bool { return c.places[k].start > i })
}

func (c *commenter) attachLine(com tree.Comment) {
	at := com.Span.Start
	i := c.after(at) - 1
	if i < 0 {
		own := commentsOf(c.root)
		if c.root.IsScalar() && c.root.Span.Start < at {
			own.Line = append(own.Line, com)
		} else {
			own.Head = append(own.Head, com)
		}
		return
	}
	own := commentsOf(c.inFront(c.places[i], at))
	own.Line = append(own.Line, com)
}

// inFront is the node that ends in front of offset at on the same line; p is
// the last place there. A key whose value starts below stands for it.
func (c *commenter) inFront(p place, at int) *tree.Node {
	line := c.lineOf(at)
	v := p.value.Place()
	k := sort.Search(len(c.flows), func(k int) bool { return c.flows[k].Span.End > at }) - 1
	if k >= 0 && c.flows[k].Span.End > max(line, v.End) {
		return c.flows[k]
	}
	if v.End > line && v.Start < at && (p.value.IsScalar() || p.value.Flow) {
		return p.value
	}
	return p.node
}

func (c *commenter) attachGroup(group []tree.Comment) {
	first, last := group[0].Span, group[len(group)-1].Span
	next := c.after(first.Start)
	blankBelow := lineBreaks(c.blanks(last.End)) > 1
	switch {
	case next == 0 && (blankBelow || len(c.places) == 0):
		own := commentsOf(c.root)
		if len(c.places) == 0 && c.root.Span.Start < first.Start {
			own.Foot = append(own.Foot, group...)
		} else {
			own.Head = append(own.Head, group...)
		}
	case next == len(c.places),
		next > 0 && c.column(first.Start) > c.column(c.places[next].start),
		next > 0 && blankBelow && !c.blankAbove(first.Start):
		own := commentsOf(c.ownerAbove(next-1, first.Start))
		own.Foot = append(own.Foot, group...)
	default:
		own := commentsOf(c.places[next].node)
		own.Head = append(own.Head, group...)
	}
}

// ownerAbove is the closest node at or above place i that is not deeper than the comment at offset at.
func (c *commenter) ownerAbove(i, at int) *tree.Node {
	column := c.column(at)
	for ; i > 0 && c.column(c.places[i].start) > column; i-- {
	}
	return c.places[i].node
}

// blanks is the white space from offset i on.
func (c *commenter) blanks(i int) string {
	rest := c.text[i:]
	return rest[:len(rest)-len(strings.TrimLeft(rest, " \t\r\n"))]
}

func (c *commenter) blankAbove(i int) bool {
	above := c.text[:c.lineOf(i)]
	return lineBreaks(above[len(strings.TrimRight(above, " \t\r\n")):]) > 1
}
