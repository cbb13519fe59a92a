package weft

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// slots are the entries of a map while it is put together: dotted keys with a
// common beginning meet here, and setting a leaf twice is noticed.
type slots struct {
	list  []*slot
	index map[string]int
}

// slot is one key: exactly one of sub, value and node is set.
type slot struct {
	key    *tree.Node
	quoted bool
	at     source.Span // key and value

	sub   *slots
	value *Value     // still to be lowered
	node  *tree.Node // lowered already
}

func newSlots() *slots { return &slots{index: map[string]int{}} }

func (s *slots) get(key string) *slot {
	if i, ok := s.index[key]; ok {
		return s.list[i]
	}
	return nil
}

// add returns the slot for key, and whether it is new.
func (s *slots) add(key *tree.Node, at source.Span) (*slot, bool) {
	if sl := s.get(key.Value); sl != nil {
		return sl, false
	}
	sl := &slot{key: key, at: at}
	s.index[key.Value] = len(s.list)
	s.list = append(s.list, sl)
	return sl, true
}

// set puts a finished node under key.
func (l *lowerer) set(s *slots, key string, n *tree.Node) {
	sl, fresh := s.add(newText(key, n.Span), n.Span)
	if !fresh {
		l.duplicate(sl, n.Span)
		return
	}
	sl.node = n
}

// sub returns the map under key, making it if it is not there.
func (l *lowerer) sub(s *slots, key string, at source.Span) *slots {
	sl, fresh := s.add(newText(key, at), at)
	if fresh {
		sl.sub = newSlots()
	}
	if sl.sub == nil {
		l.duplicate(sl, at)
		return newSlots()
	}
	return sl.sub
}

func (l *lowerer) duplicate(sl *slot, at source.Span) {
	l.diags.Add(diag.Diagnostic{
		Rule: RuleDuplicate, Severity: diag.Error, Span: at, Message: fmt.Sprintf("%q is set twice", sl.key.Value),
		Related: []diag.Related{{Span: sl.at, Message: "first set here"}},
	})
}

// collect merges entries.
func (l *lowerer) collect(entries []*Entry) *slots {
	s := newSlots()
	for _, e := range entries {
		l.put(s, e.Key.Parts, e.Value, e.at)
	}
	return s
}

// put sets the value under a path of keys.
func (l *lowerer) put(s *slots, path []*Name, v *Value, at source.Span) {
	for i, part := range path {
		sl, fresh := s.add(nameNode(part), at)
		if fresh {
			sl.quoted = !part.bare()
			if i < len(path)-1 || v.Map != nil {
				sl.sub = newSlots()
			} else {
				sl.value = v
				return
			}
		} else {
			sl.at = union(sl.at, at)
		}
		if sl.sub == nil || i == len(path)-1 && v.Map == nil {
			l.duplicate(sl, part.at)
			return
		}
		s = sl.sub
	}
	for _, e := range v.Map.Entries {
		l.put(s, e.Key.Parts, e.Value, e.at)
	}
}

// build makes the node of a map that stands at p.
func (l *lowerer) build(s *slots, span source.Span, p place, sc *scope) *tree.Node {
	if n, ok := p.namedList(); ok {
		return l.buildNamed(s, span, p, n, sc)
	}
	m := newMap(span)
	for _, sl := range s.list {
		m.Entries = append(m.Entries, tree.Entry{Key: sl.key, Value: l.slot(sl, p, sc)})
	}
	return m
}

// slot makes the node of one key of an object at p. A quoted key is a plain
// key: it has no named list and no names below.
func (l *lowerer) slot(sl *slot, p place, sc *scope) *tree.Node {
	var below place
	what := ""
	if !sl.quoted || p.Shape == dict {
		below = p.child(sl.key.Value)
		if p.Shape == one {
			what = nameFields[nameField{p.Type, sl.key.Value}]
		}
	}
	switch {
	case sl.node != nil:
		return sl.node
	case sl.sub != nil:
		return l.build(sl.sub, sl.at, below, sc)
	case what != "":
		return l.nameValue(sl.value, what, sc)
	}
	return l.value(sl.value, below, sc)
}

// buildNamed makes a list of named objects out of a map.
func (l *lowerer) buildNamed(s *slots, span source.Span, p place, n namedList, sc *scope) *tree.Node {
	out := newList(span)
	for _, sl := range s.list {
		name := tree.Entry{Key: newText("name", sl.key.Span), Value: sl.key}
		item := newMap(sl.at)
		switch {
		case sl.sub != nil && n.nested:
			item.Entries = []tree.Entry{
				entryOf("metadata", newMap(sl.key.Span, name)),
				entryOf("spec", l.build(sl.sub, sl.at, p.item().child("spec"), sc)),
			}
		case sl.sub != nil:
			item.Entries = append([]tree.Entry{name}, l.build(sl.sub, sl.at, p.item(), sc).Entries...)
		case n.main != "":
			item.Entries = []tree.Entry{name, entryOf(n.main, l.value(sl.value, place{}, sc))}
		default:
			l.diags.Add(diag.Diagnostic{
				Rule: RuleTypeMismatch, Severity: diag.Error, Span: sl.value.at,
				Message: fmt.Sprintf("%q needs a block of fields", sl.key.Value), Help: "write NAME { KEY VALUE ... }",
			})
			item.Entries = []tree.Entry{name}
		}
		if sl.sub != nil && !n.nested {
			if again := sl.sub.get("name"); again != nil {
				l.duplicate(&slot{key: again.key, at: sl.key.Span}, again.at)
			}
		}
		out.Items = append(out.Items, item)
	}
	return out
}
