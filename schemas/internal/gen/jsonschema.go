package main

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// jsonSchema is as much of draft-07 as is needed. Every type takes null, which
// Kubernetes reads as absent.
type jsonSchema struct {
	Schema      string                 `json:"$schema,omitempty"`
	Title       string                 `json:"title,omitempty"`
	Description string                 `json:"description,omitempty"`
	Ref         string                 `json:"$ref,omitempty"`
	Type        []string               `json:"type,omitempty"`
	Enum        []any                  `json:"enum,omitempty"`
	Const       string                 `json:"const,omitempty"`
	Format      string                 `json:"format,omitempty"`
	Pattern     string                 `json:"pattern,omitempty"`
	Minimum     json.Number            `json:"minimum,omitempty"`
	Maximum     json.Number            `json:"maximum,omitempty"`
	Items       *jsonSchema            `json:"items,omitempty"`
	MinProps    int                    `json:"minProperties,omitempty"`
	MaxProps    int                    `json:"maxProperties,omitempty"`
	Required    []string               `json:"required,omitempty"`
	Properties  map[string]*jsonSchema `json:"properties,omitempty"`
	Additional  any                    `json:"additionalProperties,omitempty"`
	AllOf       []*jsonSchema          `json:"allOf,omitempty"`
	If          *jsonSchema            `json:"if,omitempty"`
	Then        *jsonSchema            `json:"then,omitempty"`
	Definitions map[string]*jsonSchema `json:"definitions,omitempty"`
}

const (
	draft = "http://json-schema.org/draft-07/schema#"
	// tag is text with {{...}} in it.
	tag = `\{\{[\s\S]*\}\}`
	// quantity is what Kubernetes takes for an amount of something.
	quantity = `^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?\s*$`
)

// scalarSchemas are the types that are no objects. A pattern speaks about text
// only, so numbers and booleans pass by it.
var scalarSchemas = map[string]*jsonSchema{
	"String":      {Type: []string{"string", "null"}},
	"Bool":        {Type: []string{"boolean", "string", "null"}, Pattern: tag},
	"Int32":       {Type: []string{"integer", "string", "null"}, Pattern: tag, Minimum: "-2147483648", Maximum: "2147483647"},
	"Int64":       {Type: []string{"integer", "string", "null"}, Pattern: tag, Minimum: "-9223372036854775808", Maximum: "9223372036854775807"},
	"Uint64":      {Type: []string{"integer", "string", "null"}, Pattern: tag, Minimum: "0", Maximum: "18446744073709551615"},
	"AnyString":   {Type: []string{"string", "number", "boolean", "null"}},
	"IntOrString": {Type: []string{"integer", "string", "null"}, Minimum: "-2147483648", Maximum: "2147483647"},
	"Quantity":    {Type: []string{"string", "number", "null"}, Pattern: quantity + "|" + tag},
	"Amount":      {Type: []string{"number", "string", "boolean", "null"}},
	"Item":        {},
	"Raw":         {},
	"Time":        {Type: []string{"string", "null"}, Format: "date-time"},
	"Base64":      {Type: []string{"string", "null"}},
	"Plugin":      {Type: []string{"object", "null"}, MinProps: 1, MaxProps: 1},
	"ParallelSteps": {
		Type: []string{"array", "null"}, Items: &jsonSchema{Ref: "#/definitions/WorkflowStep"},
		Description: "Steps that run at the same time.",
	},
}

// kindNames are the names of the roots.
func kindNames() []string {
	names := make([]string, len(roots))
	for i, r := range roots {
		names[i] = reflect.TypeOf(r).Name()
	}
	return names
}

// jsonSchemas writes one schema per kind and one for all of them.
func jsonSchemas(m *model) (map[string][]byte, error) {
	files := map[string][]byte{}
	everything := &jsonSchema{
		Schema: draft, Title: "Argo Workflows",
		Description: "A manifest of any kind that weft reads.",
		Type:        []string{"object"}, Required: []string{"kind"},
		Properties:  map[string]*jsonSchema{"kind": {Description: "Kind of the manifest."}},
		Definitions: map[string]*jsonSchema{},
	}
	for _, kind := range kindNames() {
		ref := &jsonSchema{Ref: "#/definitions/" + kind}
		s := &jsonSchema{Schema: draft, Title: kind, Ref: ref.Ref, Definitions: map[string]*jsonSchema{}}
		m.define(kind, s.Definitions)
		m.define(kind, everything.Definitions)
		text, err := encode(s)
		if err != nil {
			return nil, err
		}
		files["json/"+kind+".json"] = text
		everything.Properties["kind"].Enum = append(everything.Properties["kind"].Enum, kind)
		everything.AllOf = append(everything.AllOf, &jsonSchema{
			If:   &jsonSchema{Properties: map[string]*jsonSchema{"kind": {Const: kind}}, Required: []string{"kind"}},
			Then: ref,
		})
	}
	text, err := encode(everything)
	files["json/all.json"] = text
	return files, err
}

func encode(s *jsonSchema) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(s)
	return b.Bytes(), err
}

// define adds an object type and all that it refers to.
func (m *model) define(name string, to map[string]*jsonSchema) {
	if to[name] != nil {
		return
	}
	o := m.objects[name]
	s := &jsonSchema{
		Description: o.Doc, Type: []string{"object", "null"}, Required: required(o),
		Properties: map[string]*jsonSchema{}, Additional: false,
	}
	to[name] = s
	for i := range o.Fields {
		f := &o.Fields[i]
		s.Properties[f.Name] = m.property(f, to)
	}
	for _, kind := range kindNames() {
		if kind == name {
			s.Type, s.Required = []string{"object"}, []string{"apiVersion", "kind", "metadata", "spec"}
			s.Properties["kind"].Enum = []any{kind}
			s.Properties["apiVersion"].Enum = []any{"argoproj.io/v1alpha1"}
		}
	}
}

func (m *model) property(f *field, to map[string]*jsonSchema) *jsonSchema {
	s := m.value(f, to)
	switch f.Shape {
	case "list":
		s = &jsonSchema{Type: []string{"array", "null"}, Items: s}
	case "dict":
		s = &jsonSchema{Type: []string{"object", "null"}, Additional: s}
	}
	s.Description = f.Doc
	if f.Deprecated != "" {
		s.Description += " Deprecated: " + f.Deprecated
	}
	return s
}

func (m *model) value(f *field, to map[string]*jsonSchema) *jsonSchema {
	if f.Object {
		m.define(f.Type, to)
		return &jsonSchema{Ref: "#/definitions/" + f.Type}
	}
	if f.Type == "ParallelSteps" {
		m.define("WorkflowStep", to)
	}
	s := *scalarSchemas[f.Type]
	if f.Values != nil {
		for _, v := range f.Values {
			s.Enum = append(s.Enum, v)
		}
		s.Enum = append(s.Enum, nil)
	}
	return &s
}
