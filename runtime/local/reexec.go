//go:build unix

package local

import (
	"context"
	"fmt"
	"os"

	"github.com/weft-lang/weft/runtime/agent"
)

// The hidden commands under which the program starts itself.
const (
	superviseCommand = "__pod"
	containerCommand = "__container"
	tryCommand       = "__try"
)

// Reexec does the work of a program that was started by this package. Programs
// that run Pods call it before anything else; ok is false where they were
// started by a person.
func Reexec(args []string) (code int, ok bool) {
	if len(args) == 0 {
		return 0, false
	}
	var err error
	switch args[0] {
	case superviseCommand:
		err = supervise()
	case containerCommand:
		code, err = becomeContainer(context.Background())
	case tryCommand:
		err = tryNamespaces(args[1:])
	default:
		return 0, false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "weft:", err)
		if code == 0 {
			code = agent.CodeNoCommand
		}
	}
	return code, true
}
