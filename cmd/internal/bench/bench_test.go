package main

import (
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate/rules"
)

// TestDataIsGood holds that what the benchmarks measure is the checking of
// good workflows, not the printing of findings.
func TestDataIsGood(t *testing.T) {
	many, err := examples(manyFiles)
	if err != nil {
		t.Fatal(err)
	}
	if n := size(many); n < 250_000 || n > 350_000 {
		t.Errorf("the example files have %d bytes, want about 300,000", n)
	}
	for name, files := range map[string][]file{
		"examples": many, "chain": {chain(20)}, "layers": {layers(4, 3)}, "steps": {stepList(20)},
	} {
		for _, d := range lint(fileSystem(files), rules.All()).Sorted() {
			if d.Severity >= diag.Error {
				t.Errorf("%s: %s: %s", name, d.Span, d.Message)
			}
		}
	}
}

func BenchmarkLint(b *testing.B) {
	many, err := examples(manyFiles)
	if err != nil {
		b.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		files []file
	}{
		{"small", many[:1]},
		{"examples", many},
		{"chain=1000", []file{chain(1000)}},
		{"chain=10000", []file{chain(10000)}},
		{"layers=50x40", []file{layers(50, 40)}},
		{"steps=5000", []file{stepList(5000)}},
	} {
		b.Run(tt.name, func(b *testing.B) { benchmarkLint(b, tt.files) })
	}
}
