package eval_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// parse is the first document of a text.
func parse(t testing.TB, text string) *tree.Document {
	t.Helper()
	docs, findings := yaml.Parse(source.NewFile("in.yaml", text))
	if findings.Len() > 0 || len(docs) != 1 {
		t.Fatalf("%q: %d documents, %v", text, len(docs), findings.Sorted())
	}
	return docs[0]
}

func call(t testing.TB, text string) *ir.Call {
	n := parse(t, text).Root
	return &ir.Call{WithItems: n.Get("withItems"), WithParam: n.Get("withParam"), WithSequence: n.Get("withSequence")}
}

func TestItems(t *testing.T) {
	scope := eval.Names{"inputs.parameters.list": `[1, {"b": [1, "x"], "a": null}]`, "inputs.parameters.n": "2"}
	for _, tt := range []struct{ in, want string }{
		{`{}`, ""},
		{`withItems: []`, ""},
		{`withItems: [a, 1, 1.5, true, 0x10]`, "n(0:a)=a n(1:1)=1 n(2:1.5)=1.5 n(3:true)=true n(4:16)=16"},
		{`withItems: ["f(x)", "{{inputs.parameters.n}}"]`, "n(0:fx)=f(x) n(1:2)=2"},
		{`withItems: [{os: linux, arch: "arm(64)"}]`, `n(0:arch:arm64,os:linux)={"arch":"arm(64)","os":"linux"}`},
		{`withItems: [[a, b], [1]]`, `n(0:[a b])=["a","b"] n(1:[1])=[1]`},
		{`withItems: [x<y&z, {k: "<&>"}]`, `n(0:x<y&z)=x<y&z n(1:k:<&>)={"k":"<&>"}`},
		{`withParam: "[]"`, ""},
		{`withParam: "{{inputs.parameters.list}}"`, `n(0:1)=1 n(1:a:null,b:[1 x])={"a":null,"b":[1,"x"]}`},
		{`withParam: '[10000000000000001, 1e3]'`, "n(0:10000000000000001)=10000000000000001 n(1:1e3)=1e3"},
		{`{withItems: [a], withParam: "[1]"}`, "n(0:a)=a"},
		{`withSequence: {count: 3}`, "n(0:0)=0 n(1:1)=1 n(2:2)=2"},
		{`withSequence: {count: 0}`, ""},
		{`withSequence: {count: -1}`, ""},
		{`withSequence: {start: 5, count: "{{inputs.parameters.n}}"}`, "n(0:5)=5 n(1:6)=6"},
		{`withSequence: {start: "1", end: "3", format: "host-%02d"}`, "n(0:host-01)=host-01 n(1:host-02)=host-02 n(2:host-03)=host-03"},
		{`withSequence: {start: 3, end: 1}`, "n(0:3)=3 n(1:2)=2 n(2:1)=1"},
		{`withSequence: {end: 0}`, "n(0:0)=0"},
	} {
		items, err := eval.Items(call(t, tt.in), scope)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
		}
		var got []string
		for i, it := range items {
			if it.Index != i {
				t.Errorf("%s: item %d has index %d", tt.in, i, it.Index)
			}
			got = append(got, it.Name("n")+"="+it.Value)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.in, s, tt.want)
		}
	}
}

func TestItemsRefused(t *testing.T) {
	for in, want := range map[string]string{
		`withParam: "{{steps.a.outputs.result}}"`:                        eval.ErrOpen.Error(),
		`withItems: ["{{steps.a.outputs.result}}"]`:                      eval.ErrOpen.Error(),
		`withItems: [{a: ["{{x}}"]}]`:                                    eval.ErrOpen.Error(),
		`withSequence: {count: "{{x}}"}`:                                 eval.ErrOpen.Error(),
		`withSequence: {count: 1, format: "{{x}}"}`:                      eval.ErrOpen.Error(),
		`withParam: "{}"`:                                                "not a JSON list",
		`withParam: "[1] x"`:                                             "not a JSON list",
		`withParam: "[1"`:                                                "not a JSON list",
		`withSequence: {count: many}`:                                    `count of withSequence is not a whole number: "many"`,
		`withSequence: {count: 1, format: "%s"}`:                         `format "%s" of withSequence does not print one whole number`,
		`withSequence: {count: 1, format: "x"}`:                          `format "x" of withSequence does not print one whole number`,
		`withSequence: {count: 1000001}`:                                 "the loop has 1000001 items",
		`withSequence: {end: 9223372036854775807}`:                       "allowed",
		`withSequence: {start: -9223372036854775807, end: 100}`:          "allowed",
		`withSequence: {start: 9223372036854775807, end: "-1"}`:          "allowed",
		`withSequence: {start: 0, end: "-9223372036854775808"}`:          "allowed",
		`withSequence: {start: 1, end: 99999999999999999999999999999.5}`: "whole number",
	} {
		items, err := eval.Items(call(t, in), eval.Names{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %d items and %v, want an error with %q", in, len(items), err, want)
		}
		if strings.Contains(want, "run") && !errors.Is(err, eval.ErrOpen) {
			t.Errorf("%s: %v is not ErrOpen", in, err)
		}
	}
}

func TestWithItem(t *testing.T) {
	items, err := eval.Items(call(t, `withItems: [{os: linux, at: {a: [1]}}]`), eval.Names{})
	if err != nil {
		t.Fatal(err)
	}
	s := eval.WithItem(eval.Names{"x": "y"}, items[0])
	const in = "{{item.os}} {{item.at}} {{item}} {{x}} {{item.gone}} {{=item.os + x}}"
	const want = `linux map[a:[1]] {"at":{"a":[1]},"os":"linux"} y {{item.gone}} linuxy`
	if got := eval.Fill(in, s).Text; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzItems(f *testing.F) {
	f.Add(`[1, {"a": "b"}]`, "1", "3", "%d")
	f.Add(`[[]]`, "", "-3", "x%5.2dx%%")
	f.Fuzz(func(t *testing.T, param, start, end, format string) {
		text := func(s string) *tree.Node { return &tree.Node{Kind: tree.String, Value: s} }
		entry := func(k, v string) tree.Entry { return tree.Entry{Key: text(k), Value: text(v)} }
		sequence := &tree.Node{Kind: tree.Map, Entries: []tree.Entry{entry("start", start), entry("end", end), entry("format", format)}}
		for _, c := range []*ir.Call{{WithParam: text(param)}, {WithSequence: sequence}} {
			items, err := eval.Items(c, eval.Names{})
			if err != nil && len(items) > 0 {
				t.Errorf("%d items and %v", len(items), err)
			}
			for _, it := range items {
				if strings.ContainsAny(it.Text, "()") {
					t.Errorf("item text %q holds parentheses", it.Text)
				}
			}
		}
	})
}

func TestBind(t *testing.T) {
	argument := func(name, value string) eval.Argument {
		f := source.NewFile("-p "+name, value)
		return eval.Argument{Name: name, Value: &tree.Node{Kind: tree.String, Value: value, Span: f.At(0, len(value))}}
	}
	args := []eval.Argument{argument("a", "new"), argument("b", "{{x}}")}
	for _, tt := range []struct{ in, want, used string }{
		{`{kind: Workflow, spec: {arguments: {parameters: [{name: a, value: old}, {name: c}]}}}`,
			`{"kind":"Workflow","spec":{"arguments":{"parameters":[{"name":"a","value":"new"},{"name":"c"}]}}}`, "a"},
		{`{kind: CronWorkflow, spec: {workflowSpec: {arguments: {parameters: [{name: b, valueFrom: {}}]}}}}`,
			`{"kind":"CronWorkflow","spec":{"workflowSpec":{"arguments":{"parameters":[{"name":"b","value":"{{x}}"}]}}}}`, "b"},
		{`{kind: Workflow, spec: {workflowTemplateRef: {name: t}}}`,
			`{"kind":"Workflow","spec":{"workflowTemplateRef":{"name":"t"},"arguments":{"parameters":[{"name":"a","value":"new"},{"name":"b","value":"{{x}}"}]}}}`, "a b"},
		{`{kind: ConfigMap, spec: {arguments: {parameters: [{name: a}]}}}`,
			`{"kind":"ConfigMap","spec":{"arguments":{"parameters":[{"name":"a"}]}}}`, ""},
		{`{kind: Workflow}`, `{"kind":"Workflow"}`, ""},
		{`[kind]`, `["kind"]`, ""},
	} {
		doc := parse(t, tt.in)
		before := string(yaml.JSON(doc.Root))
		bound, used := eval.Bind(doc, args)
		if got := string(yaml.JSON(bound.Root)); got != tt.want || strings.Join(used, " ") != tt.used {
			t.Errorf("%s:\ngot  %s, used %v\nwant %s, used %s", tt.in, got, used, tt.want, tt.used)
		}
		if after := string(yaml.JSON(doc.Root)); after != before {
			t.Errorf("%s: the document was changed to %s", tt.in, after)
		}
	}
}
