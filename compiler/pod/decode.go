package pod

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// A decoder turns finished trees into Kubernetes' types. It is strict: a key
// that a type does not have and a value of the wrong type are reported where
// they stand, and it goes on. A string is taken for a number, a boolean or a
// quantity where one is wanted, since that is how values arrive in holes.
type decoder struct {
	fault func(n *tree.Node, message string)
}

// decode reads n as a T. An absent n is the zero T.
func decode[T any](d decoder, n *tree.Node) T {
	var v T
	d.into(n, reflect.ValueOf(&v).Elem())
	return v
}

func (d decoder) into(n *tree.Node, v reflect.Value) {
	if n.IsNull() {
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.into(n, v.Elem())
		return
	}
	if d.special(n, v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v)
	case reflect.Map:
		d.table(n, v)
	case reflect.Slice:
		d.list(n, v)
	default:
		d.scalar(n, v)
	}
}

// special reads the types that have a form of their own.
func (d decoder) special(n *tree.Node, v reflect.Value) bool {
	switch target := v.Addr().Interface().(type) {
	case *resource.Quantity:
		q, err := resource.ParseQuantity(n.Text())
		if err != nil {
			d.wrong(n, "a quantity")
			return true
		}
		*target = q
	case *intstr.IntOrString:
		if !n.IsScalar() {
			d.wrong(n, "a number or a name")
			return true
		}
		*target = intstr.Parse(n.Value)
	case *[]byte:
		d.unmarshal(n, target)
	case json.Unmarshaler, encoding.TextUnmarshaler:
		d.unmarshal(n, target)
	default:
		return false
	}
	return true
}

func (d decoder) unmarshal(n *tree.Node, target any) {
	if err := json.Unmarshal(yaml.JSON(n), target); err != nil {
		d.wrong(n, "a value that fits here")
	}
}

func (d decoder) structure(n *tree.Node, v reflect.Value) {
	if n.Kind != tree.Map {
		d.wrong(n, "a map")
		return
	}
	for _, e := range n.Entries {
		if n.Entry(e.Key.Value).Value != e.Value {
			continue // a later one of the same name wins
		}
		index, ok := fieldOf(v.Type(), e.Key.Value)
		if !ok {
			d.fault(e.Key, fmt.Sprintf("unknown field %q", e.Key.Value))
			continue
		}
		d.into(e.Value, v.FieldByIndex(index))
	}
}

// fieldOf finds the field with a JSON name, also in structs that are inlined.
func fieldOf(t reflect.Type, name string) (index []int, ok bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == name && tag != "" {
			return []int{i}, true
		}
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			if inner, ok := fieldOf(f.Type, name); ok {
				return append([]int{i}, inner...), true
			}
		}
	}
	return nil, false
}

func (d decoder) table(n *tree.Node, v reflect.Value) {
	if n.Kind != tree.Map {
		d.wrong(n, "a map")
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.Entries))
	for _, e := range n.Entries {
		value := reflect.New(v.Type().Elem()).Elem()
		d.into(e.Value, value)
		m.SetMapIndex(reflect.ValueOf(e.Key.Value).Convert(v.Type().Key()), value)
	}
	v.Set(m)
}

func (d decoder) list(n *tree.Node, v reflect.Value) {
	if n.Kind != tree.List {
		d.wrong(n, "a list")
		return
	}
	items := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		d.into(item, items.Index(i))
	}
	v.Set(items)
}

func (d decoder) scalar(n *tree.Node, v reflect.Value) {
	text := n.Text()
	switch v.Kind() {
	case reflect.String:
		if n.Kind != tree.String {
			d.wrong(n, "a string")
			return
		}
		v.SetString(text)
	case reflect.Bool:
		if !n.IsScalar() || text != "true" && text != "false" {
			d.wrong(n, "true or false")
			return
		}
		v.SetBool(text == "true")
	case reflect.Int, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			d.wrong(n, "a whole number")
			return
		}
		v.SetInt(i)
	default:
		panic(fmt.Sprintf("pod: no way to decode a %s", v.Type()))
	}
}

func (d decoder) wrong(n *tree.Node, wanted string) {
	if n.IsScalar() {
		d.fault(n, fmt.Sprintf("%s is not %s", strconv.Quote(shorten(n.Value)), wanted))
		return
	}
	d.fault(n, fmt.Sprintf("a %s is not %s", n.Kind, wanted))
}

// shorten keeps a quoted value from filling the screen.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
