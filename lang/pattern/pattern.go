// Package pattern holds regular expressions back until they are needed: every
// command starts up with all of them, and uses few.
package pattern

import (
	"regexp"
	"sync"
)

// New returns a function that yields the compiled expression. It panics, when
// first called, if expression is none.
func New(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
