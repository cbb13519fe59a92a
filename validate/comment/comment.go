// Package comment reads the comments that are meant for weft:
//
//	# weft: VERB[ARGUMENT, ...] text
//
// and says what each is about: behind something, its line; on a line of its own,
// the node that follows. Comments come from the front ends, so what stands in a
// block of text is never one. What the verbs mean is for the readers to know.
package comment

import (
	"path"
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/pattern"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
)

// keyword starts every comment that is meant for weft.
const keyword = "weft:"

// A Comment is one that is meant for weft.
type Comment struct {
	Span source.Span // with the marker
	Verb Word
	Args []Word // nil when there are no brackets with something in them
	Text string // behind the brackets
	// Covers is what the comment is about, zero if that is nothing.
	Covers source.Span
	Alone  bool // on a line of its own
	// First is on when nothing of the document stands above the comment.
	First bool
	// Checked is on when there is a tree, read whole, that rules could look at.
	Checked bool
}

// A Word is a piece of a comment.
type Word struct {
	Text string
	Span source.Span
}

var (
	verb   = pattern.New(`^(?:#|//)[ \t]*` + keyword + `[ \t]*([-A-Za-z]+)`)
	syntax = pattern.New(`^[ \t]*\[([^\[\]]*)\](.*)$`)
	word   = pattern.New(`[^\s,]+`)
)

// Read collects the comments of files that were read as docs.
func Read(files []*source.File, docs []*tree.Document) []Comment {
	var out []Comment
	for _, f := range files {
		if !strings.Contains(f.Text, keyword) {
			continue
		}
		for _, p := range parts(f, docs) {
			out = append(out, p.read(f)...)
		}
	}
	return out
}

// part is comments, and the trees that they may be about.
type part struct {
	comments []tree.Comment
	roots    []*tree.Node
	damaged  bool
}

// parts cuts a YAML file into its documents. The trees of a .weft file do not
// stand one behind the other, and those of a library belong to its importers.
func parts(f *source.File, docs []*tree.Document) []part {
	if path.Ext(f.Name) == ".weft" {
		whole := part{comments: weft.Comments(f)}
		for _, d := range docs {
			whole.roots = append(whole.roots, d.Root)
			whole.damaged = whole.damaged || d.Damage != nil
		}
		return []part{whole}
	}
	var out []part
	for _, d := range docs {
		if d.File == f {
			out = append(out, part{d.Comments, []*tree.Node{d.Root}, d.Damage != nil})
		}
	}
	return out
}

func (p part) read(f *source.File) []Comment {
	var out []Comment
	var nodes []source.Span
	for _, raw := range p.comments {
		c, ok := parse(raw.Span)
		if !ok {
			continue
		}
		if nodes == nil {
			nodes = extents(f.Name, p.roots)
		}
		c.place(nodes)
		c.Checked = len(nodes) > 0 && !p.damaged
		out = append(out, c)
	}
	return out
}

func parse(at source.Span) (Comment, bool) {
	text := at.Text()
	v := verb().FindStringSubmatchIndex(text)
	if v == nil {
		return Comment{}, false
	}
	c := Comment{Span: at, Verb: Word{text[v[2]:v[3]], at.Sub(v[2], v[3])}}
	rest := text[v[3]:]
	s := syntax().FindStringSubmatchIndex(rest)
	if s == nil {
		c.Text = strings.TrimSpace(rest)
		return c, true
	}
	start := v[3] + s[2]
	for _, w := range word().FindAllStringIndex(rest[s[2]:s[3]], -1) {
		span := at.Sub(start+w[0], start+w[1])
		c.Args = append(c.Args, Word{span.Text(), span})
	}
	c.Text = strings.TrimSpace(rest[s[4]:s[5]])
	return c, true
}

// place finds out what the comment is about. nodes are the extents of what
// comments can stand above.
func (c *Comment) place(nodes []source.Span) {
	f := c.Span.File
	line := c.line()
	c.Alone = strings.Trim(f.Text[line.Start:c.Span.Start], " \t\ufeff") == ""
	c.First = len(nodes) == 0 || c.Span.Start < nodes[0].Start
	if !c.Alone {
		c.Covers = line
		return
	}
	next, _ := slices.BinarySearchFunc(nodes, c.Span.End, func(s source.Span, end int) int { return s.Start - end })
	if next < len(nodes) {
		c.Covers = nodes[next]
	}
}

// line is the line of the comment with its break.
func (c *Comment) line() source.Span {
	f := c.Span.File
	line := f.Position(c.Span.Start).Line
	return f.At(f.LineStart(line), f.LineStart(line+1))
}

// Extent is the comment with what was put there for its sake: its line, or the
// blanks in front of it.
func (c *Comment) Extent() source.Span {
	if c.Alone {
		return c.line()
	}
	f := c.Span.File
	return f.At(len(strings.TrimRight(f.Text[:c.Span.Start], " \t")), c.Span.End)
}

// extents are the places of everything in a file that a comment can stand
// above: documents, entries of maps and items of lists; of those that start at
// the same place the outermost comes first.
func extents(file string, roots []*tree.Node) []source.Span {
	var out []source.Span
	add := func(s source.Span) {
		if s.File != nil && s.File.Name == file {
			out = append(out, s)
		}
	}
	for _, root := range roots {
		if root != nil {
			add(root.Span)
		}
		for n := range root.All() {
			for _, e := range n.Entries {
				// A key that a front end made up has the place of its value.
				if v := e.Value.Place(); !e.Merged && e.Key.Span.File == v.File && e.Key.Span.End <= v.Start {
					add(v.File.At(e.Key.Span.Start, v.End))
				}
			}
			for _, item := range n.Items {
				add(item.Place())
			}
		}
	}
	slices.SortFunc(out, func(a, b source.Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	return out
}
