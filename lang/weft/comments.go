package weft

import (
	"sort"
	"strings"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Comments are attached by place, after the tree is made: the same code serves
// a parsed file and a tree raised from YAML, whose spans lie in the YAML file.
// A comment goes to the slot it stands behind on the same line, else to the
// slot that follows it in the same container, else to the foot of the
// container. Slots are what the printer can give a line of its own.

// attach distributes comments, which are in source order, over the file.
func attach(f *File, comments []tree.Comment) {
	if len(comments) == 0 {
		return
	}
	for i := range f.Items {
		cover(f.Items[i])
	}
	d := &distributor{file: comments[0].Span.File, raised: f.Source == nil}
	d.spread(toElements(f.Items), comments, nil, func(c tree.Comment) { f.foot = append(f.foot, c) })
}

func toElements[T element](ns []T) []element {
	out := make([]element, len(ns))
	for i, n := range ns {
		out[i] = n
	}
	return out
}

// cover makes sure that e has a place and that it includes what is below it.
func cover(e element) source.Span {
	n := e.base()
	children(e, func(c element) { n.at = union(n.at, cover(c)) })
	return n.at
}

func union(a, b source.Span) source.Span {
	switch {
	case a.IsZero():
		return b
	case b.IsZero() || a.File != b.File:
		return a
	}
	return source.Span{File: a.File, Start: min(a.Start, b.Start), End: max(a.End, b.End)}
}

type distributor struct {
	file   *source.File
	raised bool
}

// container returns the slots of e if it can hold comments between them. In a
// raised tree a comment does not tear apart what goes on one line: lists of
// plain values, single entries and signatures leave it to what is around them.
func (d *distributor) container(e element) ([]element, bool) {
	switch n := e.(type) {
	case *Body:
		return toElements(n.Stmts), true
	case *Map:
		return toElements(n.Entries), !d.raised || len(n.Entries) != 1
	case *List:
		return toElements(n.Items), !d.raised || len(n.Items) > 1 && n.Items[0].Map != nil
	case *Parallel:
		return toElements(n.Steps), true
	case *Signature:
		return toElements(n.Params), !d.raised && len(n.Params) > 0
	case *Call:
		return toElements(n.Args), len(n.Args) > 0
	case *Modifier:
		if n.Block != nil {
			return toElements(n.Block.Items), true
		}
	}
	return nil, false
}

// spread gives each comment to one of the slots or to the foot. slot is the
// slot around all of them, nil at the top.
func (d *distributor) spread(slots []element, comments []tree.Comment, slot *Node, foot func(tree.Comment)) {
	sort.SliceStable(slots, func(i, j int) bool { return slots[i].base().at.Start < slots[j].base().at.Start })
	next := 0
	for i := 0; i < len(comments); {
		c := comments[i]
		for next < len(slots) && slots[next].base().at.End <= c.Span.Start {
			next++
		}
		if next < len(slots) && slots[next].base().at.Contains(c.Span) {
			end := i + 1
			for end < len(comments) && slots[next].base().at.Contains(comments[end].Span) {
				end++
			}
			d.descend(slots[next], comments[i:end], slots[next].base())
			i = end
			continue
		}
		i++
		switch {
		case next > 0 && d.sameLine(slots[next-1].base().at, c.Span):
			trail(slots[next-1].base(), c)
		case next < len(slots) && slots[next].base().at.File == d.file:
			head(slots[next].base(), c)
		default:
			foot(c)
		}
	}
}

// descend looks for the innermost container below e that holds the comments.
func (d *distributor) descend(e element, comments []tree.Comment, slot *Node) {
	if slots, ok := d.container(e); ok {
		d.spread(slots, comments, slot, func(c tree.Comment) { foot(e.base(), c) })
		return
	}
	for len(comments) > 0 {
		var home element
		children(e, func(c element) {
			if home == nil && c.base().at.Contains(comments[0].Span) {
				home = c
			}
		})
		n := 1
		if home == nil {
			head(slot, comments[0])
		} else {
			for n < len(comments) && home.base().at.Contains(comments[n].Span) {
				n++
			}
			d.descend(home, comments[:n], slot)
		}
		comments = comments[n:]
	}
}

func (d *distributor) sameLine(a, b source.Span) bool {
	return a.File == d.file && a.End <= b.Start && !strings.Contains(d.file.Text[a.End:b.Start], "\n")
}

func notesOf(n *Node) *notes {
	if n.notes == nil {
		n.notes = &notes{}
	}
	return n.notes
}

func head(n *Node, c tree.Comment) { notesOf(n).head = append(n.notes.head, c) }

func foot(n *Node, c tree.Comment) { notesOf(n).foot = append(n.notes.foot, c) }

func trail(n *Node, c tree.Comment) { notesOf(n).trail = append(n.notes.trail, c) }
