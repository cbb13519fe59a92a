package expr

import (
	"reflect"

	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/types"
)

// A Kind is a kind of value in an expression. In the reference's scopes nearly
// everything is a string.
type Kind uint8

// The kinds of value.
const (
	Unknown Kind = iota
	String
	Number
	Bool
	Array
	Object
	Nil
	Function
	Time
	Duration
)

func (k Kind) String() string {
	return [...]string{
		"a value", "a string", "a number", "a boolean", "a list", "an object", "nil", "a function", "a time", "a duration",
	}[k]
}

// A Type says what is known of a value before the run.
type Type struct {
	Kind     Kind
	Members  Members // of an Object; nil when it may have any
	Elem     *Type   // of a list; nil when unknown
	Optional bool    // may be nil or missing at run time
}

// Members are the named parts of an Object or of a scope.
type Members interface {
	// Member returns the type of the part called name.
	Member(name string) (Type, bool)
	// Names returns the parts to suggest for a misspelt one.
	Names() []string
}

// Fields are members held in a map.
type Fields map[string]Type

// Member returns the type of the field called name.
func (f Fields) Member(name string) (Type, bool) {
	t, ok := f[name]
	return t, ok
}

// Names returns the names of the fields, sorted.
func (f Fields) Names() []string { return sortedKeys(f) }

// An Env is what an expression at some place may use.
type Env struct {
	Names   Members // nil: no names at all
	Helpers bool    // asInt, asFloat, jsonpath, toJson and sprig are there
	Open    bool    // names that are not in Names may exist as well
}

func (env Env) member(name string) (Type, bool) {
	if env.Names == nil {
		return Type{}, false
	}
	return env.Names.Member(name)
}

func (env Env) suggest(name string) (string, bool) {
	if env.Names == nil {
		return "", false
	}
	return Nearest(name, env.Names.Names())
}

// checked is the part of a scope that one expression uses, in the form that
// expr-lang's checker takes.
type checked struct {
	kind     Kind
	elem     *Type
	open     bool // used as a whole, or with computed members
	function any  // a Go function, of a function
	children map[string]*checked
}

// at is the node for the path below c.
func (c *checked) at(name string) *checked {
	if c.children == nil {
		c.children = map[string]*checked{}
	}
	if c.children[name] == nil {
		c.children[name] = &checked{}
	}
	return c.children[name]
}

func (c *checked) lang() types.Type {
	if c.function != nil {
		return types.TypeOf(c.function)
	}
	if c.open || len(c.children) == 0 {
		return langType(Type{Kind: c.kind, Elem: c.elem})
	}
	m := types.Map{types.Extra: types.Any}
	for name, child := range c.children {
		m[name] = child.lang()
	}
	return m
}

// langType is expr-lang's type for t.
func langType(t Type) types.Type {
	switch t.Kind {
	case String:
		return types.String
	case Number:
		return types.Int
	case Bool:
		return types.Bool
	case Array:
		if t.Elem != nil {
			return types.Array(langType(*t.Elem))
		}
		return types.TypeOf([]any{})
	case Object:
		return types.TypeOf(map[string]any{})
	case Nil:
		return types.Nil
	}
	return types.Any
}

// kindOf is our name for a type of expr-lang's.
func kindOf(n *nature.Nature) Kind {
	switch {
	case n == nil:
		return Unknown
	case n.Nil:
		return Nil
	case n.Type == nil:
		return Unknown
	case n.IsString():
		return String
	case n.IsDuration():
		return Duration
	case n.IsNumber():
		return Number
	case n.IsBool():
		return Bool
	case n.IsTime():
		return Time
	case n.IsArray():
		return Array
	case n.Kind == reflect.Map:
		return Object
	case n.IsFunc():
		return Function
	}
	return Unknown
}
