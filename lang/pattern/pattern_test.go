package pattern_test

import (
	"testing"

	"github.com/weft-lang/weft/lang/pattern"
)

func TestNewCompilesOnce(t *testing.T) {
	words := pattern.New(`[a-z]+`)
	if got := words().FindString("12 ab 34"); got != "ab" {
		t.Errorf("found %q, want %q", got, "ab")
	}
	if first, second := words(), words(); first != second {
		t.Error("the expression was compiled twice")
	}
}

func TestNewWaitsWithFaults(t *testing.T) {
	broken := pattern.New(`(`)
	defer func() {
		if recover() == nil {
			t.Error("a broken expression was taken")
		}
	}()
	broken()
}
