package jsonschema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/schema"
	"github.com/weft-lang/weft/validate/schema/jsonschema"
)

func parse(t testing.TB, text string) *tree.Node {
	t.Helper()
	docs, faults := yaml.Parse(source.NewFile("a.yaml", text))
	if len(docs) != 1 || faults.Len() > 0 {
		t.Fatalf("%q: %d documents, %v", text, len(docs), faults.Sorted())
	}
	return docs[0].Root
}

func collect(out *[]string) func(schema.Finding) {
	return func(f schema.Finding) {
		*out = append(*out, fmt.Sprintf("%q: %s", f.Span.Text(), f.Message))
	}
}

func TestCheck(t *testing.T) {
	const object = `{type: object, required: [name], additionalProperties: false,
		properties: {name: {type: string, minLength: 2}, size: {type: integer, maximum: 3}, mode: {enum: [a, b]},
		ports: {type: array, items: {anyOf: [{type: integer}, {pattern: "^[a-z]+$", type: string}]}}}}`
	tests := []struct{ schema, value, want string }{
		{object, `{name: ab, size: 3, mode: a, ports: [1, http]}`, ``},
		{object, `{size: 1}`, `"{size: 1}": the value lacks "name"`},
		{object, `{name: 5}`, `"5": the value must be of type string, not integer`},
		{object, `{name: "{{x}}", size: "{{y}}", ports: "{{z}}", mode: "{{w}}"}`, ``},
		{object, `{name: ab, nam: 1}`, `"nam": unknown field "nam"`},
		{object, `{name: ab, mode: c}`, `"c": the value must be one of "a", "b"`},
		{object, `{name: ab, size: 4}`, `"4": must be less than or equal to 3`},
		{object, `[a]`, `"[a]": the value must be of type object, not array`},
		{object, `{name: ab, ports: [1, {}]}`, `"{}": the value must be of type integer, not object`},
		{`{$ref: "#/definitions/a", definitions: {a: {type: boolean}}}`, `5`, `"5": the value must be of type boolean, not integer`},
		{`{$id: "http://x/y", type: object, additionalProperties: {$ref: "#"}}`, `{a: {b: 5}}`, `"5": the value must be of type object, not integer`},
		{`{items: {$ref: "#/definitions/a~1b"}, definitions: {a/b: {type: string}}}`, `[5]`, `"5": the value must be of type string, not integer`},
		{`{}`, `{a: [1, null]}`, ``},
		{`false`, `5`, `"5": false always fails validation`},
	}
	for _, test := range tests {
		s, err := jsonschema.Compile(parse(t, test.schema))
		if err != nil {
			t.Errorf("%s: %v", test.schema, err)
			continue
		}
		var got []string
		s.Check(parse(t, test.value), collect(&got))
		if text := strings.Join(got, "\n"); !strings.HasPrefix(text, test.want) || test.want == "" && text != "" {
			t.Errorf("%s:\n got %s\nwant %s", test.value, text, test.want)
		}
	}
}

func TestCheckParameter(t *testing.T) {
	tests := []struct{ schema, value, want string }{
		{`{type: integer}`, `5`, ``},
		{`{type: integer}`, `"5"`, ``},
		{`{type: string}`, `5`, ``},
		{`{type: integer}`, `five`, `"five": the value must be of type integer, not string`},
		{`{type: integer}`, `"{{x}}"`, ``},
		{`{type: integer}`, `null`, ``},
		{`{type: array, items: {type: integer}}`, `'[1, 2]'`, ``},
		{`{type: array, items: {type: integer}}`, `'[1, "a"]'`, `"'[1, \"a\"]'": 1: the value must be of type integer, not string`},
		{`{type: object, properties: {a: {type: boolean}}}`, `'{"a": 1}'`, `"'{\"a\": 1}'": a: the value must be of type boolean, not integer`},
		{`{enum: [small, large]}`, `medium`, `"medium": the value must be one of "small", "large"`},
	}
	for _, test := range tests {
		s, err := jsonschema.Compile(parse(t, test.schema))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		s.CheckParameter(parse(t, test.value), collect(&got))
		if text := strings.Join(got, "\n"); text != test.want {
			t.Errorf("%s as %s:\n got %s\nwant %s", test.value, test.schema, text, test.want)
		}
	}
}

// Schemas that cannot be used are refused, and nothing is fetched for them.
func TestCompileRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{type: nope}`:                          "has a primitive type that is NOT VALID",
		`{$ref: "http://127.0.0.1:1/a.json"}`:   "only parts of the same schema",
		`{$ref: "file:///etc/hostname"}`:        "only parts of the same schema",
		`{properties: {a: {$ref: other.json}}}`: "only parts of the same schema",
		`{$ref: "#"}`:                           "without end",
		`{allOf: [{$ref: "#/definitions/a"}], definitions: {a: {anyOf: [{$ref: "#"}]}}}`: "without end",
		`{dependencies: {a: {$ref: "#"}}}`:                                               "without end",
		`{properties: {a: {$id: "http://x"}}}`:                                           "can only stand at the top",
		`5`:                                                                              "read JSON Schema",
		`null`:                                                                           "read JSON Schema",
		`{pattern: "("}`:                                                                 "read JSON Schema",
		`{$ref: "#/definitions/nope"}`:                                                   "read JSON Schema",
	} {
		_, err := jsonschema.Compile(parse(t, text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(`{type: object, properties: {a: {type: integer}}}`, `{a: b}`)
	f.Add(`{anyOf: [{type: integer}, {pattern: a}]}`, `[1, "{{x}}"]`)
	f.Add(`{$ref: "#/definitions/a", definitions: {a: {not: {}}}}`, `5`)
	f.Fuzz(func(t *testing.T, text, value string) {
		file := source.NewFile("a.yaml", value)
		schemas, _ := yaml.Parse(source.NewFile("s.yaml", text))
		values, _ := yaml.Parse(file)
		if len(schemas) == 0 || len(values) == 0 {
			return
		}
		s, err := jsonschema.Compile(schemas[0].Root)
		if err != nil {
			return
		}
		report := func(f schema.Finding) {
			if f.Message == "" || f.Span.File != file {
				t.Errorf("bad finding %+v", f)
			}
		}
		s.Check(values[0].Root, report)
		s.CheckParameter(values[0].Root, report)
	})
}
