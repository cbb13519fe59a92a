package source_test

import (
	"testing"

	"github.com/weft-lang/weft/lang/source"
)

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		text         string
		off          int
		line, column int
	}{
		{"", 0, 1, 1},
		{"ab", -1, 1, 1},
		{"ab", 1, 1, 2},
		{"ab", 9, 1, 3},
		{"ab\ncd", 2, 1, 3},
		{"ab\ncd", 3, 2, 1},
		{"ab\r\ncd\n", 5, 2, 2},
		{"ab\ncd\n", 6, 3, 1},
		{"é: ü\nx", 2, 1, 2},
		{"é: ü\nx", 6, 1, 5},
		{"é\nxy", 4, 2, 2},
	} {
		if got, want := source.NewFile("f", c.text).Position(c.off), (source.Position{Line: c.line, Column: c.column}); got != want {
			t.Errorf("byte %d of %q is at %s, want %s", c.off, c.text, got, want)
		}
	}
}
