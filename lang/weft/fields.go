package weft

import (
	"iter"
	"sort"
)

// shape says how values of a field hang together.
type shape uint8

const (
	one shape = iota
	list
	dict // a map from free keys to values
)

// A fieldType is an object of the Kubernetes or workflow API.
type fieldType struct {
	Name   string
	Fields []field
}

// A field is one key of a fieldType. Type is the name of a fieldType, or of a
// scalar such as string.
type field struct {
	Name, Type string
	Shape      shape
}

// place is what the schema knows about a position in the document: the type
// that belongs there. The zero place knows nothing.
type place struct {
	Type  string
	Shape shape
}

// typeNamed returns the fields of a type, or nil.
func typeNamed(name string) *fieldType {
	i := sort.Search(len(fieldTypes), func(i int) bool { return fieldTypes[i].Name >= name })
	if i < len(fieldTypes) && fieldTypes[i].Name == name {
		return &fieldTypes[i]
	}
	return nil
}

// hasField reports whether the type has a field called key.
func hasField(typeName, key string) bool {
	t := typeNamed(typeName)
	if t == nil {
		return false
	}
	for i := range t.Fields {
		if t.Fields[i].Name == key {
			return true
		}
	}
	return false
}

// fieldNames yields the fields of a type.
func fieldNames(typeName string) iter.Seq[string] {
	return func(yield func(string) bool) {
		t := typeNamed(typeName)
		for i := 0; t != nil && i < len(t.Fields); i++ {
			if !yield(t.Fields[i].Name) {
				return
			}
		}
	}
}

// child is the place under key.
func (p place) child(key string) place {
	switch p.Shape {
	case dict:
		return place{Type: p.Type}
	case list:
		return place{}
	}
	t := typeNamed(p.Type)
	if t == nil {
		return place{}
	}
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Name == key {
			return place{Type: f.Type, Shape: f.Shape}
		}
	}
	return place{}
}

// item is the place of the items of a list.
func (p place) item() place {
	if p.Shape == list {
		return place{Type: p.Type}
	}
	return place{}
}

// namedList says how a list of named objects is written as a map.
type namedList struct {
	main   string // the field that a plain value stands for, "" if none
	nested bool   // the name lives in metadata, everything else in spec
}

// namedLists are the element types whose lists may be written as maps from
// name to object.
var namedLists = map[string]namedList{
	typeEnvVar:        {main: "value"},
	typeVolume:        {},
	typeVolumeMount:   {main: "mountPath"},
	typeUserContainer: {},
	typeContainerNode: {},
	typeClaim:         {nested: true},
}

// namedList returns how the list at p is written as a map, if it can be.
func (p place) namedList() (namedList, bool) {
	if p.Shape != list {
		return namedList{}, false
	}
	n, ok := namedLists[p.Type]
	return n, ok
}
