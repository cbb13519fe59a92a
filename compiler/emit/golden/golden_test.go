package golden_test

import (
	"testing"

	"github.com/weft-lang/weft/compiler/emit/golden"
)

func TestCompare(t *testing.T) {
	const a, b = "-- x --\n1\n-- gone --\n2\n", "prose\n-- x --\n1\n-- new --\n3\n"
	got := golden.Compare([]byte(a), []byte(b))
	want := []golden.Section{{Name: "new", After: "3\n"}, {Name: "gone", Before: "2\n"}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
	if same := golden.Compare([]byte(a), []byte(a)); len(same) > 0 {
		t.Errorf("a file differs from itself: %v", same)
	}
}
