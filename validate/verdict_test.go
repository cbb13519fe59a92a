package validate_test

import (
	"testing"
)

// hello is a workflow that is accepted.
const hello = `kind: Workflow
metadata: {generateName: hello-}
spec: {entrypoint: main, templates: [{name: main, container: {image: a}}]}
`

// withArguments is hello with arguments.
func withArguments(list string) string {
	return "kind: Workflow\nspec: {entrypoint: main, arguments: " + list + ", templates: [{name: main, container: {image: a}}]}\n"
}

// TestVerdicts holds profile argo to what the reference accepts in odd places.
func TestVerdicts(t *testing.T) {
	const binding = "kind: WorkflowEventBinding\nmetadata: {name: b}\nspec: {event: {selector: x, foo: 1}}\n"
	for about, c := range map[string]struct {
		files  map[string]string
		accept bool
	}{
		"a document without a kind is passed over": {one(hello + "---\nname: 5\n"), true},
		"and one whose kind is no text":            {one(hello + "---\nkind: 5\nname: 5\n"), true},
		"and one whose kind is spelled otherwise":  {one(hello + "---\nKind: X\nname: 5\n"), true},
		"one of another kind is decoded":           {one(hello + "---\nkind: X\nname: 5\n"), false},
		"JSON without a kind is decoded":           {map[string]string{"a.yaml": hello, "b.json": `{"name": 5}`}, false},

		"a key that is a list makes no YAML":      {one(hello + "---\n[a]: x\n" + hello), true},
		"nor does a key that is missing":          {one(hello + "---\n~: x\n" + hello), true},
		"nor does an alias of nothing":            {one(hello + "---\nkind: Workflow\nspec: *a\n"), true},
		"alone, such a document leaves nothing":   {one("[a]: x\n" + hello), false},
		"an unknown field of a binding, alone":    {map[string]string{"a.yaml": hello, "b.yaml": binding}, true},
		"an unknown field of a binding, together": {one(hello + "---\n" + binding), false},
		"a type error of a binding, alone":        {map[string]string{"a.yaml": hello, "b.yaml": "kind: WorkflowEventBinding\nspec: {event: {selector: 5}}\n"}, false},

		"numbers arrive without an exponent":  {one(withArguments(`{parameters: [{name: p, value: 1e21, enum: ["1000000000000000000000"]}]}`)), true},
		"in an enum, too":                     {one(withArguments(`{parameters: [{name: p, value: "0.0000001", enum: [1e-7]}]}`)), true},
		"integers arrive by way of a float":   {one(withArguments(`{parameters: [{name: p, value: 9007199254740993, enum: ["9007199254740992"]}]}`)), true},
		"and not as they are written":         {one(withArguments(`{parameters: [{name: p, value: 9007199254740993, enum: ["9007199254740993"]}]}`)), false},
		"an artifact at the root of a server": {one(withArguments(`{artifacts: [{name: a, artifactory: {url: "http://host/"}}]}`)), true},
		"an artifact that is a server":        {one(withArguments(`{artifacts: [{name: a, artifactory: {url: "http://host"}}]}`)), false},
		"a server with a user":                {one(withArguments(`{artifacts: [{name: a, artifactory: {url: "http://host", usernameSecret: {name: s, key: k}}}]}`)), true},

		"a tag that names its own task is no output": {one(`kind: Workflow
spec:
  entrypoint: main
  templates:
  - {name: main, dag: {tasks: [{name: name, template: leaf}, {name: b, depends: name, template: leaf, arguments: {parameters: [{name: p, value: "{{tasks.name}}"}]}}]}}
  - {name: leaf, container: {image: a}}
`), false},
		"what is dropped below a step is not looked into": {one(callee(`arguments: {foo: "{{workflow.nope}}"}`)), true},
		"nor in an inline template":                       {one(callee(`inline: {container: {image: a, foo: "{{workflow.nope}}"}}`)), true},
		"what is taken in another case is":                {one(callee(`inline: {container: {image: a, Args: ["{{workflow.nope}}"]}}`)), false},
		"a list is no value":                              {one(callee(`arguments: {parameters: [{name: p, value: ["{{workflow.nope}}"]}]}`)), true},
		"a text is one":                                   {one(callee(`arguments: {parameters: [{name: p, value: "{{workflow.nope}}"}]}`)), false},

		"a template that an earlier run has kept": {one(keeper + "status: {storedTemplates: {namespaced/lib/kept: {name: kept, container: {image: a}}}}\n"), true},
		"a template that it has not kept":         {one(keeper + "status: {storedTemplates: {namespaced/lib/kept: {name: other, container: {image: a}}}}\n"), false},
	} {
		if got, findings := accepts(specimen{files: c.files}); got != c.accept {
			t.Errorf("%s: accepted: %v%s", about, got, findings)
		}
	}
}

// callee is a workflow with one step, of the fields given.
func callee(fields string) string {
	return "kind: Workflow\nspec: {entrypoint: main, templates: [{name: main, steps: [[{name: a, template: leaf, " + fields + "}]]}, {name: leaf, container: {image: a}}]}\n"
}

// keeper calls a template that only its status may hold.
const keeper = `kind: Workflow
spec: {entrypoint: main, templates: [{name: main, steps: [[{name: a, template: kept}]]}]}
`

func one(text string) map[string]string { return map[string]string{"a.yaml": text} }
