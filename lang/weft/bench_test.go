package weft_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/weft"
)

// pipeline is a file with n tasks and templates of mixed kinds.
func pipeline(n int) string {
	var b strings.Builder
	b.WriteString("workflow big-\nparam revision = \"main\"\n\ndag main(revision) {\n")
	for i := range n {
		fmt.Fprintf(&b, "  task-%d = step-%d(text: \"hello ${revision}\", count: %d)", i, i, i)
		if i > 0 {
			fmt.Fprintf(&b, " when revision == \"main\" after task-%d", i-1)
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n\n")
	for i := range n {
		fmt.Fprintf(&b, `# Does step %d.
script step-%d(text, count: int) {
  image "python:3.13-alpine"
  env { MODE "fast", TOKEN { valueFrom.secretKeyRef { name "token", key "value" } } }
  resources { requests { cpu 100m, memory 64Mi }, limits.memory 128Mi }
  run python <<EOF
    import sys
    print("{{inputs.parameters.text}}", {{inputs.parameters.count}})
    EOF
  retry 3 { backoff { duration 10s, factor 2 } }
}

`, i, i)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	f := source.NewFile("big.weft", pipeline(500))
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := weft.Parse(f); diags.Len() > 0 {
			b.Fatal(diags.Sorted()[0])
		}
	}
}

func BenchmarkLower(b *testing.B) {
	f, _ := weft.Parse(source.NewFile("big.weft", pipeline(500)))
	b.SetBytes(int64(len(f.Source.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, diags := weft.Lower(f, weft.Options{}); diags.Len() > 0 {
			b.Fatal(diags.Sorted()[0])
		}
	}
}

// BenchmarkLongText lowers one text with many references and escapes. The time
// for each of them must not grow with their number.
func BenchmarkLongText(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			text := "workflow a-\nparam p = 1\ncontainer main { args [\"" + strings.Repeat(`\t${p}`, n) + "\"] }\n"
			f, _ := weft.Parse(source.NewFile("long.weft", text))
			for b.Loop() {
				weft.Lower(f, weft.Options{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/reference")
		})
	}
}
