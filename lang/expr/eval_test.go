package expr

import (
	"reflect"
	"strings"
	"testing"
)

func TestEvalWhen(t *testing.T) {
	tests := []struct {
		want  string // true, false or error
		texts []string
	}{
		{"true", []string{
			`a == a`, `Succeeded == Succeeded`, `"hello world" == "hello world"`, `1 == 1`, `1 == 1.0`, `5 > 3`,
			`a in (a, b)`, `"abc" =~ "a.c"`, `[a b] == [a b]`, `"b" > "a"`, `0x1F == 31`, `5 % 2 == 1`,
			`true ? true : false`, `a + b == ab`, ``, `x != ""`, "a\n== a", `a\-b == "a-b"`, `! (a == b)`,
		}},
		{"false", []string{`"1" == 1`, `true == "true"`, `True == true`, `false`, `1 == -1`, `heads =~ tai`}},
		{"error", []string{
			`foo`, `1`, `a:b == a:b`, `hello world == hello world`, `a-b == a-b`, `a/b == a/b`, ` == a`, `a == `,
			`a.b == a.b`, `v1.2.3 == v1.2.3`, `1.2.3 == 1.2.3`, `a = a`, `a === a`, `{"a":1} == 1`, `{{item}} == 1`,
			`$a == $a`, `@a`, `😀`, `http://x == http://x`, `__x == __x`, `it's == it`, `true and false`, `not true`,
			`len(a) == 1`, `"5" > 3`, `1 < 2 < 3`, `a == a && b`, `"a" in ("a")`, `a in (a)`, `a in ()`, `a\`, `()`,
		}},
	}
	for _, tt := range tests {
		for _, text := range tt.texts {
			got, err := EvalWhen(text)
			verdict := map[bool]string{true: "true", false: "false"}[got]
			if err != nil {
				verdict = "error"
			}
			if verdict != tt.want {
				t.Errorf("EvalWhen(%q) = %v, %v; want %s", text, got, err, tt.want)
			}
			_, errs := ParseWhen(strings.ReplaceAll(text, "{{item}}", "{item}"))
			certain := false
			for _, e := range errs {
				certain = certain || e.Kind != NeverEqual
			}
			if certain != (tt.want == "error") {
				t.Errorf("ParseWhen(%q) = %v; evaluation is %s", text, errs, tt.want)
			}
		}
	}
}

func TestEvalCronWhen(t *testing.T) {
	for text, want := range map[string]string{
		"true": "true", "1 > 2": "false", `"a" == "a"`: "true", "a == a": "error", "": "error", "5": "error",
	} {
		got, err := EvalCronWhen(text)
		verdict := map[bool]string{true: "true", false: "false"}[got]
		if err != nil {
			verdict = "error"
		}
		if verdict != want {
			t.Errorf("EvalCronWhen(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
}

// variables are those of the evaluation tests.
var variables = map[string]string{
	"workflow.name":               "hello",
	"workflow.parameters":         `[{"name":"a-b","value":"1"}]`,
	"workflow.parameters.json":    `[{"name":"a-b","value":"1"}]`,
	"workflow.parameters.a-b":     "1",
	"workflow.parameters.x":       "5",
	"inputs.parameters.list":      "[1,2,3]",
	"inputs.parameters.data":      `{"a":{"b":"c"},"people":[{"name":"x","age":41},{"name":"y","age":43},{"name":"z"}]}`,
	"steps.a-b.outputs.result":    "r",
	"lastRetry.exitCode":          "1",
	"retries":                     "2",
	"item":                        "{}",
	"item.type":                   "always",
	"inputs.parameters.with.dots": "dotted",
}

func TestEvalExpr(t *testing.T) {
	tests := []struct {
		src  string
		want any
	}{
		{`workflow.name`, "hello"},
		{`workflow.parameters['a-b']`, "1"},
		{`workflow.parameters.json`, `[{"name":"a-b","value":"1"}]`},
		{`type(workflow.parameters)`, "map"},
		{`steps['a-b'].outputs.result + '!'`, "r!"},
		{`inputs.parameters.with.dots`, "dotted"},
		{`workflow.parameters.nope`, nil},
		{`workflow.parameters.nope ?? 'x'`, "x"},
		{`workflow.parameters.nope?.deep ?? 'x'`, "x"},
		{`workflow.parameters.nope == ''`, false},
		{`lastRetry.exitCode == 1`, false},
		{`asInt(lastRetry.exitCode) == 1`, true},
		{`asFloat(workflow.parameters.x) / 2`, 2.5},
		{`get(item, 'type')`, "always"},
		{`item.type`, "always"},
		{`toJson({"a": [1, "b"]})`, `{"a":[1,"b"]}`},
		{`inputs.parameters.list | fromJSON() | filter({# > 1}) | toJSON()`, "[\n  2,\n  3\n]"},
		{`toJson(inputs.parameters.list | fromJSON() | filter({# > 1}))`, "[2,3]"},
		{`jsonpath(inputs.parameters.data, '$.a.b')`, "c"},
		{`jsonpath(inputs.parameters.data, '$.people[?(@.age>42 && @.age<44)].name')`, []any{"y"}},
		{`sprig.trim(' a ') + sprig.upper('b')`, "aB"},
		{`sprig.int('x')`, 0},
		{`(sprig.int(retries)+1)*64`, 192},
		{`1/0 > 5`, true},
		{`let x = 2; x ** 3`, 8.0},
		{`"5" in ["5"] and not false`, true},
	}
	for _, tt := range tests {
		got, err := EvalExpr(tt.src, variables)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("EvalExpr(%q) = %#v, %v; want %#v", tt.src, got, err, tt.want)
		}
	}
	for _, src := range []string{
		``, `nope`, `workflow.parameters.a-b`, `workflow.parameters.nope.deep`, `workflow.parameters.nope.deep.er`,
		`asInt('x')`, `asFloat(nil)`, `jsonpath(inputs.parameters.data, '$.x')`, `jsonpath('x', '$')`,
		`sprig.nope()`, `sprig.env('HOME')`, `sprig.expandenv('$HOME')`, `1 == "1"`, `[1][5]`, `null`, `workflow.name ? 1 : 2`,
	} {
		if got, err := EvalExpr(src, variables); err == nil {
			t.Errorf("EvalExpr(%q) = %#v; want an error", src, got)
		}
	}
}

func TestFold(t *testing.T) {
	folded := map[string]string{
		`5`:                                  "5",
		`'a b'`:                              "a b",
		`''`:                                 "",
		`workflow.name + '-x'`:               "hello-x",
		`asInt(workflow.parameters.x) * 10`:  "50",
		`[1, 'a', {"b": nil}]`:               `[1,"a",{"b":null}]`,
		`true`:                               "true",
		`item.type`:                          "always",
		`retries`:                            "2",
		`map(1..3, # * 2)`:                   "[2,4,6]",
		`sprig.replace('l', 'L', 'hello')`:   "heLLo",
		`workflow.parameters.nope ?? 'late'`: "late",
		`count(1..100, # % 2 == 0)`:          "50",
	}
	for src, want := range folded {
		if got, ok := Fold(src, variables); !ok || got != want {
			t.Errorf("Fold(%q) = %q, %v; want %q", src, got, ok, want)
		}
	}
	for _, src := range []string{
		`nope`, `(`, ``, `nil`, `workflow.parameters.nope`, `workflow.status == 'x'`, `workflow.failures ?? 'x'`,
		`lastRetry.status ?? 'x'`, `item.other ?? 'x'`, `steps.later.outputs.result`, `tasks.a ?? 'x'`,
		`now().Year()`, `sprig.uuidv4()`, `sprig.getHostByName('example.com')`, `1.0/0`,
		`repeat('a', 10)`, `sprig.repeat(10, 'a')`, `reduce(1..40, #acc + #acc, 'x')`,
		`count(1..1000000, count(1..1000000, true) > 0) > 0`,
		`let a = 1..100000; count(a, count(a, true) > 0)`,
		`let a = workflow.name; ` + doubling(40),
		nested(`replace(%, "a", "aaaaaaaaaaaaaaaa")`, `"a"`, 20),
	} {
		if got, ok := Fold(src, variables); ok {
			t.Errorf("Fold(%q) = %q; want it left alone", src, got)
		}
	}
}

// doubling is an expression whose value has 2^n times the size of a.
func doubling(n int) string {
	var b strings.Builder
	last := "a"
	for i := range n {
		name := "v" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		b.WriteString("let " + name + " = " + last + " + " + last + "; ")
		last = name
	}
	return b.String() + last
}

// nested puts a pattern into itself n times, around inner.
func nested(pattern, inner string, n int) string {
	for range n {
		inner = strings.Replace(pattern, "%", inner, 1)
	}
	return inner
}

func TestNest(t *testing.T) {
	got := Nest(map[string]int{"a": 1, "a.b": 2, "a.b.c": 3, "a.d": 4, "x": 5})
	want := map[string]any{"a": map[string]any{"b": map[string]any{"c": 3}, "d": 4}, "x": 5}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Nest = %v; want %v", got, want)
	}
}

func TestJSONPath(t *testing.T) {
	const document = `{"a": {"b-c": [10, 20, 30]}, "e": [{"n": "x", "v": 1}, {"n": "y", "v": 2}, {"n": "z"}], "q": "it's"}`
	tests := []struct {
		path string
		want any
	}{
		{`$.a['b-c'][0]`, 10.0},
		{`a["b-c"][-1]`, 30.0},
		{`$.e[1].n`, "y"},
		{`$.e[*].n`, []any{"x", "y", "z"}},
		{`$.e[0:2].v`, []any{1.0, 2.0}},
		{`$.a['b-c'][::2]`, []any{10.0, 30.0}},
		{`$.a['b-c'][-2:]`, []any{20.0, 30.0}},
		{`$.a['b-c'][0,2]`, []any{10.0, 30.0}},
		{`$..n`, []any{"x", "y", "z"}},
		{`$.e[?(@.v > 1)].n`, []any{"y"}},
		{`$.e[?(@.n=="x")].v`, []any{1.0}},
		{`$.e[?(@.v)].n`, []any{"x", "y"}},
		{`$.e[*].nope`, []any{}},
		{`$.q`, "it's"},
	}
	for _, tt := range tests {
		if got, err := JSONPath(document, tt.path); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("JSONPath(%q) = %#v, %v; want %#v", tt.path, got, err, tt.want)
		}
	}
	for _, path := range []string{`$.nope`, `$.e[9]`, `$.e.n`, `$.a[`, `$.`, `$.a..`, `$.e[x]`, `$.e[0:1:2:3]`, `$.e[?(@.)]`, `$x`, `$.e[0]n`} {
		if got, err := JSONPath(document, path); err == nil {
			t.Errorf("JSONPath(%q) = %#v; want an error", path, got)
		}
	}
}
