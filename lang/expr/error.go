package expr

import (
	"slices"

	"github.com/weft-lang/weft/lang/diag"
)

// An ErrorKind groups errors by what went wrong, so that callers can judge
// each group on its own.
type ErrorKind uint8

// The kinds of error.
const (
	Syntax        ErrorKind = iota + 1 // the text does not parse
	UnknownName                        // a name, function or member that is not there
	GuardedName                        // the same, but behind ?. or ??: the fallback is always used
	Subtraction                        // an unknown name because of a hyphen: a-b
	Mismatch                           // an operation that fails for the types of its operands
	NeverEqual                         // a comparison of different types: it runs, and is always false (or true)
	WrongResult                        // the whole yields a type that its place cannot take
	MaybeNil                           // a value that can be nil where nil fails
	Unread                             // a part that the evaluator accepts and silently ignores
	UnknownResult                      // a task result that does not exist (depends)
	OperatorWord                       // and, or, not where a symbol is needed
	ReservedWord                       // a task name that depends cannot spell
	BadZone                            // a time zone that does not exist
)

// An Error is a fault in the text of a scalar.
type Error struct {
	Kind       ErrorKind
	Start, End int    // byte range in the text; empty only at its very end or when the text is empty
	Message    string // one clause, lower case, no full stop
	Help       string // the way out, "" when the message already says it
}

func (e *Error) Error() string {
	if e.Help == "" {
		return e.Message
	}
	return e.Message + ": " + e.Help
}

// Nearest returns the candidate that name was most likely meant to be. Of
// equally near candidates the one that sorts first wins, so that the answer
// does not depend on their order.
func Nearest(name string, candidates []string) (string, bool) {
	return diag.Nearest(name, slices.Values(slices.Sorted(slices.Values(candidates))))
}

// lower is the lower-case form of an ASCII letter; other bytes stay.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
