package eval

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/tree"
)

// An Item is one turn of a loop.
type Item struct {
	Index int
	// Text is the part of the node name that stands for the item.
	Text string
	// Value is what {{item}} stands for: the text of a scalar, the JSON of a map
	// or list.
	Value string
	// Keys is what {{item.KEY}} stands for, for every key of a map.
	Keys map[string]string
}

// Name is the name of the node that runs the item, base being the name of the
// step or task.
func (it Item) Name(base string) string {
	return base + "(" + strconv.Itoa(it.Index) + ":" + it.Text + ")"
}

// ErrOpen says that a loop cannot be expanded yet: what it runs over holds a
// tag that the scope does not know.
var ErrOpen = errors.New("the items are known only when the workflow runs")

// MaxItems is how many items a loop may have. An object that lists more nodes
// fits no cluster, and a slip of the keyboard in a sequence must not eat all
// memory.
const MaxItems = 1_000_000

// Items expands the loop of a call: withItems before withParam before
// withSequence. The names in it come from s. A call without a loop has no items
// and no error.
func Items(c *ir.Call, s Scope) ([]Item, error) {
	var values []any
	var err error
	switch {
	case len(c.WithItems.List()) > 0:
		for _, n := range c.WithItems.List() {
			v, err := plain(n, s)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
	case c.WithParam.Text() != "":
		values, err = paramItems(c.WithParam, s)
	case c.WithSequence != nil:
		values, err = sequence(c.WithSequence, s)
	}
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(values))
	for i, v := range values {
		items[i] = newItem(i, v)
	}
	return items, nil
}

// closed fills the scalar n and refuses what stays open.
func closed(n *tree.Node, s Scope) (string, error) {
	text := Fill(n.Text(), s).Text
	if strings.Contains(text, "{{") {
		return "", ErrOpen
	}
	return text, nil
}

// plain is the value of a tree, with json.Number for numbers.
func plain(n *tree.Node, s Scope) (any, error) {
	switch {
	case n.IsNull():
		return nil, nil
	case n.Kind == tree.Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			v, err := plain(e.Value, s)
			if err != nil {
				return nil, err
			}
			m[e.Key.Value] = v
		}
		return m, nil
	case n.Kind == tree.List:
		list := make([]any, len(n.Items))
		for i, it := range n.Items {
			v, err := plain(it, s)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case n.Kind == tree.Bool:
		return n.Value == "true", nil
	case n.Kind == tree.Int || n.Kind == tree.Float:
		return json.Number(n.Value), nil
	}
	return closed(n, s)
}

func paramItems(n *tree.Node, s Scope) ([]any, error) {
	text, err := closed(n, s)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var list []any
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("withParam is not a JSON list: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("withParam is not a JSON list: there is text behind it")
	}
	if len(list) > MaxItems {
		return nil, tooMany(len(list))
	}
	return list, nil
}

// sequence expands a withSequence. Its end is inclusive, and it counts down
// when the end is below the start.
func sequence(n *tree.Node, s Scope) ([]any, error) {
	number := func(key string) (int, error) {
		if n.Get(key).IsNull() {
			return 0, nil
		}
		text, err := closed(n.Get(key), s)
		if err != nil {
			return 0, err
		}
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return 0, fmt.Errorf("%s of withSequence is not a whole number: %q", key, text)
		}
		return i, nil
	}
	start, err1 := number("start")
	end, err2 := number("end")
	count, err3 := number("count")
	if err := cmp.Or(err1, err2, err3); err != nil {
		return nil, err
	}
	format := "%d"
	if !n.Get("format").IsNull() {
		var err error
		if format, err = closed(n.Get("format"), s); err != nil {
			return nil, err
		}
	}
	by := 1
	switch {
	case !n.Get("count").IsNull(): // wins over the end
	case end < start:
		by, count = -1, start-end+1
	default:
		count = end - start + 1
	}
	if count > MaxItems || count < 0 && n.Get("count").IsNull() {
		return nil, tooMany(count)
	}
	var out []any
	for i := range max(count, 0) {
		text := fmt.Sprintf(format, start+by*i)
		if strings.Contains(text, "%!") {
			return nil, fmt.Errorf("format %q of withSequence does not print one whole number", format)
		}
		out = append(out, text)
	}
	return out, nil
}

func tooMany(n int) error {
	return fmt.Errorf("the loop has %d items, and %d are allowed", n, MaxItems)
}

// unbracketed takes out what node names use to mark items.
var unbracketed = strings.NewReplacer("(", "", ")", "")

func newItem(index int, v any) Item {
	it := Item{Index: index, Value: scalarOrJSON(v)}
	text := it.Value
	switch v := v.(type) {
	case map[string]any:
		it.Keys = make(map[string]string, len(v))
		pairs := make([]string, 0, len(v))
		for key, value := range v {
			it.Keys[key] = goText(value)
			pairs = append(pairs, key+":"+it.Keys[key])
		}
		slices.Sort(pairs)
		text = strings.Join(pairs, ",")
	case []any:
		text = goText(v)
	}
	it.Text = unbracketed.Replace(text)
	return it
}

// scalarOrJSON is the text of a scalar and the JSON of anything else.
func scalarOrJSON(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("eval: item %v: %v", v, err)) // made of maps, lists and scalars only
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// goText renders a value the way Go prints it, which is what item keys and node
// names hold.
func goText(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// WithItem is s and the names that an item brings along.
func WithItem(s Scope, it Item) Scope { return itemScope{s, it} }

type itemScope struct {
	Scope
	item Item
}

func (s itemScope) Value(name string) (string, bool) {
	if name == "item" {
		return s.item.Value, true
	}
	if key, ok := strings.CutPrefix(name, "item."); ok {
		v, ok := s.item.Keys[key]
		return v, ok
	}
	return s.Scope.Value(name)
}

func (s itemScope) Vars() map[string]string {
	vars := make(map[string]string)
	for name, value := range s.Scope.Vars() {
		vars[name] = value
	}
	vars["item"] = s.item.Value
	for key, value := range s.item.Keys {
		vars["item."+key] = value
	}
	return vars
}

// Names is a Scope that holds its names in a map.
type Names map[string]string

// Value looks a name up.
func (n Names) Value(name string) (string, bool) {
	v, ok := n[name]
	return v, ok
}

// Vars are all names.
func (n Names) Vars() map[string]string { return n }
