package yaml

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weft-lang/weft/lang/tree"
)

// JSONOptions say how JSON is written.
type JSONOptions struct {
	Sorted bool // keys in byte order, as Kubernetes' tools write them
}

// JSON is the tree as compact JSON, keys in source order. Of duplicate keys
// the last one is written, in its own place. An absent tree is null.
func JSON(root *tree.Node) []byte { return JSONOptions{}.Append(nil, root) }

// Append appends the tree as compact JSON to dst.
func (o JSONOptions) Append(dst []byte, n *tree.Node) []byte {
	switch {
	case n == nil:
		return append(dst, "null"...)
	case n.Kind == tree.Map:
		dst = append(dst, '{')
		for i, e := range o.entries(n) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, e.Key.Value)
			dst = append(dst, ':')
			dst = o.Append(dst, e.Value)
		}
		return append(dst, '}')
	case n.Kind == tree.List:
		dst = append(dst, '[')
		for i, it := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = o.Append(dst, it)
		}
		return append(dst, ']')
	case n.Kind == tree.String:
		return appendString(dst, n.Value)
	case n.Kind == tree.Null:
		return append(dst, "null"...)
	}
	return append(dst, n.Value...)
}

// entries are the entries of a map as JSON has them.
func (o JSONOptions) entries(n *tree.Node) []tree.Entry {
	entries := lastOfEach(n.Entries)
	if o.Sorted {
		entries = slices.Clone(entries)
		slices.SortStableFunc(entries, func(a, b tree.Entry) int { return strings.Compare(a.Key.Value, b.Key.Value) })
	}
	return entries
}

// lastOfEach drops entries whose key comes again.
func lastOfEach(entries []tree.Entry) []tree.Entry {
	last := make(map[string]int, len(entries))
	for i, e := range entries {
		last[e.Key.Value] = i
	}
	if len(last) == len(entries) {
		return entries
	}
	var out []tree.Entry
	for i, e := range entries {
		if last[e.Key.Value] == i {
			out = append(out, e)
		}
	}
	return out
}

// appendString appends s as a JSON string, spelled as Go's encoder does without HTML escapes.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		var esc string
		switch c {
		case '"':
			esc = `\"`
		case '\\':
			esc = `\\`
		case '\n':
			esc = `\n`
		case '\r':
			esc = `\r`
		case '\t':
			esc = `\t`
		case '\b':
			esc = `\b`
		case '\f':
			esc = `\f`
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			switch {
			case c < ' ':
				esc = `\u00` + string(hex[c>>4]) + string(hex[c&15])
			case r == utf8.RuneError && size == 1:
				esc = "\ufffd"
			case r == '\u2028':
				esc = `\u2028`
			case r == '\u2029':
				esc = `\u2029`
			default:
				i += size
				continue
			}
		}
		dst = append(append(dst, s[from:i]...), esc...)
		i += size
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
