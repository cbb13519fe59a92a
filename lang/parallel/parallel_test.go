package parallel_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-lang/weft/lang/parallel"
)

func TestEachCallsOnceForEveryIndex(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		calls := make([]atomic.Int64, n)
		parallel.Each(n, func(i int) { calls[i].Add(1) })
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("of %d, index %d was done %d times", n, i, got)
			}
		}
	}
}

func TestPanicReachesTheCaller(t *testing.T) {
	for name, run := range map[string]func(){
		"Start": func() { parallel.Start(func() { panic("the matter") })() },
		"Each":  func() { parallel.Each(3, func(int) { panic("the matter") }) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				got, _ := recover().(string)
				if !strings.HasPrefix(got, "the matter") || name == "Start" && !strings.Contains(got, "parallel_test.go") {
					t.Errorf("recovered %q, want the panic with its stack", got)
				}
			}()
			run()
		})
	}
}
