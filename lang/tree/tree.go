// Package tree is the document tree that every front end makes and every
// emitter prints: maps, lists and scalars, each with the span where the user
// wrote it. It knows no keyword of weft's.
//
// Trees are immutable once a front end has returned them.
package tree

import (
	"strconv"

	"github.com/weft-lang/weft/lang/source"
)

// Kind says what a node is.
type Kind uint8

// The kinds of node. Null, Bool, Int, Float and String are scalars.
const (
	Invalid Kind = iota
	Map
	List
	String
	Int
	Float
	Bool
	Null
)

func (k Kind) String() string {
	return [...]string{"invalid", "map", "list", "string", "integer", "number", "boolean", "null"}[k]
}

// Style is how a scalar was written.
type Style uint8

// The scalar styles. Plain covers unquoted YAML and bare weft words.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal // YAML |, weft heredoc
	Folded  // YAML >
	RawText // weft `...`
)

// A Node is one value.
type Node struct {
	Kind  Kind
	Style Style
	Flow  bool        // a map or list written in flow style
	Span  source.Span // the value itself: quotes, brackets and block scalar header included

	// Value is the decoded text of a scalar. Numbers, booleans and null hold
	// their canonical JSON spelling (0x10 is "16", yes is "true"), whatever the
	// source says.
	Value   string
	Offsets OffsetMap // from Value to the source; empty when they do not correspond

	Entries []Entry // of a Map, in source order, merge keys already expanded
	Items   []*Node // of a List

	Alias    source.Span // set when the node stands at an alias (*x): the place of the alias
	Comments *Comments   // nil when there are none

	// Type is the type that a .weft file declared for the parameter with this
	// name (int, json ...). Emitters drop it.
	Type string
}

// Entry is one key and its value in a map.
type Entry struct {
	Key    *Node // a scalar; Key.Value is the decoded key whatever its kind
	Value  *Node
	Merged bool // came in through a merge key (<<)
}

// Comments are the comments that belong to one node.
type Comments struct {
	Head []Comment // lines above
	Line []Comment // behind, on the same line
	Foot []Comment // lines below, before a blank line or a dedent
}

// Comment is one comment, without its marker and the blank behind it.
type Comment struct {
	Span source.Span // with the marker
	Text string
}

// Document is one document of a file.
type Document struct {
	File     *source.File
	Index    int         // 0-based place among the documents of the file
	Span     source.Span // the text of this document
	Root     *Node       // nil when the document is empty or could not be read
	Comments []Comment   // every comment of the document in source order
	Damage   *Damage     // nil when all of it was read
}

// IsScalar reports whether n is a scalar.
func (n *Node) IsScalar() bool { return n != nil && n.Kind >= String }

// IsNull reports whether n is absent or null: Kubernetes decoders treat both alike.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Null }

// Get returns the value under key, or nil. It is nil-safe, so that look-ups
// chain: root.Get("spec").Get("templates"). Of duplicate keys the last wins.
func (n *Node) Get(key string) *Node {
	if e := n.Entry(key); e != nil {
		return e.Value
	}
	return nil
}

// Entry returns the entry under key, or nil.
func (n *Node) Entry(key string) *Entry {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i := len(n.Entries) - 1; i >= 0; i-- {
		if n.Entries[i].Key.Value == key {
			return &n.Entries[i]
		}
	}
	return nil
}

// At follows a path of keys.
func (n *Node) At(keys ...string) *Node {
	for _, k := range keys {
		n = n.Get(k)
	}
	return n
}

// Has reports whether key is present with a value other than null.
func (n *Node) Has(key string) bool { return !n.Get(key).IsNull() }

// Text is the decoded text of a scalar, "" for null, absent nodes, maps and lists.
func (n *Node) Text() string {
	if n == nil || n.Kind < String || n.Kind == Null {
		return ""
	}
	return n.Value
}

// Decimal is a number as Kubernetes' decoders turn it into text: by way of a
// 64-bit float, and without an exponent.
func Decimal(number string) string {
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// List returns the items of a list, nil for anything else.
func (n *Node) List() []*Node {
	if n == nil || n.Kind != List {
		return nil
	}
	return n.Items
}

// Place is where a finding about n belongs: the alias if n came through one,
// else its own span.
func (n *Node) Place() source.Span {
	if n == nil {
		return source.Span{}
	}
	if !n.Alias.IsZero() {
		return n.Alias
	}
	return n.Span
}

// Source is the place of the bytes [start, end) of n.Value in the file. Where
// the decoded text has no exact place (escapes, aliases) it is the smallest
// source range that produces it, at worst the whole scalar.
func (n *Node) Source(start, end int) source.Span {
	if !n.Alias.IsZero() || len(n.Offsets) == 0 {
		return n.Place()
	}
	s, e := n.Offsets.start(start), n.Offsets.end(end)
	if e < s {
		e = s
	}
	return source.Span{File: n.Span.File, Start: s, End: e}
}
