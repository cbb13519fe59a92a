package yaml

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// A builder parses the tokens of one document into a tree.
type builder struct {
	*scanner
	file     *source.File
	findings *diag.List

	i         int // the token at hand
	end       int // where the last token with text ended
	nodes     []tree.Node
	scratch   *scratch     // where places and stacks are borrowed from
	entries   []tree.Entry // stack of the maps being read
	items     []*tree.Node // stack of the lists being read
	entrySlab []tree.Entry
	itemSlab  []*tree.Node

	anchors   map[string]*anchor
	aliases   aliasCount
	mergeKeys map[*tree.Node]bool
	broken    []source.Span // what is no YAML, and left as it is
	places    []place       // where comments may attach; kept only if there are comments
}

// An anchor is a node that aliases may name.
type anchor struct {
	node *tree.Node // nil while the node is still being read
	size int        // nodes below and including it, aliases expanded
}

// bailout unwinds the parser after a fault.
type bailout struct{}

// document parses the document. It returns nil when there is nothing but
// comments, or when the syntax is at fault.
func (b *builder) document() (root *tree.Node, empty bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(bailout); !ok {
				panic(r)
			}
			root = nil
		}
	}()
	b.end = int(b.tokens[0].start)
	explicit := b.peek() == tokDocumentStart
	if explicit {
		b.advance()
	}
	switch b.peek() {
	case tokEnd:
		return nil, true
	case tokDocumentStart, tokDocumentEnd:
		if explicit {
			return nil, true
		}
	}
	root = b.node(true, false)
	b.checkValue(root)
	b.finish()
	return root, false
}

// finish looks at what follows the document. The reader that decides never
// looks further than the end of the first value, so text there gets lost.
func (b *builder) finish() {
	next := b.peek()
	if next == tokDocumentEnd {
		b.i++
		next = b.tokens[b.i].kind // never looked at, and so never a fault
	} else if b.fault != nil && b.mayBeKey(b.i) {
		b.bail(b.fault)
	}
	if next == tokEnd {
		return
	}
	t := b.tokens[b.i]
	start := int(t.start)
	b.findings.Add(diag.Diagnostic{
		Rule: RuleTrailing, Severity: diag.Warning,
		Span:    b.file.At(start, b.lineEnd(start)),
		Message: "this text stands behind the end of the document and is ignored",
		Help:    `start a new document with "---", or remove the text`,
	})
}

// peek is the kind of the token at hand. It does not return at a fault.
func (b *builder) peek() tokenKind {
	k := b.tokens[b.i].kind
	if k == tokFault {
		b.bail(b.fault)
	}
	return k
}

func (b *builder) advance() token {
	t := b.tokens[b.i]
	b.i++
	if t.end > t.start {
		b.end = int(t.end)
	}
	return t
}

// bail gives up with f, or with what the scanner found wrong just behind.
func (b *builder) bail(f *fault) {
	if b.fault != nil && b.mayBeKey(b.i) {
		f = b.fault
	}
	b.report(f)
	panic(bailout{})
}

func (b *builder) newNode(kind tree.Kind, start, end int) *tree.Node {
	if len(b.nodes) == 0 {
		b.nodes = make([]tree.Node, min(256, max(b.unread(), 4)))
	}
	n := &b.nodes[0]
	b.nodes = b.nodes[1:]
	n.Kind = kind
	n.Span = b.file.At(start, end)
	return n
}

// unread is about how many nodes the tokens from the one at hand on make.
func (b *builder) unread() int {
	nodes := 1
	for _, t := range b.tokens[b.i:] {
		switch t.kind {
		case tokScalar, tokAlias, tokBlockList, tokBlockMap, tokListOpen, tokMapOpen:
			if nodes++; nodes >= 256 {
				return nodes
			}
		}
	}
	return nodes
}

// absent is the node of a value that is not there, right behind what came last.
func (b *builder) absent() *tree.Node {
	b.aliases.visit()
	n := b.newNode(tree.Null, b.end, b.end)
	n.Value = "null"
	return n
}

// node parses one value. block allows block collections, indentless a list
// whose dashes are not deeper than the key that holds it.
func (b *builder) node(block, indentless bool) *tree.Node {
	if b.peek() == tokAlias {
		return b.alias(b.advance())
	}
	var tag string
	var name *anchor
	var tagged bool
	start := b.i
	for range 2 {
		switch k := b.peek(); {
		case k == tokAnchor && name == nil:
			name = b.anchor(b.advance())
		case k == tokTag && !tagged:
			tagged = true
			tag = b.texts[b.advance().text].value
		case k == tokUnknownTag && !tagged:
			b.bail(b.tagFault(int(b.tokens[b.i].start)))
		}
	}
	before := b.aliases.nodes
	b.aliases.visit()
	b.checkAliases()
	n := b.content(block, indentless, tag, b.i > start)
	if name != nil {
		name.node, name.size = n, b.aliases.nodes-before
	}
	return n
}

func (b *builder) content(block, indentless bool, tag string, decorated bool) *tree.Node {
	switch k := b.peek(); {
	case k == tokScalar:
		return b.scalarNode(tag)
	case k == tokListOpen:
		return b.flowList()
	case k == tokMapOpen:
		return b.flowMap()
	case k == tokBlockList && block:
		b.advance()
		return b.blockList(false)
	case k == tokDash && indentless:
		return b.blockList(true)
	case k == tokBlockMap && block:
		return b.blockMap()
	case decorated:
		n := b.newNode(tree.Null, b.end, b.end)
		b.resolve(n, tag, "", tag == "" || tag == "!")
		return n
	}
	b.bail(b.contentFault())
	return nil
}

func (b *builder) scalarNode(tag string) *tree.Node {
	t := b.advance()
	text := &b.texts[t.text]
	n := b.newNode(tree.String, int(t.start), int(t.end))
	n.Style = t.style
	n.Offsets = text.offsets
	implicit := tag == "" && t.style == tree.Plain || tag == "!"
	b.resolve(n, tag, text.value, implicit)
	if n.Value == "<<" && (implicit || tag == tagMerge) {
		if b.mergeKeys == nil {
			b.mergeKeys = map[*tree.Node]bool{}
		}
		b.mergeKeys[n] = true
	}
	return n
}

func (b *builder) blockList(indentless bool) *tree.Node {
	n := b.newNode(tree.List, int(b.tokens[b.i].start), 0)
	mark := len(b.items)
	for b.peek() == tokDash {
		dash := b.advance()
		at := b.openPlace(int(dash.start))
		item := b.blockItem(indentless)
		b.checkValue(item)
		b.items = append(b.items, item)
		b.place(at, item, item)
	}
	if !indentless {
		if b.peek() != tokBlockEnd {
			b.bail(b.itemFault(n))
		}
		b.advance()
	}
	return b.closeList(n, mark)
}

func (b *builder) blockItem(indentless bool) *tree.Node {
	switch b.peek() {
	case tokDash, tokBlockEnd:
		return b.absent()
	case tokKey, tokValue:
		if indentless {
			return b.absent()
		}
	}
	return b.node(true, false)
}

func (b *builder) closeList(n *tree.Node, mark int) *tree.Node {
	size := len(b.items) - mark
	if len(b.itemSlab) < size {
		b.itemSlab = make([]*tree.Node, max(size, 64))
	}
	n.Items = b.itemSlab[:size:size]
	b.itemSlab = b.itemSlab[size:]
	copy(n.Items, b.items[mark:])
	clear(b.items[mark:])
	b.items = b.items[:mark]
	n.Span.End = b.end
	return n
}

func (b *builder) blockMap() *tree.Node {
	b.advance()
	n := b.newNode(tree.Map, int(b.tokens[b.i].start), 0)
	m := mapReader{node: n, mark: len(b.entries)}
	for b.peek() == tokKey {
		b.advance()
		key := b.blockValue()
		at := b.openPlace(key.Place().Start)
		value := (*tree.Node)(nil)
		if b.peek() == tokValue {
			b.advance()
			value = b.blockValue()
		} else {
			value = b.absent()
		}
		b.entry(&m, at, key, value)
	}
	if b.peek() != tokBlockEnd {
		b.bail(b.blockKeyFault(n))
	}
	b.advance()
	return b.closeMap(&m)
}

// blockValue parses a key or a value of a block map.
func (b *builder) blockValue() *tree.Node {
	switch b.peek() {
	case tokKey, tokValue, tokBlockEnd:
		return b.absent()
	}
	return b.node(true, true)
}

func (b *builder) flowList() *tree.Node {
	open := b.advance()
	n := b.newNode(tree.List, int(open.start), 0)
	n.Flow = true
	mark := len(b.items)
	for first := true; b.peek() != tokListClose; first = false {
		if !first {
			if b.peek() != tokComma {
				b.bail(b.flowFault(open))
			}
			b.advance()
		}
		if b.peek() == tokListClose {
			break
		}
		at := b.openPlace(int(b.tokens[b.i].start))
		item := b.flowItem()
		b.checkValue(item)
		b.items = append(b.items, item)
		b.place(at, item, item)
	}
	b.advance()
	return b.closeList(n, mark)
}

// flowItem parses an item of a flow list; "key: value" is a map of one entry.
func (b *builder) flowItem() *tree.Node {
	if b.peek() != tokKey {
		return b.node(false, false)
	}
	b.aliases.visit()
	b.advance()
	n := b.newNode(tree.Map, int(b.tokens[b.i-1].start), 0)
	n.Flow = true
	m := mapReader{node: n, mark: len(b.entries)}
	key := b.flowPart(tokListClose)
	at := b.openPlace(key.Place().Start)
	b.entry(&m, at, key, b.flowPairValue(tokListClose))
	return b.closeMap(&m)
}

func (b *builder) flowMap() *tree.Node {
	open := b.advance()
	n := b.newNode(tree.Map, int(open.start), 0)
	n.Flow = true
	m := mapReader{node: n, mark: len(b.entries)}
	for first := true; b.peek() != tokMapClose; first = false {
		if !first {
			if b.peek() != tokComma {
				b.bail(b.flowFault(open))
			}
			b.advance()
		}
		switch b.peek() {
		case tokMapClose:
			continue
		case tokKey:
			b.advance()
			key := b.flowPart(tokMapClose)
			at := b.openPlace(key.Place().Start)
			b.entry(&m, at, key, b.flowPairValue(tokMapClose))
		default:
			key := b.node(false, false)
			b.entry(&m, b.openPlace(key.Place().Start), key, b.absent())
		}
	}
	b.advance()
	return b.closeMap(&m)
}

// flowPart parses a key or a value in a flow collection that closes with closer.
func (b *builder) flowPart(closer tokenKind) *tree.Node {
	switch b.peek() {
	case tokValue, tokComma, closer:
		return b.absent()
	}
	return b.node(false, false)
}

func (b *builder) flowPairValue(closer tokenKind) *tree.Node {
	if b.peek() != tokValue {
		return b.absent()
	}
	b.advance()
	switch b.peek() {
	case tokComma, closer:
		return b.absent()
	}
	return b.node(false, false)
}
