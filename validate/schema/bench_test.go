package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/schema"
)

// workflow is a graph of tasks with a template each.
func workflow(tasks int) string {
	var graph, leaves strings.Builder
	for i := range tasks {
		fmt.Fprintf(&graph, "      - name: t%d\n        template: t%d\n        arguments: {parameters: [{name: p, value: '{{workflow.name}}-%d'}]}\n", i, i, i)
		if i > 0 {
			fmt.Fprintf(&graph, "        dependencies: [t%d]\n", i-1)
		}
		fmt.Fprintf(&leaves, "  - name: t%d\n    inputs: {parameters: [{name: p}]}\n    container:\n      image: alpine:3.20\n"+
			"      command: [sh, -c]\n      args: ['echo \"{{inputs.parameters.p}}\" > /tmp/out']\n"+
			"      resources: {limits: {cpu: 500m, memory: 64Mi}}\n", i)
	}
	return "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: a-}\nspec:\n  entrypoint: main\n  templates:\n" +
		"  - name: main\n    dag:\n      tasks:\n" + graph.String() + leaves.String()
}

func BenchmarkParse(b *testing.B) {
	text := workflow(1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		yaml.Parse(source.NewFile("a.yaml", text))
	}
}

func BenchmarkCheck(b *testing.B) {
	text := workflow(1000)
	root := parse(b, text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		schema.Check(root, "Workflow", schema.Options{}, func(f schema.Finding) {
			if f.Rule != schema.CrdOnlyConstraint {
				b.Fatal(f)
			}
		})
	}
}

func BenchmarkEmit(b *testing.B) {
	text := workflow(1000)
	templates := parse(b, text).At("spec", "templates").List()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, n := range templates {
			schema.Emit(n, "Template")
		}
	}
}

// BenchmarkCorpus checks every document of the corpus that can be read.
func BenchmarkCorpus(b *testing.B) {
	var roots []*tree.Node
	size := 0
	for _, s := range samples(b) {
		for _, f := range s.files {
			docs, _ := yaml.Parse(f)
			for _, d := range docs {
				roots = append(roots, d.Root)
			}
			size += len(f.Text)
		}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, root := range roots {
			check(root, schema.Options{}, func(schema.Finding) {})
		}
	}
}
