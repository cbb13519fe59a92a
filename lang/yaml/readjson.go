package yaml

import (
	"encoding/json"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// A jsonReader reads a file that is known to be valid JSON. JSON needs a
// reader of its own: escapes, numbers and duplicate keys mean something else
// there than in YAML.
type jsonReader struct {
	builder
	depth int
}

func parseJSON(f *source.File, findings *diag.List) *tree.Document {
	doc := &tree.Document{File: f, Span: f.At(0, len(f.Text))}
	s := &scanner{text: f.Text}
	s.build.src = f.Text
	r := jsonReader{builder: builder{scanner: s, file: f, findings: findings}}
	if f := encodingFault(f.Text, 0, true); f != nil {
		r.report(f)
	}
	doc.Root = r.read()
	return doc
}

func (r *jsonReader) read() (root *tree.Node) {
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(bailout); !ok {
				panic(e)
			}
			root = nil
		}
	}()
	return r.value()
}

// blanks skips white space and returns the byte behind it.
func (r *jsonReader) blanks() byte {
	for strings.IndexByte(" \t\r\n", r.at(r.pos)) >= 0 {
		r.pos++
	}
	return r.at(r.pos)
}

func (r *jsonReader) value() *tree.Node {
	switch r.blanks() {
	case '{':
		return r.object()
	case '[':
		return r.array()
	case '"':
		return r.str()
	}
	start := r.pos
	for strings.IndexByte(" \t\r\n,]}", r.at(r.pos)) < 0 && r.pos < len(r.text) {
		r.pos++
	}
	text := r.text[start:r.pos]
	kind := tree.Int
	switch {
	case text == "null":
		kind = tree.Null
	case text == "true" || text == "false":
		kind = tree.Bool
	case strings.ContainsAny(text, ".eE"):
		kind = tree.Float
	}
	n := r.newNode(kind, start, r.pos)
	n.Value = text
	return n
}

func (r *jsonReader) enter() int {
	if r.depth++; r.depth > maxDepth {
		r.bail(r.depthFault())
	}
	r.pos++
	return r.pos - 1
}

// more moves to the next element of a collection, behind its comma if need be.
func (r *jsonReader) more(closer byte) bool {
	c := r.blanks()
	if c == ',' {
		r.pos++
		c = r.blanks()
	}
	if c != closer {
		return true
	}
	r.pos++
	r.end = r.pos
	r.depth--
	return false
}

func (r *jsonReader) array() *tree.Node {
	n := r.newNode(tree.List, r.enter(), 0)
	n.Flow = true
	mark := len(r.items)
	for r.more(']') {
		r.items = append(r.items, r.value())
	}
	return r.closeList(n, mark)
}

func (r *jsonReader) object() *tree.Node {
	m := mapReader{node: r.newNode(tree.Map, r.enter(), 0), mark: len(r.entries)}
	m.node.Flow = true
	for r.more('}') {
		key := r.str()
		r.blanks()
		r.pos++ // the colon
		r.entries = append(r.entries, tree.Entry{Key: key, Value: r.value()})
	}
	return r.closeMap(&m)
}

func (r *jsonReader) str() *tree.Node {
	start := r.pos
	r.build.reset()
	r.pos++
	from := r.pos
	for r.text[r.pos] != '"' {
		if r.text[r.pos] != '\\' {
			r.pos++
			continue
		}
		r.build.verbatim(from, r.pos)
		r.jsonEscape()
		from = r.pos
	}
	r.build.verbatim(from, r.pos)
	text := r.build.finish(r.pos)
	r.pos++
	n := r.newNode(tree.String, start, r.pos)
	n.Style, n.Value, n.Offsets = tree.DoubleQuoted, text.value, text.offsets
	return n
}

// jsonEscape decodes the escape at pos; two that form a surrogate pair are one.
func (r *jsonReader) jsonEscape() {
	n := 2
	if r.text[r.pos+1] == 'u' {
		n = 6
		if next := r.pos + n; strings.HasPrefix(r.text[next:], `\u`) {
			var pair string
			if json.Unmarshal([]byte(`"`+r.text[r.pos:next+6]+`"`), &pair) == nil && len(pair) == 4 {
				n = 12
			}
		}
	}
	var text string
	if err := json.Unmarshal([]byte(`"`+r.text[r.pos:r.pos+n]+`"`), &text); err != nil {
		panic("yaml: escape in valid JSON: " + err.Error())
	}
	r.build.replace(text, r.pos)
	r.pos += n
}
