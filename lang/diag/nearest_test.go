package diag_test

import (
	"slices"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
)

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"valeu", []string{"name", "value"}, "value"},
		{"Value", []string{"valve", "value"}, "value"},
		{"generat", []string{"print", "generate"}, "generate"},
		{"xy", []string{"name"}, ""},
		{"a", []string{"b"}, ""},
		{"", []string{"a"}, ""},
		{"messgae", []string{"message", "messages"}, "message"},
	} {
		if got, _ := diag.Nearest(c.word, slices.Values(c.candidates)); got != c.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", c.word, c.candidates, got, c.want)
		}
	}
}
