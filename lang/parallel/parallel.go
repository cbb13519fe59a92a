// Package parallel spreads work over the processors. What the work returns must
// not depend on the order in which its parts are done.
package parallel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// Each calls do for every index below n, on all processors, and returns when
// all calls have. A panic in do reaches the caller.
func Each(n int, do func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	waits := make([]func(), workers)
	for w := range waits {
		waits[w] = Start(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	for _, wait := range waits {
		wait()
	}
}

// Start calls do beside the caller, which waits for it later on. A panic in do
// is raised in wait, with the stack that it came from.
func Start(do func()) (wait func()) {
	fault := make(chan string, 1)
	go func() {
		defer close(fault)
		defer func() {
			if p := recover(); p != nil {
				fault <- fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			}
		}()
		do()
	}()
	return func() {
		if p, panicked := <-fault; panicked {
			panic(p)
		}
	}
}
