package diff

import (
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// A shape is a value with what does not count taken out: a scalar, or children
// by key.
type shape struct {
	node     *tree.Node // what a person is shown; nil when text says it
	text     string     // of a scalar
	keys     []string   // in source order
	children map[string]*shape
	role     role
}

// A role marks the children that changes are sorted by.
type role uint8

const (
	field      role = iota // a plain map, or a list
	templates              // by name
	steps                  // or tasks, by name
	containers             // of a Pod, by name
)

// show is the shape as a person reads it.
func (s *shape) show() string {
	if s.node == nil || s.node.IsScalar() {
		return s.text
	}
	return strings.TrimSuffix(string(yaml.Print(s.node)), "\n")
}

// block reports whether show is YAML.
func (s *shape) block() bool { return s.node != nil && !s.node.IsScalar() }

func (s *shape) put(key string, child *shape) {
	if child == nil {
		return
	}
	s.keys = append(s.keys, key)
	s.children[key] = child
}

func scalar(text string) *shape { return &shape{text: text} }

// hollow are the maps that mean nothing when they are empty. Others do: an
// emptyDir is there or is not.
var hollow = []string{"arguments", "inputs", "outputs", "metadata", "labels", "annotations", "spec"}

func shapeOf(root *tree.Node) *shape {
	s := of(root, "")
	if s == nil {
		return scalar("")
	}
	return s
}

// of is the shape of the value under key, nil when it means nothing.
func of(n *tree.Node, key string) *shape {
	switch {
	case n.IsNull():
		return nil
	case n.IsScalar():
		return &shape{node: n, text: spelling(n, key)}
	case n.Kind == tree.List:
		return ofList(n, key)
	}
	s := &shape{node: n, children: map[string]*shape{}}
	for _, e := range n.Entries {
		switch k := e.Key.Value; {
		case k == "dependencies" && !n.Has("depends") && n.Has("name"):
			s.put("depends", depends(e.Value))
		case (key == "requests" || key == "limits") && e.Value.IsScalar():
			s.put(k, quantity(e.Value))
		default:
			s.put(k, of(e.Value, k))
		}
	}
	if len(s.keys) == 0 && slices.Contains(hollow, key) {
		return nil
	}
	return s
}

// spelling is the text of a scalar in its plainest spelling.
func spelling(n *tree.Node, key string) string {
	text := n.Text()
	switch key {
	case "when":
		return tight(text)
	case "depends":
		return conjunction(text)
	}
	return text
}

// tight is an expression without white space outside of quotes.
func tight(text string) string {
	var b strings.Builder
	var quote rune
	for _, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// conjunction is a depends without white space; one that only lists what must
// have gone well has its tasks sorted.
func conjunction(text string) string {
	text = tight(text)
	terms := strings.Split(text, "&&")
	for _, t := range terms {
		if d := expr.DependsTokens(t); len(d) != 1 || d[0].End != len(t) {
			return text
		}
	}
	slices.Sort(terms)
	return strings.Join(slices.Compact(terms), "&&")
}

// depends is a list of dependencies as the depends that means the same.
func depends(list *tree.Node) *shape {
	var names []string
	for _, n := range list.List() {
		names = append(names, n.Text())
	}
	if len(names) == 0 {
		return nil
	}
	return scalar(conjunction(strings.Join(names, "&&")))
}

func quantity(n *tree.Node) *shape {
	if q, err := resource.ParseQuantity(n.Text()); err == nil {
		return &shape{node: n, text: q.String()}
	}
	return &shape{node: n, text: n.Text()}
}

func ofList(n *tree.Node, key string) *shape {
	if len(n.Items) == 0 {
		return nil
	}
	if key == "withItems" {
		return ofItems(n)
	}
	if key == "steps" && allLists(n.Items) {
		return ofSteps(n)
	}
	s := &shape{node: n, children: map[string]*shape{}}
	if named(n.Items) {
		switch key {
		case "templates":
			s.role = templates
		case "tasks":
			s.role = steps
		}
		for _, it := range n.Items {
			s.put(it.Get("name").Text(), ofNamed(it, ""))
		}
		return s
	}
	for i, it := range n.Items {
		child := of(it, "")
		if child == nil {
			child = scalar("null")
		}
		s.put("["+strconv.Itoa(i)+"]", child)
	}
	return s
}

// ofItems keeps items as they are: {{item}} shows their JSON.
func ofItems(n *tree.Node) *shape {
	s := &shape{node: n, children: map[string]*shape{}}
	for i, it := range n.Items {
		s.put("["+strconv.Itoa(i)+"]", scalar(string(yaml.JSON(it))))
	}
	return s
}

// ofNamed is the shape of a list item that its name stands for. after is what
// runs before it.
func ofNamed(n *tree.Node, after string) *shape {
	s := of(n, "")
	s.keys = slices.DeleteFunc(s.keys, func(k string) bool { return k == "name" })
	delete(s.children, "name")
	if after != "" {
		s.put("after", scalar(after))
	}
	return s
}

// ofSteps is the shape of steps: each by its name, and instead of its place
// the names of the steps in the group before it. So a new group changes what
// runs next to it, and nothing further down.
func ofSteps(n *tree.Node) *shape {
	var all []*tree.Node
	for _, group := range n.Items {
		all = append(all, group.Items...)
	}
	if !named(all) {
		s := &shape{node: n, children: map[string]*shape{}}
		for i, group := range n.Items {
			s.put("["+strconv.Itoa(i)+"]", of(group, "group"))
		}
		return s
	}
	s := &shape{node: n, role: steps, children: map[string]*shape{}}
	after := ""
	for _, group := range n.Items {
		var names []string
		for _, step := range group.Items {
			names = append(names, step.Get("name").Text())
			s.put(step.Get("name").Text(), ofNamed(step, after))
		}
		slices.Sort(names)
		if len(names) > 0 {
			after = strings.Join(names, ", ")
		}
	}
	return s
}

func allLists(items []*tree.Node) bool {
	return !slices.ContainsFunc(items, func(n *tree.Node) bool { return n.Kind != tree.List })
}

// named reports whether every item is a map with a name of its own.
func named(items []*tree.Node) bool {
	seen := make(map[string]bool, len(items))
	for _, it := range items {
		name := it.Get("name").Text()
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return len(items) > 0
}
