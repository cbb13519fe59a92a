package schema

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// Emission is the JSON text that the reference makes of a node, and the way
// back into the tree. The reference looks for {{...}} in this text and not in
// single values, so that a tag that nobody closes runs on into what follows.
type Emission struct {
	JSON string
	runs []run
}

// run says where the JSON text from byte at on, up to the next run, comes from.
type run struct {
	at       int
	node     *tree.Node // nil for punctuation, names of fields and what is filled in
	value    int        // offset in the node's value
	verbatim bool       // byte by byte; else the run is the escape of one character
}

// Emit writes a node as Go's encoding/json writes a value of an object type:
// fields in the order of the type and by its rules about empty ones, unknown
// fields left out, map keys sorted, <, > and & escaped. What does not fit the
// type is written as it stands. An unknown type has no fields.
func Emit(n *tree.Node, typeName string) *Emission {
	e := emitter{buf: make([]byte, 0, 1024), runs: make([]run, 0, 32)}
	if id, ok := typeNamed(typeName); ok {
		e.single(n, id)
	} else {
		e.generic(n)
	}
	return &Emission{JSON: string(e.buf), runs: e.runs}
}

// At returns the scalar (or key) that the byte at off comes from and the
// offset in its value, or nil for a byte that stands in no scalar.
func (e *Emission) At(off int) (n *tree.Node, value int) {
	i := sort.Search(len(e.runs), func(i int) bool { return e.runs[i].at > off }) - 1
	if i < 0 || e.runs[i].node == nil {
		return nil, 0
	}
	r := &e.runs[i]
	if r.verbatim {
		return r.node, r.value + off - r.at
	}
	return r.node, r.value
}

// Span is the place of the bytes [start, end) of the JSON text. If they reach
// beyond the scalar in which they start, it ends with that scalar.
func (e *Emission) Span(start, end int) source.Span {
	first, from := e.At(start)
	if first == nil {
		return source.Span{}
	}
	last, to := e.At(end - 1)
	if last != first {
		return first.Source(from, len(first.Value))
	}
	_, size := utf8.DecodeRuneInString(last.Value[to:])
	return first.Source(from, min(to+size, len(first.Value)))
}

type emitter struct {
	buf  []byte
	runs []run
}

func (e *emitter) raw(text string) { e.buf = append(e.buf, text...) }

// punctuation marks that what follows comes from no scalar.
func (e *emitter) punctuation() { e.runs = append(e.runs, run{at: len(e.buf)}) }

func (e *emitter) object(n *tree.Node, id typeID) {
	o := id.object()
	e.raw("{")
	empty := true
	for i := range o.fields {
		f := &o.fields[i]
		v := fieldValue(n, f.name)
		if f.flags&always == 0 && (v.IsNull() || f.flags&pointer == 0 && isEmpty(v, f)) {
			continue
		}
		if !empty {
			e.raw(",")
		}
		empty = false
		e.raw(`"`)
		e.raw(f.name)
		e.raw(`":`)
		e.field(v, f)
	}
	e.raw("}")
}

// fieldValue is the value of a field; below steps its key may be in any case.
func fieldValue(n *tree.Node, name string) *tree.Node {
	if n == nil {
		return nil
	}
	var folded *tree.Node
	for i := len(n.Entries) - 1; i >= 0; i-- {
		key := n.Entries[i].Key.Value
		if key == name {
			return n.Entries[i].Value
		}
		if folded == nil && len(key) == len(name) && strings.EqualFold(key, name) {
			folded = n.Entries[i].Value
		}
	}
	return folded
}

// isEmpty reports whether Go holds a value to be empty. It never holds a
// struct to be so.
func isEmpty(n *tree.Node, f *field) bool {
	switch n.Kind {
	case tree.Map:
		return f.shape == dict && len(n.Entries) == 0
	case tree.List:
		return len(n.Items) == 0
	case tree.String:
		return n.Value == ""
	case tree.Int, tree.Float:
		return n.Value == "0" && f.typ != typeAnyString
	}
	return n.Value == "false" && f.typ == typeBool
}

func (e *emitter) field(n *tree.Node, f *field) {
	switch {
	case n.IsNull() && (f.shape != one || f.flags&pointer != 0):
		e.raw("null")
	case f.shape == list && n.Kind == tree.List:
		e.raw("[")
		for i, item := range n.Items {
			if i > 0 {
				e.raw(",")
			}
			e.single(item, f.typ)
		}
		e.raw("]")
	case f.shape == dict && n.Kind == tree.Map:
		e.entries(n, f.typ)
	default:
		e.single(n, f.typ)
	}
}

// entries writes a map in the order of its keys.
func (e *emitter) entries(n *tree.Node, id typeID) {
	keys := make([]*tree.Entry, len(n.Entries))
	for i := range n.Entries {
		keys[i] = &n.Entries[i]
	}
	slices.SortStableFunc(keys, func(a, b *tree.Entry) int { return strings.Compare(a.Key.Value, b.Key.Value) })
	e.raw("{")
	empty := true
	for i, entry := range keys {
		if i+1 < len(keys) && keys[i+1].Key.Value == entry.Key.Value {
			continue // of duplicate keys the last wins
		}
		if !empty {
			e.raw(",")
		}
		empty = false
		e.text(entry.Key)
		e.raw(":")
		e.single(entry.Value, id)
	}
	e.raw("}")
}

// single writes one value of a type. Null is the empty value of the type.
func (e *emitter) single(n *tree.Node, id typeID) {
	switch {
	case id >= firstObject && (n.IsNull() || n.Kind == tree.Map):
		e.object(n, id)
	case n.IsNull():
		e.raw(empties[id])
	case id == typeParallelSteps && n.Kind == tree.List:
		e.field(n, &field{typ: typeWorkflowStep, shape: list})
	case id == typeAnyString:
		e.anyString(n)
	case id == typeQuantity:
		e.quantity(n)
	default:
		e.generic(n)
	}
}

// empties are the empty values of the scalar types.
var empties = [firstObject]string{
	typeString: `""`, typeBool: "false", typeInt32: "0", typeInt64: "0", typeUint64: "0",
	typeAnyString: `""`, typeIntOrString: "0", typeQuantity: `"0"`, typeAmount: "0",
	typeItem: "null", typeRaw: "null", typeTime: "null", typeBase64: "null", typePlugin: "null", typeParallelSteps: "null",
}

func (e *emitter) anyString(n *tree.Node) {
	switch n.Kind {
	case tree.String:
		e.text(n)
	case tree.Bool:
		e.raw(`"` + n.Value + `"`)
	case tree.Int, tree.Float:
		e.raw(`"` + tree.Decimal(n.Value) + `"`)
	default:
		e.raw(`""`) // lists and maps are lost
	}
}

// quantity writes an amount in its canonical form: 2000m is 2.
func (e *emitter) quantity(n *tree.Node) {
	q, err := resource.ParseQuantity(strings.TrimSpace(n.Text()))
	if err != nil {
		e.generic(n)
		return
	}
	e.raw(`"` + q.String() + `"`)
}

// generic writes a node as it stands.
func (e *emitter) generic(n *tree.Node) {
	switch {
	case n.IsNull():
		e.raw("null")
	case n.Kind == tree.Map:
		e.entries(n, typeRaw)
	case n.Kind == tree.List:
		e.field(n, &field{typ: typeRaw, shape: list})
	case n.Kind == tree.String:
		e.text(n)
	default:
		e.raw(n.Value)
	}
}

const hex = "0123456789abcdef"

// text writes the value of a scalar as a JSON string.
func (e *emitter) text(n *tree.Node) {
	e.buf = append(e.buf, '"')
	text, start := n.Value, 0
	e.runs = append(e.runs, run{at: len(e.buf), node: n, verbatim: true})
	for i := 0; i < len(text); {
		size := 1
		if c := text[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			if r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || size > 1) {
				i += size
				continue
			}
		}
		e.raw(text[start:i])
		e.runs = append(e.runs, run{at: len(e.buf), node: n, value: i})
		e.escape(text[i : i+size])
		i += size
		start = i
		e.runs = append(e.runs, run{at: len(e.buf), node: n, value: i, verbatim: true})
	}
	e.raw(text[start:])
	e.punctuation()
	e.buf = append(e.buf, '"')
}

// escape writes one character that JSON text must not or, so that it can stand
// in HTML, should not hold.
func (e *emitter) escape(char string) {
	switch c := char[0]; {
	case len(char) == 3:
		e.raw(`\u202` + hex[char[2]&0xf:char[2]&0xf+1])
	case c >= utf8.RuneSelf:
		e.raw(`\ufffd`)
	case c == '"' || c == '\\':
		e.buf = append(e.buf, '\\', c)
	case short[c] != 0:
		e.buf = append(e.buf, '\\', short[c])
	default:
		e.buf = append(e.buf, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
	}
}

// short are the control characters that have an escape of their own.
var short = [utf8.RuneSelf]byte{'\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}
