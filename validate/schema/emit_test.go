package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/schema"
)

func parse(t testing.TB, text string) *tree.Node {
	t.Helper()
	docs, faults := yaml.Parse(source.NewFile("a.yaml", text))
	if len(docs) != 1 || faults.Len() > 0 {
		t.Fatalf("%q: %d documents, %v", text, len(docs), faults.Sorted())
	}
	return docs[0].Root
}

func TestEmit(t *testing.T) {
	tests := []struct{ name, typ, in, want string }{
		{"empty structs stay", "Template", `{name: a}`, `{"name":"a","inputs":{},"outputs":{},"metadata":{}}`},
		{"order of the type", "Template", `{metadata: {}, container: {image: i}, name: a}`,
			`{"name":"a","inputs":{},"outputs":{},"metadata":{},"container":{"name":"","image":"i","resources":{}}}`},
		{"empty values go", "Template", `{name: "", daemon: false, volumes: [], nodeSelector: {}, failFast: null}`,
			`{"inputs":{},"outputs":{},"metadata":{},"daemon":false}`},
		{"a task has a name", "DAGTask", `{}`, `{"name":"","arguments":{}}`},
		{"a step need not", "WorkflowStep", `{}`, `{"arguments":{}}`},
		{"tasks are always there", "DAGTemplate", `{}`, `{"tasks":null}`},
		{"numbers become text", "Parameter", `{name: a, value: 1e3, default: 0x10, description: true}`,
			`{"name":"a","default":"16","value":"1000","description":"true"}`},
		{"empty text of a pointer stays", "Parameter", `{name: a, value: "", default: 0, enum: [1, null]}`,
			`{"name":"a","default":"0","value":"","enum":["1",""]}`},
		{"lists become nothing", "Parameter", `{name: a, value: [b]}`, `{"name":"a","value":""}`},
		{"keys of maps are sorted", "Metadata", `{labels: {b: "1", a: "<&>"}}`, `{"labels":{"a":"\u003c\u0026\u003e","b":"1"}}`},
		{"any case below steps", "WorkflowStep", `{name: a, arguments: {Parameters: [{NAME: b}]}}`,
			`{"name":"a","arguments":{"parameters":[{"name":"b"}]}}`},
		{"unknown fields go", "WorkflowStep", `{name: a, x: 1}`, `{"name":"a","arguments":{}}`},
		{"items as they are", "WorkflowStep", `{withItems: [1, {b: "&", a: null}, [true], 1.5]}`,
			`{"arguments":{},"withItems":[1,{"a":null,"b":"\u0026"},[true],1.5]}`},
		{"plugin as it is", "Template", `{plugin: {p: {b: 1, a: [x]}}}`,
			`{"inputs":{},"outputs":{},"metadata":{},"plugin":{"p":{"a":["x"],"b":1}}}`},
		{"groups", "Template", `{steps: [[{name: a}, null], null]}`,
			`{"inputs":{},"outputs":{},"metadata":{},"steps":[[{"name":"a","arguments":{}},{"arguments":{}}],null]}`},
		{"canonical quantities", "core.ResourceRequirements", `{limits: {cpu: 2000m, memory: 0.5, x: "{{a}}"}}`,
			`{"limits":{"cpu":"2","memory":"500m","x":"{{a}}"}}`},
		{"text or number", "RetryStrategy", `{limit: 3, backoff: {factor: "2"}}`, `{"limit":3,"backoff":{"factor":"2"}}`},
		{"wrong types as they stand", "Template", `{name: [a], inputs: b}`, `{"name":["a"],"inputs":"b","outputs":{},"metadata":{}}`},
		{"no type", "", `{b: [1, null], a: x}`, `{"a":"x","b":[1,null]}`},
	}
	for _, test := range tests {
		if got := schema.Emit(parse(t, test.in), test.typ).JSON; got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

// The tag that nobody closes runs on to the }} of the JSON text, and is placed
// where it begins.
func TestSpan(t *testing.T) {
	tests := []struct{ in, want string }{
		{`args: ["x {{workflow.name}} y"]`, "{{workflow.name}}"},
		{`args: ["x {{workflow.name"]`, "{{workflow.name"},
		{`args: ["<&{{a}}"]`, "{{a}}"},
		{`args: ["\t{{a\n<b>}}\t"]`, `{{a\n<b>}}`},
		{"args:\n- |\n  é {{=\n  'ü' }}\n  z", "{{=\n  'ü' }}"},
		{`args: ["{{a\u2028}}"]`, `{{a\u2028}}`},
		{`image: "{{a<"`, "{{a<"},
	}
	for _, test := range tests {
		e := schema.Emit(parse(t, test.in), "core.Container")
		tags, open := expr.Tags(e.JSON)
		start, end := open, len(e.JSON)
		if len(tags) > 0 {
			start, end = tags[0].Start, tags[0].End
		}
		if got := e.Span(start, end).Text(); got != test.want {
			t.Errorf("%s: tag of %s at %q, want %q", test.in, e.JSON, got, test.want)
		}
	}
}

func TestPunctuationHasNoPlace(t *testing.T) {
	e := schema.Emit(parse(t, `{name: a}`), "Template")
	if n, _ := e.At(0); n != nil {
		t.Errorf("the first brace comes from %q", n.Value)
	}
	if s := e.Span(0, 1); !s.IsZero() {
		t.Errorf("the first brace is at %v", s)
	}
}

// FuzzEmitText compares with encoding/json, and follows every byte back.
func FuzzEmitText(f *testing.F) {
	for _, seed := range []string{"", "plain", "<a href=\"x\">&", "\x00\x1f\b\f\n\r\t\x7f\\", "é\u2028\u2029\ufffd", "\xff\xe2\x80", "{{a}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := &tree.Node{Kind: tree.String, Value: text}
		e := schema.Emit(n, "")
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if e.JSON != string(want) {
			t.Fatalf("%q: got %s, want %s", text, e.JSON, want)
		}
		last := 0
		for off := 1; off < len(e.JSON)-1; off++ {
			from, value := e.At(off)
			if from != n || value < last || value >= len(text) {
				t.Fatalf("%q: byte %d of %s is said to come from %d", text, off, e.JSON, value)
			}
			if c := e.JSON[off]; c != '\\' && strings.Count(e.JSON, `\`) == 0 && text[value] != c {
				t.Fatalf("%q: byte %d is %q, and %q at %d", text, off, c, text[value], value)
			}
			last = value
		}
	})
}
