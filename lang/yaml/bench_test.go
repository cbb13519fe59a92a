package yaml_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// benchText is a workflow with n templates.
func benchText(n int) string {
	var b strings.Builder
	b.WriteString("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  generateName: bench- # a name\nspec:\n  entrypoint: t0\n  templates:\n")
	b.WriteString(strings.Repeat(`  # a step
  - name: t0
    inputs:
      parameters: [{name: message, value: "hello {{workflow.name}}"}]
    script:
      image: alpine:3.20
      command: [sh, -c]
      source: |
        set -e
        for i in 1 2 3; do
          echo "{{inputs.parameters.message}} $i"
        done
      resources:
        limits: {cpu: 500m, memory: 1Gi}
      env:
      - name: COUNT
        value: '5'
`, n))
	return b.String()
}

// BenchmarkParse prints what Parse costs, as a multiple of what the bare node
// parse of go.yaml.in/yaml/v3 costs on the same bytes.
func BenchmarkParse(b *testing.B) {
	for _, size := range []struct {
		name      string
		templates int
	}{{"s", 2}, {"m", 50}, {"l", 2000}} {
		b.Run(size.name, func(b *testing.B) {
			text := benchText(size.templates)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				yaml.Parse(source.NewFile("f.yaml", text))
			}
			perOp := b.Elapsed() / time.Duration(b.N)
			rounds := 1 + 500_000/len(text)
			start := time.Now()
			for range rounds {
				var n yamlv3.Node
				if err := yamlv3.Unmarshal([]byte(text), &n); err != nil {
					b.Fatal(err)
				}
			}
			bare := time.Since(start) / time.Duration(rounds)
			b.ReportMetric(float64(perOp)/float64(bare), "x-bare-parse")
		})
	}
}

// BenchmarkLongList shows that the cost of an item does not grow with the list.
func BenchmarkLongList(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		text := "a:\n" + strings.Repeat("- {x: 1, y: [a, b]}\n", n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				yaml.Parse(source.NewFile("f.yaml", text))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/item")
		})
	}
}
