package engine

import (
	"encoding/json"
	"strings"

	"github.com/weft-lang/weft/compiler/eval"
)

// loop is what the nodes of a looped step or task have in common. Its outputs
// are put together when somebody asks for them, once.
type loop struct {
	call  *call
	items []eval.Item
	nodes []NodeID // by item; NoNode for one that has not begun
	late  bool     // the condition of the call is evaluated item by item

	ended  bool // the outputs below are final
	result string
	all    string // outputs.parameters
	each   map[string]string
}

func newLoop(c *call, items []eval.Item, late bool) *loop {
	l := &loop{call: c, items: items, nodes: make([]NodeID, len(items)), late: late}
	for i := range l.nodes {
		l.nodes[i] = NoNode
	}
	return l
}

// itemOf is the item that a node stands for.
func (e *Engine) itemOf(n *node) *eval.Item {
	if n.stage == stageGone {
		return n.more.item // its loop may be another by now
	}
	return &e.loopOf(n).items[n.index]
}

func (e *Engine) loopOf(n *node) *loop {
	up := e.at(n.up)
	if up.typ == TaskGroupNode {
		return up.more.loop
	}
	return e.at(up.up).more.group.tasks[n.call.index].loop
}

// itemScope is the scope in which the arguments of an item are filled.
func (e *Engine) callScope(up NodeID, c *call, item int32) *scope {
	id := up
	if up != NoNode {
		switch e.at(up).typ {
		case StepGroupNode, TaskGroupNode:
			id = e.at(up).up
		}
	}
	s := e.inside(id)
	if item >= 0 {
		s.item = &e.at(id).more.group.tasks[c.index].loop.items[item]
	}
	return s
}

// items expands the loop of a call.
func (s *scope) items(c *call) ([]eval.Item, error) { return eval.Items(c.loop, namesOf{s}) }

// ofLoop is an attribute of a looped call; id is its TaskGroup or step group.
func (e *Engine) ofLoop(l *loop, id NodeID, attribute string) (string, known) {
	rest, ok := strings.CutPrefix(attribute, "outputs.")
	if !ok {
		return e.ofNode(id, l.call, attribute)
	}
	if !e.at(id).phase.Fulfilled() {
		return "", unknown
	}
	if !l.ended {
		e.aggregate(l)
	}
	switch rest {
	case "result":
		return l.result, present
	case "parameters":
		return l.all, present
	}
	if name, ok := strings.CutPrefix(rest, "parameters."); ok {
		if v, ok := l.each[name]; ok {
			return v, present
		}
		if l.declares(e, name) {
			return "[]", present
		}
	}
	return "", unknown
}

func (l *loop) declares(e *Engine, name string) bool {
	if l.call.callee.Target == nil {
		return false
	}
	for _, r := range e.planner.of(l.call.callee.Target).results {
		if r.name == name {
			return true
		}
	}
	return false
}

// aggregate puts the outputs of a loop that has ended together: those of the
// items that succeeded, in their order.
func (e *Engine) aggregate(l *loop) {
	l.ended = true
	results := []json.RawMessage{}
	all := []map[string]string{}
	values := map[string][]string{}
	for _, id := range l.nodes {
		if id == NoNode || e.at(id).phase != Succeeded || e.at(id).outputs == nil {
			continue
		}
		o := e.at(id).outputs
		if o.Result != nil {
			results = append(results, jsonOrString(*o.Result))
		}
		if len(o.Parameters) == 0 {
			continue
		}
		m := make(map[string]string, len(o.Parameters))
		for _, p := range o.Parameters {
			m[p.Name] = p.Value
			values[p.Name] = append(values[p.Name], p.Value)
		}
		all = append(all, m)
	}
	l.result, l.all = compactJSON(results), compactJSON(all)
	l.each = make(map[string]string, len(values))
	for name, list := range values {
		l.each[name] = listOf(list)
	}
}

// jsonOrString is a text that is JSON as it is, any other as a JSON string.
func jsonOrString(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return encoded(text)
}

// listOf is a JSON list of values: of strings, unless every one of them is a JSON
// object or list.
func listOf(values []string) string {
	raw := make([]json.RawMessage, len(values))
	for i, v := range values {
		v = strings.TrimSpace(v)
		if v == "" || v[0] != '{' && v[0] != '[' || !json.Valid([]byte(v)) {
			return compactJSON(values)
		}
		raw[i] = json.RawMessage(v)
	}
	return compactJSON(raw)
}
