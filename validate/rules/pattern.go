package rules

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first needed:
// every command starts up, and few judge every kind of text.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
