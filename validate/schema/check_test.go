package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/schema"
)

func TestGolden(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		out := map[string]string{"findings": report(t, in["in.yaml"], schema.Options{})}
		if _, both := in["target.weft"]; both {
			out["findings for target weft"] = report(t, in["in.yaml"], schema.Options{Templates: true})
		}
		return out
	})
}

// report prints findings with the text that they underline.
func report(t *testing.T, text string, opts schema.Options) string {
	t.Helper()
	docs, faults := yaml.Parse(source.NewFile("in.yaml", text))
	if faults.Len() > 0 {
		t.Fatalf("broken input: %v", faults.Sorted())
	}
	var b strings.Builder
	for _, d := range docs {
		check(d.Root, opts, func(f schema.Finding) {
			fmt.Fprintf(&b, "%s: %s: %s\n\tat %q\n", f.Span, f.Rule, f.Message, f.Span.Text())
			if f.Help != "" {
				fmt.Fprintf(&b, "\thelp: %s\n", f.Help)
			}
			for _, r := range f.Related {
				fmt.Fprintf(&b, "\t%s: %s\n", r.Span, r.Message)
			}
			for _, x := range f.Fixes {
				for _, e := range x.Edits {
					fmt.Fprintf(&b, "\tfix (safe: %v): %s: %q -> %q\n", x.Safe, x.Title, e.Span.Text(), e.New)
				}
			}
		})
	}
	return b.String()
}

// TestValues gives every special type values that it takes and values that it
// does not.
func TestValues(t *testing.T) {
	tests := []struct {
		field     string // with %s for the value, in a template
		good, bad []string
	}{
		{"name: %s", []string{"a", `"5"`, "!!str 5", "null", "1:30", "2001-01-01", "''"}, []string{"5", "true", "n", "1.5", "[a]", "{a: b}"}},
		{"daemon: %s", []string{"true", "no", "On", "~"}, []string{`"true"`, "1", "[]", "x"}},
		{"parallelism: %s", []string{"5", "1.0", "1e3", "0x10", "-3", "9223372036854775807"}, []string{"1.5", "9223372036854775808", `"5"`, "true", "1e30"}},
		{"inputs: {artifacts: [{name: a, mode: %s}]}", []string{"0755", "2147483647", "-2147483648"}, []string{"2147483648", "0.5"}},
		{"inputs: {artifacts: [{name: a, git: {depth: %s}}]}", []string{"0", "18446744073709551615"}, []string{"-1", "18446744073709551616"}},
		{"activeDeadlineSeconds: %s", []string{"5", `"5"`, "five", `"{{a}}"`, "null", "1.0"}, []string{"1.5", "true", "[]", "2147483648"}},
		{"podResources: {limits: {cpu: %s}}", []string{"1", "0.5", "500m", "1Gi", "1e3", "-1", "+2", `" 1 "`, "null", ".5", "1."}, []string{"1gb", "true", "''", "1 Gi", "[1]", "{}", `"{{a}}"`, "x"}},
		{"inputs: {parameters: [{name: a, value: %s}]}", []string{"5", "true", "1.5", "a", "null", "[a]", "{a: b}"}, nil},
		{"inputs: {parameters: [{name: a, enum: %s}]}", []string{"[1, a, true, null]"}, []string{"a", "5", "{}"}},
		{"steps: [[{name: a, withItems: %s}]]", []string{"[]", "[1, a, [b], {c: d}, null, true]", "null"}, []string{"a", `"{{a}}"`, "{}", "5"}},
		{"steps: %s", []string{"[]", "[null]", "[[]]", "[[null]]", "null"}, []string{"[{}]", "{}", "[a]", "[[a]]", "[[[a]]]"}},
		{"plugin: %s", []string{"{a: }", "{a: [1]}", "null"}, []string{"{}", "{a: 1, b: 2}", "[a]", "a"}},
		{"metrics: {prometheus: [{histogram: {buckets: %s}}]}", []string{"[1, 1.5, a, true, null]"}, []string{"1", "a"}},
		{"http: {bodyFrom: {bytes: %s}}", []string{"aGk=", `""`, "null"}, []string{"a", "'%'", "5"}},
		{"inputs: {parameters: [{valueFrom: {supplied: %s}}]}", []string{"{}", "null"}, []string{"{a: b}", "[]", "a"}},
		{"nodeSelector: %s", []string{"{}", "{a: b, 5: c}", "{a: null}"}, []string{"{a: 5}", "[a]", "a"}},
		{"container: {args: %s}", []string{"[]", "[null]", "[a]"}, []string{"a", "[5]", "[[a]]", "{}"}},
		{"container: {volumeMounts: %s}", []string{"[null]", "[{}]"}, []string{"[a]", "{}", "[[]]"}},
	}
	for _, test := range tests {
		try := func(value string, want bool) {
			text := "kind: Workflow\nspec:\n  templates:\n  - " + strings.Replace(test.field, "%s", value, 1) + "\n"
			docs, faults := yaml.Parse(source.NewFile("a.yaml", text))
			if faults.Len() > 0 {
				t.Fatalf("%q: %v", text, faults.Sorted())
			}
			accepted := true
			schema.Check(docs[0].Root, "Workflow", schema.Options{}, func(f schema.Finding) {
				accepted = accepted && !refused[f.Rule]
			})
			if accepted != want {
				t.Errorf("%s: accepted = %v, want %v", strings.Replace(test.field, "%s", value, 1), accepted, want)
			}
		}
		for _, v := range test.good {
			try(v, true)
		}
		for _, v := range test.bad {
			try(v, false)
		}
	}
}

func TestTime(t *testing.T) {
	for value, want := range map[string]bool{
		"2006-01-02T15:04:05Z": true, "2006-01-02T15:04:05.123+01:00": true, "null": true,
		"2006-01-02": false, "''": false, "5": false,
	} {
		docs, _ := yaml.Parse(source.NewFile("a.yaml", "kind: Workflow\nstatus: {startedAt: "+value+"}\n"))
		got := true
		schema.Check(docs[0].Root, "Workflow", schema.Options{}, func(schema.Finding) { got = false })
		if got != want {
			t.Errorf("%s: accepted = %v, want %v", value, got, want)
		}
	}
}

func TestNothingToCheck(t *testing.T) {
	fail := func(f schema.Finding) { t.Errorf("unexpected finding: %+v", f) }
	schema.Check(nil, "Workflow", schema.Options{}, fail)
	schema.CheckMetadataOnly(nil, fail)
	docs, _ := yaml.Parse(source.NewFile("a.yaml", "[a]\n---\nkind: Job\nspec: 5\n"))
	for _, d := range docs {
		schema.Check(d.Root, "Job", schema.Options{}, fail)
		schema.CheckMetadataOnly(d.Root, fail)
	}
}

func TestValuesOf(t *testing.T) {
	if got := fmt.Sprint(schema.Values("RetryStrategy", "retryPolicy")); got != "[ Always OnFailure OnError OnTransientError]" {
		t.Errorf("values of retryPolicy: %s", got)
	}
	for _, path := range [][2]string{{"Template", "name"}, {"Template", "nope"}, {"Nope", "name"}} {
		if got := schema.Values(path[0], path[1]); got != nil {
			t.Errorf("values of %v: %q", path, got)
		}
	}
}

// FuzzCheck: no document makes the walk panic, findings point into the file,
// and nodes are written as JSON that leads back to them.
func FuzzCheck(f *testing.F) {
	f.Add("kind: Workflow\nspec: {templates: [{steps: [[{a: 1}]]}]}\n")
	f.Add("kind: CronWorkflow\nspec: &a {workflowSpec: {arguments: *b}, x: [1, null]}\n")
	f.Add("kind: Workflow\nspec:\n  entrypoint: |\n    a\n  podGC: \"{{x}}\"\n")
	f.Add("kind: Secret\nlabels: [5]\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("a.yaml", text)
		docs, _ := yaml.Parse(file)
		for _, d := range docs {
			check(d.Root, schema.Options{}, func(f schema.Finding) {
				if f.Span.File != file || f.Span.Start < 0 || f.Span.End > len(text) || f.Span.Start > f.Span.End {
					t.Errorf("%s: %s: outside the file: %+v", f.Rule, f.Message, f.Span)
				}
			})
			schema.Emit(d.Root, d.Root.Get("kind").Text())
		}
	})
}
