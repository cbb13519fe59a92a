package schema

import (
	"iter"
	"sort"
)

// typeID is a type of the API: a scalar below firstObject, else an object type.
type typeID uint16

const (
	typeString typeID = iota
	typeBool
	typeInt32
	typeInt64
	typeUint64
	typeAnyString     // text, number or boolean
	typeIntOrString   // a 32-bit number, or text
	typeQuantity      // 500m, 1Gi
	typeAmount        // any one value
	typeItem          // any value at all
	typeRaw           // any value at all
	typeTime          // RFC 3339
	typeBase64        // bytes
	typePlugin        // a map with exactly one key
	typeParallelSteps // a list of steps
	firstObject
)

// shape says how many values of its type a field holds.
type shape uint8

const (
	one shape = iota
	list
	dict // a map from free keys
)

// flags are the yes-or-no properties of a field.
type flags uint8

const (
	always     flags = 1 << iota // written as JSON even when empty
	pointer                      // absent and empty are different things
	crdContext                   // the linter checks nothing below by itself
	literal                      // the CRD refuses {{...}} in it
	noZone                       // the CRD refuses TZ= in front
)

// checkedBy says who refuses a value that is not one of a field's.
type checkedBy uint8

const (
	byLint checkedBy = iota + 1 // the reference's linter: a rule of its own
	byCrd                       // the API server, through the CRD
	byRun                       // the controller, when it gets there
)

// field is one field of an object type.
type field struct {
	name  string
	typ   typeID
	shape shape
	flags flags
	extra *extra // nil for most fields
}

// extra is what few fields have.
type extra struct {
	values             []string // the only values there are
	by                 checkedBy
	min, max           int64
	hasMin, hasMax     bool
	minItems, maxItems int
}

// object is one object type; its fields are in the order in which Go writes them.
type object struct {
	name     string
	required []string // fields that the CRD wants and the linter does not
	fields   []field
}

func (id typeID) object() *object { return &objects[id-firstObject] }

// field returns the field called name, or nil.
func (o *object) field(name string) *field {
	for i := range o.fields {
		if o.fields[i].name == name {
			return &o.fields[i]
		}
	}
	return nil
}

// names yields the names of the fields in their order.
func (o *object) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range o.fields {
			if !yield(o.fields[i].name) {
				return
			}
		}
	}
}

// typeNamed finds an object type by its name, such as "Template" or "core.Container".
func typeNamed(name string) (typeID, bool) {
	i := sort.Search(len(objects), func(i int) bool { return objects[i].name >= name })
	if i == len(objects) || objects[i].name != name {
		return 0, false
	}
	return typeID(i) + firstObject, true
}

// Values returns the only values that a field of an object type may have, nil
// if it may have any. The empty string among them means that it may be empty.
func Values(typeName, fieldName string) []string {
	id, ok := typeNamed(typeName)
	if !ok {
		return nil
	}
	f := id.object().field(fieldName)
	if f == nil || f.extra == nil {
		return nil
	}
	return f.extra.values
}
