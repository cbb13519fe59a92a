package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/weft-lang/weft/schemas/internal/api"
)

// roots are the kinds, in the order in which people meet them.
var roots = []any{
	api.Workflow{}, api.WorkflowTemplate{}, api.ClusterWorkflowTemplate{},
	api.CronWorkflow{}, api.WorkflowEventBinding{},
}

// scalars are the Go types that decode in a way of their own, by the name that
// they have in the model. Other types go by their kind.
var scalars = map[reflect.Type]string{
	reflect.TypeFor[api.AnyString]():      "AnyString",
	reflect.TypeFor[api.Amount]():         "Amount",
	reflect.TypeFor[api.Item]():           "Item",
	reflect.TypeFor[api.Plugin]():         "Plugin",
	reflect.TypeFor[api.ParallelSteps]():  "ParallelSteps",
	reflect.TypeFor[intstr.IntOrString](): "IntOrString",
	reflect.TypeFor[resource.Quantity]():  "Quantity",
	reflect.TypeFor[metav1.Time]():        "Time",
	reflect.TypeFor[metav1.FieldsV1]():    "Raw",
	reflect.TypeFor[[]byte]():             "Base64",
}

var kinds = map[reflect.Kind]string{
	reflect.String: "String", reflect.Bool: "Bool",
	reflect.Int32: "Int32", reflect.Int64: "Int64", reflect.Uint64: "Uint64",
}

// packages are the prefixes of type names by Go package.
var packages = map[string]string{
	reflect.TypeFor[api.Workflow]().PkgPath():         "",
	"k8s.io/api/core/v1":                              "core.",
	"k8s.io/api/policy/v1":                            "policy.",
	reflect.TypeFor[metav1.ObjectMeta]().PkgPath():    "meta.",
	reflect.TypeFor[metav1.LabelSelector]().PkgPath(): "meta.",
}

// object is one type with fields.
type object struct {
	Name   string
	Doc    string
	Fields []field
}

// field is one field, with those of embedded structs spread out in their place.
type field struct {
	Name       string
	Type       string // of the model: a scalar, or the name of an object
	Object     bool   // Type names an object
	Shape      string // one, list or dict
	Doc        string
	Deprecated string // what to use instead, or why not
	Always     bool   // written even when empty
	Pointer    bool   // absent and empty are different things
	Values     []string
	Checked    string // who refuses other values
	Limits     limits
	Context    bool // nobody but the CRD checks values below
}

// limits are what only the CRD checks.
type limits struct {
	Min, Max           *int64
	MinItems, MaxItems int
	Required, Literal  bool
	NoZone             bool
}

// A model is all types that the roots reach.
type model struct {
	docs    docs
	objects map[string]*object
}

func newModel(d docs) *model {
	m := &model{docs: d, objects: map[string]*object{}}
	m.add(reflect.TypeFor[api.WorkflowStep]()) // hidden behind ParallelSteps
	for _, r := range roots {
		m.add(reflect.TypeOf(r))
	}
	return m
}

// sorted returns all objects by name.
func (m *model) sorted() []*object {
	out := make([]*object, 0, len(m.objects))
	for _, name := range slices.Sorted(maps.Keys(m.objects)) {
		out = append(out, m.objects[name])
	}
	return out
}

// add reads a struct type and everything below it, and returns its name.
func (m *model) add(t reflect.Type) string {
	prefix, known := packages[t.PkgPath()]
	if !known {
		panic(fmt.Sprintf("type %v comes from an unknown package", t))
	}
	name := prefix + t.Name()
	if _, done := m.objects[name]; done {
		return name
	}
	o := &object{Name: name, Doc: m.docs.ofType(t)}
	m.objects[name] = o
	o.Fields = m.fields(t)
	return name
}

func (m *model) fields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && tag[0] == "" {
			out = append(out, m.fields(f.Type)...)
			continue
		}
		out = append(out, m.field(t, f, tag))
	}
	return out
}

func (m *model) field(owner reflect.Type, f reflect.StructField, tag []string) field {
	out := field{
		Name:    tag[0],
		Shape:   "one",
		Pointer: f.Type.Kind() == reflect.Pointer,
		Checked: f.Tag.Get("checked"),
		Limits:  parseLimits(f.Tag.Get("crd")),
		Context: f.Tag.Get("context") != "",
	}
	out.Doc, out.Deprecated = m.docs.ofField(owner, f)
	if v, ok := f.Tag.Lookup("values"); ok {
		out.Values = strings.Split(v, "|")
	}
	t := f.Type
	if out.Pointer {
		t = t.Elem()
	}
	out.Type, out.Shape, out.Object = m.typeOf(t)
	// Go leaves out empty values, but never holds a struct to be empty.
	omits := slices.Contains(tag, "omitempty") && (out.Pointer || t.Kind() != reflect.Struct || scalars[t] == "IntOrString")
	out.Always = !omits && !slices.Contains(tag, "omitzero")
	return out
}

// typeOf splits a Go type into the name of a type and its shape.
func (m *model) typeOf(t reflect.Type) (name, shape string, isObject bool) {
	shape = "one"
	if _, special := scalars[t]; !special {
		switch t.Kind() {
		case reflect.Slice:
			shape, t = "list", t.Elem()
		case reflect.Map:
			shape, t = "dict", t.Elem()
		}
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := scalars[t]; ok {
		return s, shape, false
	}
	if s, ok := kinds[t.Kind()]; ok {
		return s, shape, false
	}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("no name for type %v", t))
	}
	return m.add(t), shape, true
}

func parseLimits(tag string) limits {
	var l limits
	for item := range strings.SplitSeq(tag, ",") {
		key, value, _ := strings.Cut(item, "=")
		n, _ := strconv.ParseInt(value, 10, 64)
		switch key {
		case "":
		case "min":
			l.Min = &n
		case "max":
			l.Max = &n
		case "minItems":
			l.MinItems = int(n)
		case "maxItems":
			l.MaxItems = int(n)
		case "required":
			l.Required = true
		case "literal":
			l.Literal = true
		case "noZone":
			l.NoZone = true
		default:
			panic("unknown limit " + item)
		}
	}
	return l
}
