package cli

import (
	"strings"
	"testing"
	"time"
)

// TestStopwatch holds that waits side by side count once for weft, and each for
// its own program.
func TestStopwatch(t *testing.T) {
	begin := time.Now()
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	w := &stopwatch{begin: begin, waits: []wait{
		{"shellcheck", at(20), at(60), 2},
		{"python3", at(10), at(30), 1},
		{"shellcheck", at(80), at(90), 1},
	}}
	var b strings.Builder
	w.report(&b, at(100))
	if want := "weft took 40 ms, shellcheck 50 ms for 3 scripts, python3 20 ms for 1 script\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
