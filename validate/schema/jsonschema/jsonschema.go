// Package jsonschema checks values against JSON Schemas that users write, for
// parameters and for what plugins are given.
//
// Manifests themselves are checked by package schema, which starts in no time;
// here gojsonschema does the work.
package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonreference"
	"github.com/xeipuuv/gojsonschema"

	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/schema"
)

// Rule is the rule that findings go under.
const Rule = "user-schema"

// Schema is a JSON Schema ready for use.
type Schema struct{ compiled *gojsonschema.Schema }

// Compile reads a schema, written as JSON or YAML. It may refer to its own
// parts only: nothing is fetched.
func Compile(n *tree.Node) (*Schema, error) {
	if err := checkRefs(n); err != nil {
		return nil, fmt.Errorf("read JSON Schema: %w", err)
	}
	v := value(n)
	switch top := v.(type) {
	case map[string]any:
		delete(top, "$id") // all references are local
	case bool: // takes everything, or nothing
	default:
		return nil, errors.New("read JSON Schema: it must be a map, true or false")
	}
	s, err := gojsonschema.NewSchema(loader{v})
	if err != nil {
		return nil, fmt.Errorf("read JSON Schema: %w", err)
	}
	return &Schema{s}, nil
}

// Check reports where a value does not fit. What a {{...}} will become is not
// known, so that text with one fits everywhere.
func (s *Schema) Check(n *tree.Node, report func(schema.Finding)) {
	if n == nil {
		return
	}
	for _, e := range s.errors(value(n)) {
		if f := finding(e, n); f.Message != "" {
			report(f)
		}
	}
}

// CheckParameter reports where the value of a parameter does not fit. A
// parameter is text, so it also fits when the schema takes what its text says
// as JSON: 5, true or {"a": 1}.
func (s *Schema) CheckParameter(n *tree.Node, report func(schema.Finding)) {
	if n.IsNull() || holdsTag(n) || len(s.errors(value(n))) == 0 || len(s.errors(n.Text())) == 0 {
		return
	}
	found := s.errors(value(n))
	if decoded, ok := decode(n.Text()); ok && n.IsScalar() {
		found = s.errors(decoded)
	}
	for _, e := range found {
		f := finding(e, n)
		if n.IsScalar() {
			f.Span = n.Place()
			if path := segments(e); len(path) > 0 {
				f.Message = strings.Join(path, ".") + ": " + f.Message
			}
		}
		if f.Message != "" {
			report(f)
		}
	}
}

// errors validates a value. Errors that only say that a part of the schema
// does not fit are dropped when there are others that say why.
func (s *Schema) errors(v any) []gojsonschema.ResultError {
	result, err := s.compiled.Validate(loader{v})
	if err != nil {
		return nil
	}
	all := result.Errors()
	why := slices.DeleteFunc(slices.Clone(all), func(e gojsonschema.ResultError) bool { return summaries[e.Type()] })
	if len(why) > 0 {
		return why
	}
	return all
}

var summaries = map[string]bool{
	"number_one_of": true, "number_any_of": true, "number_all_of": true,
	"condition_then": true, "condition_else": true,
}

// segments is the path of the value that an error is about.
func segments(e gojsonschema.ResultError) []string {
	return strings.Split(e.Context().String("\x00"), "\x00")[1:]
}

// finding places an error in the tree. It has no message when the place holds
// a {{...}}.
func finding(e gojsonschema.ResultError, root *tree.Node) schema.Finding {
	n := root
	for _, segment := range segments(e) {
		if child := step(n, segment); child != nil {
			n = child
		}
	}
	if holdsTag(n) {
		return schema.Finding{}
	}
	f := schema.Finding{Rule: Rule, Span: schema.Head(n), Message: message(e)}
	if e.Type() == "additional_property_not_allowed" {
		if entry := n.Entry(detail(e, "property")); entry != nil {
			f.Span = entry.Key.Span
		}
	}
	return f
}

func step(n *tree.Node, segment string) *tree.Node {
	if n.Kind == tree.List {
		if i, err := strconv.Atoi(segment); err == nil && i < len(n.Items) {
			return n.Items[i]
		}
	}
	return n.Get(segment)
}

func holdsTag(n *tree.Node) bool {
	if n.Kind != tree.String {
		return false
	}
	tags, _ := expr.Tags(n.Value)
	return len(tags) > 0
}

func detail(e gojsonschema.ResultError, key string) string {
	return fmt.Sprint(e.Details()[key])
}

func message(e gojsonschema.ResultError) string {
	switch e.Type() {
	case "invalid_type":
		return fmt.Sprintf("the value must be of type %s, not %s", detail(e, "expected"), detail(e, "given"))
	case "required":
		return fmt.Sprintf("the value lacks %q", detail(e, "property"))
	case "additional_property_not_allowed":
		return fmt.Sprintf("unknown field %q", detail(e, "property"))
	case "enum":
		return "the value must be one of " + detail(e, "allowed")
	}
	text := strings.TrimSuffix(e.Description(), ".")
	return strings.ToLower(text[:1]) + text[1:]
}

// loader hands a value to gojsonschema. References are local, so that it never
// asks for another one; if it did, it would get the same value.
type loader struct{ value any }

func (l loader) JsonSource() any                               { return l.value }
func (l loader) LoadJSON() (any, error)                        { return l.value, nil }
func (l loader) LoaderFactory() gojsonschema.JSONLoaderFactory { return l }
func (l loader) New(string) gojsonschema.JSONLoader            { return l }
func (l loader) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference("#")
}

// value is a node as encoding/json would decode it.
func value(n *tree.Node) any {
	if n.IsNull() {
		return nil
	}
	switch n.Kind {
	case tree.Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			m[e.Key.Value] = value(e.Value)
		}
		return m
	case tree.List:
		l := make([]any, len(n.Items))
		for i, item := range n.Items {
			l[i] = value(item)
		}
		return l
	case tree.Int, tree.Float:
		return json.Number(n.Value)
	case tree.Bool:
		return n.Value == "true"
	}
	return n.Value
}

// decode reads text as JSON.
func decode(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return nil, false
	}
	return v, true
}
