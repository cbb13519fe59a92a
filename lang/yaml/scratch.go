package yaml

import (
	"sync"

	"github.com/weft-lang/weft/lang/tree"
)

// A scratch is what reading a document needs only while it lasts. Documents hand
// it on to each other, since it is larger than what stays of a small one.
type scratch struct {
	tokens   []token
	texts    []scalarText
	comments []span
	keys     []simpleKey
	indents  []int
	buf      []byte
	segs     tree.OffsetMap
	places   []place
	entries  []tree.Entry
	items    []*tree.Node
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// borrow gives the builder what documents before it have used.
func (b *builder) borrow() {
	m := scratches.Get().(*scratch)
	s := b.scanner
	s.tokens, s.texts, s.comments, s.keys, s.indents = m.tokens, m.texts, m.comments, m.keys, m.indents
	s.build.buf, s.build.segs = m.buf, m.segs
	b.places, b.entries, b.items, b.scratch = m.places, m.entries, m.items, m
}

// giveBack lets the next document have it, without what it holds on to. Nothing
// of the scanner counts from then on.
func (b *builder) giveBack() {
	s, m := b.scanner, b.scratch
	clear(s.texts)
	clear(b.places)
	clear(b.entries)
	clear(b.items)
	*m = scratch{
		tokens: s.tokens[:0], texts: s.texts[:0], comments: s.comments[:0], keys: s.keys[:0], indents: s.indents[:0],
		buf: s.build.buf[:0], segs: s.build.segs[:0], places: b.places[:0], entries: b.entries[:0], items: b.items[:0],
	}
	b.scanner, b.scratch = nil, nil
	scratches.Put(m)
}
