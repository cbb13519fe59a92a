package unit_test

import (
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/runtime/unit"
)

const good = `workflow: [a.yaml, b.yaml]
object: a
tests:
- name: one
  entrypoint: main
  parameters: {text: x, list: [1, 2]}
  mock:
  - {template: t, step: s, item: i, exitCode: 3, message: m, delay: 1m, failures: 2, lost: true, outputError: e}
  - {template: t, outputs: {result: {a: 1}, parameters: {p: 1}}}
  signals:
  - {at: 10s, do: set, step: s, message: m, phase: Failed, parameters: {p: v}}
  expect: {phase: Succeeded, message: m, duration: 1s, trace: f, ran: a, notRan: [b], outputs: {o: 1}, steps: {a: Failed}}
`

func TestParse(t *testing.T) {
	f, found := unit.Parse(source.NewFile("x_test.yaml", good))
	if found.Len() > 0 {
		t.Fatal(found.Sorted())
	}
	one := f.Tests[0]
	if len(f.Workflows) != 2 || f.Object.Text() != "a" || len(one.Mocks) != 2 || len(one.Signals) != 1 || one.Parameters[1].Value.Value != "[1,2]" {
		t.Errorf("%+v", one)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "one document",
		"a: 1":                                 `no field "a"`,
		"tests: []":                            "names no workflow",
		"workflow: a":                          "has no tests",
		"workflow: a\ntests: {}":               "this is a list",
		"workflow: a\ntests: [a]":              "a test is a map",
		"workflow: {a: b}\ntests: [{name: a}]": "this is a list",
		"workflow: a\ntests: [{expect: {}}]":   "needs a name",
		"workflow: a\ntests: [{name: a}]":      "expects nothing",
		"workflow: a\ntests: [{name: a, expect: {steps: {x: Gone}}}]":             `no phase "Gone"`,
		"workflow: a\ntests: [{name: a, expect: {}, mock: [{exitCode: 1}]}]":      "does not say of what",
		"workflow: a\ntests: [{name: a, expect: {}, signals: [{at: 1s}]}]":        "what to do",
		"workflow: a\ntests: [{name: a, expect: {}, signals: [{do: jump}]}]":      `no signal "jump"`,
		"workflow: a\ntests: [{name: a, expect: {duration: long}}]":               "no duration",
		"workflow: a\ntests: [{name: a, expect: {}, mock: [{step: s, lost: 1}]}]": "true or false",
	} {
		_, found := unit.Parse(source.NewFile("x_test.yaml", text))
		all := found.Sorted()
		if len(all) == 0 || !strings.Contains(all[0].Message, want) {
			t.Errorf("%q: %v", text, all)
		}
		for _, d := range all {
			if d.Span.File == nil {
				t.Errorf("%q: %q has no place", text, d.Message)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("workflow: a\ntests: [{name: a, expect: }]")
	f.Fuzz(func(t *testing.T, text string) {
		file, found := unit.Parse(source.NewFile("x_test.yaml", text))
		if found.Has(diag.Error) {
			return
		}
		if len(file.Tests) == 0 || len(file.Workflows) == 0 {
			t.Error("nothing to run, and nothing is wrong")
		}
	})
}
