package types_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/trace"
	"github.com/weft-lang/weft/validate/types"
)

func follow(t *testing.T, templates string) *trace.Trace {
	t.Helper()
	text := `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, value: "1"}]}
  templates:
  - name: leaf
    container: {image: "a:1", command: [b]}
    outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
  - name: wait
    suspend: {}
` + templates
	docs, found := yaml.Parse(source.NewFile("w.yaml", text))
	if found.Len() > 0 {
		t.Fatal(found.Sorted())
	}
	return trace.Follow(compiler.Bind(docs), trace.Options{}, nil)
}

// TestSites checks which names each place sees.
func TestSites(t *testing.T) {
	tr := follow(t, `
  - name: main
    inputs: {parameters: [{name: x, value: "1"}]}
    steps:
    - - {name: a, template: leaf, when: "{{=SITE}}"}
      - {name: s, template: wait}
    - - name: b
        template: leaf
        withItems: [{k: 1}]
        when: "{{=SITE}}"
        hooks: {run: {template: leaf, expression: SITE}}
    outputs: {parameters: [{name: r, valueFrom: {expression: SITE}}]}
  - name: http
    http: {url: "https://example.com", successCondition: SITE}
  - name: data
    data: {source: {artifactPaths: {name: d, s3: {bucket: b}}}, transformation: [{expression: SITE}]}
  - name: pod
    retryStrategy: {limit: 1, expression: SITE}
    container: {image: "a:1", command: ["{{=SITE}}"]}
`)
	tests := []struct {
		expression string
		places     string // the fields in which it is right
	}{
		{"workflow.parameters.p", "when when expression command"},
		{"workflow.parameters.q", ""},
		{"inputs.parameters.x", "when when expression valueFrom.expression"},
		{"steps.a.status", "when when expression valueFrom.expression command"},
		{"steps.a.outputs.parameters.o", "when command"}, // elsewhere it may be missing: a may be skipped
		{"steps.a.outputs.parameters.o ?? 'x'", "when when expression valueFrom.expression command"},
		{"steps.a.outputs.parameters.q", "command"},
		{"steps.s.outputs.result", "command"},
		{"item.k", "when expression"},
		{"response.body", "successCondition"},
		{"data", "transformation"},
		{"lastRetry.exitCode", "when when expression retry command"},
		{"pod.name", "command"},
	}
	for _, tt := range tests {
		var got []string
		for s := range types.Sites(tr, func(*source.File) bool { return false }) {
			s.Text, s.Want = strings.Replace(s.Text, "SITE", tt.expression, 1), 0
			if len(s.Check()) == 0 {
				got = append(got, placeOf(tr, s))
			}
		}
		want := strings.Fields(tt.places)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is right in %q, want %q", tt.expression, got, want)
		}
	}
}

// placeOf names the field in which a site stands.
func placeOf(tr *trace.Trace, s *types.Site) string {
	path := tr.Project.Documents[0].Root.PathTo(s.Span(0, 1))
	for _, name := range []string{"successCondition", "transformation", "command", "retry", "valueFrom.expression", "when"} {
		if strings.Contains(path, name) {
			return name
		}
	}
	return "expression"
}

// TestAbsence checks which tasks may be missing when task z runs, and at the end.
func TestAbsence(t *testing.T) {
	tests := []struct {
		name, tasks, missing, atEnd string
	}{
		{"nothing is conditional", `[{name: a, template: leaf}, {name: z, template: leaf, depends: a}]`, "", ""},
		{"a skipped task satisfies its bare name", `[{name: a, template: leaf, when: "x == y"}, {name: z, template: leaf, depends: a}]`, "a", "a"},
		{"but not Succeeded", `[{name: a, template: leaf, when: "x == y"}, {name: z, template: leaf, depends: a.Succeeded}]`, "", "a z"},
		{"omission spreads", `[{name: a, template: leaf, when: "x == y"}, {name: b, template: leaf, depends: a.Succeeded}, {name: z, template: leaf, depends: a || b}]`, "a b", "a b"},
		{"a handled failure", `[{name: a, template: leaf}, {name: b, template: leaf, depends: a.Succeeded}, {name: c, template: leaf, depends: a.Failed}, {name: z, template: leaf, depends: b || c}]`, "b c", "c"},
		{"a loop is never missing", `[{name: a, template: leaf, when: "x == y", withItems: [1]}, {name: z, template: leaf, depends: a}]`, "", ""},
		{"a cycle says nothing", `[{name: a, template: leaf, when: "x == y", depends: z}, {name: z, template: leaf, depends: a}]`, "", ""},
	}
	for _, tt := range tests {
		tr := follow(t, "  - name: main\n    dag: {tasks: "+tt.tasks+"}\n")
		for _, u := range tr.Bodies {
			if u.Template.Type() != ir.DAG {
				continue
			}
			a := types.NewAbsence(u)
			z := u.Template.Tasks[len(u.Template.Tasks)-1]
			var missing, atEnd []string
			for _, c := range u.Template.Tasks {
				if a.For(c, z) {
					missing = append(missing, c.Name.Text())
				}
				if a.AtEnd(c) {
					atEnd = append(atEnd, c.Name.Text())
				}
			}
			if got := strings.Join(missing, " "); got != tt.missing {
				t.Errorf("%s: missing for z: %q, want %q", tt.name, got, tt.missing)
			}
			if got := strings.Join(atEnd, " "); got != tt.atEnd {
				t.Errorf("%s: missing at the end: %q, want %q", tt.name, got, tt.atEnd)
			}
		}
	}
}

// TestReferences checks what is found to be read from siblings, and where.
func TestReferences(t *testing.T) {
	tr := follow(t, `
  - name: main
    steps:
    - - {name: a, template: leaf}
    - - name: b
        template: leaf
        when: "{{steps.a.status}} == x"
        arguments:
          parameters: [{name: v, value: "x {{ steps.a.outputs.parameters.o }} {{=steps['a'].outputs.result ?? 'n'}} {{steps.zz.id}} {{workflow.name}}"}]
    outputs: {parameters: [{name: r, valueFrom: {parameter: steps.a.outputs.parameters.o}}]}
`)
	var got []string
	for _, u := range tr.Bodies {
		for r := range types.References(u) {
			kind, name := r.Output()
			mark := ""
			if r.Guarded {
				mark = "?"
			}
			got = append(got, r.Field+" "+r.Span().Text()+" "+kind+":"+name+mark)
		}
	}
	want := []string{
		"when steps.a.status :",
		"arguments steps.a.outputs.parameters.o parameters:o",
		"arguments steps['a'].outputs.result result:?",
		"outputs steps.a.outputs.parameters.o parameters:o",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
