package weft

import (
	"slices"

	"github.com/weft-lang/weft/lang/tree"
)

// maxRows bounds a matrix: what is written in three lines should not become a
// document that no cluster accepts.
const maxRows = 10_000

// dimension is one key of a matrix and its values.
type dimension struct {
	key    *tree.Node
	values []*tree.Node
}

// matrix expands a matrix to its rows: the product of the dimensions, the
// first varying slowest, minus what exclude matches; then each include is
// merged into every combination whose dimensions it agrees with, or becomes a
// row of its own when there is none.
func (l *lowerer) matrix(m *Map, s *scope) *tree.Node {
	before := l.diags.Len()
	var dims []dimension
	var exclude, include []*tree.Node
	for _, e := range m.Entries {
		key := e.Key.Parts[0]
		if len(e.Key.Parts) > 1 {
			l.errorf(RuleMatrix, e.at, "put the name in double quotes if it has a dot", "the name of a dimension has no parts")
			continue
		}
		if e.Value.List == nil {
			help := "write KEY [VALUE, VALUE]"
			if e.Value.Ref != nil {
				help = "its values must be known when the file is compiled; loop over one list that a step prints instead: for x in STEP.result"
			}
			l.errorf(RuleMatrix, e.Value.at, help, "dimension %q is not a list of values", key.text())
			if key.Literal != "exclude" && key.Literal != "include" { // so that what uses it is no mistake, too
				dims = append(dims, dimension{nameNode(key), []*tree.Node{newText("", e.Value.at)}})
				l.doubt(e.Value.at)
			}
			continue
		}
		values := l.value(e.Value, place{}, s).Items
		switch {
		case key.Literal == "exclude":
			exclude = append(exclude, l.rowsOf(key, values)...)
		case key.Literal == "include":
			include = append(include, l.rowsOf(key, values)...)
		case slices.ContainsFunc(dims, func(d dimension) bool { return d.key.Value == key.text() }):
			l.errorf(RuleDuplicate, key.at, "", "dimension %q is given twice", key.text())
		default:
			dims = append(dims, dimension{nameNode(key), values})
		}
	}
	rows := l.product(dims, m)
	rows = slices.DeleteFunc(rows, func(row *tree.Node) bool {
		return slices.ContainsFunc(exclude, func(x *tree.Node) bool { return matches(row, x) })
	})
	out := newList(m.at, includeRows(rows, include, dims)...)
	if len(out.Items) == 0 {
		l.doubt(m.at)
		if l.diags.Len() == before {
			l.errorf(RuleMatrix, m.at, "nothing would run", "the matrix has no rows")
		}
	}
	return out
}

// rowsOf checks that the values of include and exclude are maps.
func (l *lowerer) rowsOf(key *Name, values []*tree.Node) (out []*tree.Node) {
	for _, v := range values {
		if v.Kind != tree.Map {
			l.errorf(RuleMatrix, v.Span, "write { KEY: VALUE }", "%s takes rows", key.text())
			continue
		}
		out = append(out, v)
	}
	return out
}

func (l *lowerer) product(dims []dimension, m *Map) []*tree.Node {
	if len(dims) == 0 {
		return nil
	}
	rows := []*tree.Node{newMap(m.at)}
	for _, d := range dims {
		if len(rows)*len(d.values) > maxRows {
			l.errorf(RuleMatrix, m.at, "split it, or loop over a list that a step prints", "the matrix has more than %d rows", maxRows)
			return nil
		}
		next := make([]*tree.Node, 0, len(rows)*len(d.values))
		for _, row := range rows {
			for _, v := range d.values {
				entries := append(slices.Clone(row.Entries), tree.Entry{Key: d.key, Value: v})
				next = append(next, newMap(m.at, entries...))
			}
		}
		rows = next
	}
	return rows
}

// matches reports whether row has every entry of pattern.
func matches(row, pattern *tree.Node) bool {
	for _, e := range pattern.Entries {
		if v := row.Get(e.Key.Value); v == nil || !equal(v, e.Value) {
			return false
		}
	}
	return true
}

// includeRows merges each include into the combinations it fits. What a
// dimension says is never overwritten, what an earlier include added is.
func includeRows(rows, include []*tree.Node, dims []dimension) []*tree.Node {
	isDim := map[string]bool{}
	for _, d := range dims {
		isDim[d.key.Value] = true
	}
	product := len(rows)
	for _, inc := range include {
		fits := false
		for _, row := range rows[:product] {
			agrees := !slices.ContainsFunc(inc.Entries, func(e tree.Entry) bool {
				return isDim[e.Key.Value] && !equal(row.Get(e.Key.Value), e.Value)
			})
			if !agrees {
				continue
			}
			fits = true
			for _, e := range inc.Entries {
				if old := row.Entry(e.Key.Value); old == nil {
					row.Entries = append(row.Entries, e)
				} else if !isDim[e.Key.Value] {
					old.Value = e.Value
				}
			}
		}
		if !fits {
			rows = append(rows, newMap(inc.Span, slices.Clone(inc.Entries)...))
		}
	}
	return rows
}

// equal compares two values as JSON does.
func equal(a, b *tree.Node) bool {
	if a == nil || b == nil || a.Kind != b.Kind || a.Value != b.Value ||
		len(a.Items) != len(b.Items) || len(a.Entries) != len(b.Entries) {
		return a == b
	}
	for i := range a.Items {
		if !equal(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, e := range a.Entries {
		if !equal(e.Value, b.Get(e.Key.Value)) {
			return false
		}
	}
	return true
}
