package trace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/trace"
)

// followed traces the documents of text.
func followed(t *testing.T, text string, exact bool) *trace.Trace {
	t.Helper()
	docs, found := yaml.Parse(source.NewFile("test.yaml", text))
	for _, f := range found.Sorted() {
		t.Fatalf("%s: %s", f.Span, f.Message)
	}
	return trace.Follow(compiler.Bind(docs), trace.Options{Exact: exact}, nil)
}

// library are templates that the tests call; its indentation is that of a list
// of templates.
const library = `
  - {name: plain, container: {image: a}}
  - {name: script, script: {image: a, source: date}}
  - {name: pause, suspend: {}}
  - {name: daemon, daemon: true, container: {image: a}}
  - name: takes
    inputs: {parameters: [{name: x}]}
    container: {image: a, args: ["{{inputs.parameters.x}}"]}
  - name: makes
    container: {image: a}
    outputs:
      parameters: [{name: r, valueFrom: {path: /r}}]
      artifacts: [{name: f, path: /f}]
  - name: exports
    container: {image: a}
    outputs: {parameters: [{name: r, globalName: g, valueFrom: {path: /r}}]}
`

func workflow(spec, templates string) string {
	return "kind: Workflow\nmetadata: {generateName: t-, labels: {team: a}}\nspec:\n  entrypoint: main\n" + spec +
		"  templates:\n" + strings.TrimPrefix(templates, "\n") + strings.TrimPrefix(library, "\n")
}

// TestScope checks which tags resolve where. lost are those that do not, also
// in exact traces unless exact says otherwise.
func TestScope(t *testing.T) {
	for name, c := range map[string]struct {
		spec, templates string
		lost, exact     string
	}{
		"globals": {spec: "  priority: 3\n  arguments: {parameters: [{name: p}]}\n", templates: `
  - name: main
    container: {image: a, args: ["{{workflow.name}} {{workflow.uid}} {{workflow.status}} {{workflow.priority}} {{workflow.labels.team}}",
      "{{workflow.parameters.p}} {{workflow.parameters}} {{workflow.creationTimestamp.RFC3339}} {{workflow.durations}}",
      "{{workflow.labels.other}}", "{{workflow.parameters.q}}", "{{workflow.nope}}", "{{workflow.failures}}"]}
`, lost: "workflow.labels.other workflow.parameters.q workflow.nope workflow.failures"},
		"no arguments, no priority": {templates: `
  - {name: main, container: {image: a, args: ["{{workflow.parameters}}", "{{workflow.priority}}"]}}
`, lost: "workflow.parameters workflow.priority"},
		"foreign roots": {templates: `
  - {name: main, container: {image: a, args: ["{{item}} {{foo.bar}} {{retries}} {{node.name}} {{Workflow.x}} {{ inputs }}"]}}
`},
		"leaf": {templates: `
  - name: main
    inputs: {parameters: [{name: x, value: v}], artifacts: [{name: f, path: /f, raw: {data: d}}]}
    container: {image: a, args: ["{{inputs.parameters.x}} {{inputs.parameters}} {{inputs.artifacts.f.path}} {{pod.name}} {{outputs.x.y}}",
      "{{inputs.parameters.y}}", "{{inputs.artifacts.f.key}}", "{{pod.ip}}", "{{steps.a.id}}", "{{item.k}}"]}
`, lost: "inputs.parameters.y inputs.artifacts.f.key pod.ip steps.a.id item.k"},
		"steps see those before them": {templates: `
  - name: main
    steps:
    - - {name: a, template: makes, when: "{{steps.b.id}} == {{steps.a.status}}"}
    - - name: b
        template: takes
        arguments: {parameters: [{name: x, value: "{{steps.a.outputs.parameters.r}} {{steps.a.outputs.result}} {{steps.a.id}} {{steps.a.outputs.parameters.s}} {{steps.a.ip}}"}]}
      - {name: d, template: daemon}
      - {name: p, template: pause}
    - - {name: c, template: plain, when: "{{steps.d.ip}} {{steps.p.outputs.result}} {{steps.p.exitCode}} {{pod.name}} {{inputs.artifacts.f.path}}"}
`, lost: "steps.b.id steps.a.outputs.parameters.s steps.a.ip steps.p.outputs.result steps.p.exitCode pod.name inputs.artifacts.f.path"},
		"an exit hook sees its own step": {templates: `
  - name: main
    steps:
    - - name: a
        template: makes
        hooks: {exit: {template: takes, arguments: {parameters: [{name: x, value: "{{steps.a.outputs.parameters.r}}"}]}}}
    - - name: b
        template: makes
        hooks: {mid: {expression: "true", template: takes, arguments: {parameters: [{name: x, value: "{{steps.b.outputs.parameters.r}}"}]}}}
`, lost: "steps.b.outputs.parameters.r"},
		"items": {templates: `
  - name: main
    steps:
    - - name: a
        template: takes
        withItems: [{k: 1}, [x, y]]
        arguments: {parameters: [{name: x, value: "{{item}} {{item.k}} {{item.[1]}} {{item.[2]}} {{item.k.l}}"}]}
      - {name: b, template: plain, withParam: "[]", when: "{{item.any.thing}}"}
    - - {name: c, template: plain, when: "{{steps.b.outputs.parameters}} {{steps.a.outputs.parameters}}"}
      - {name: d, template: plain, withSequence: {count: 2}}
    - - {name: e, template: plain, when: "{{steps.d.outputs.parameters}}"}
`, lost: "item.[2] item.k.l steps.d.outputs.parameters"},
		"items of one task are not those of another": {templates: `
  - name: main
    dag:
      tasks:
      - {name: a, template: plain, withItems: [{k: 1}], when: "{{item.k}}"}
      - {name: b, template: plain, when: "{{item.k}}"}
`, lost: "item.k"},
		"tasks see all outputs, and the status of ancestors": {templates: `
  - name: main
    dag:
      tasks:
      - {name: c, template: plain, depends: b, when: "{{tasks.a.status}} {{tasks.z.id}} {{tasks.d.exitCode}} {{tasks.d.status}}"}
      - {name: b, template: plain, depends: a}
      - {name: a, template: makes}
      - {name: d, template: script}
`, lost: "tasks.z.id tasks.d.status"},
		"outputs of a dag see no status": {templates: `
  - name: main
    dag: {tasks: [{name: a, template: plain}, {name: b, template: plain, onExit: plain}]}
    outputs: {parameters: [{name: x, value: "{{tasks.a.id}} {{tasks.a.status}} {{tasks.b.status}}"}]}
`, lost: "tasks.a.status"},
		"a hook sees the status of its own task": {templates: `
  - name: main
    dag:
      tasks:
      - name: a
        template: plain
        hooks: {exit: {template: takes, arguments: {parameters: [{name: x, value: "{{tasks.a.status}}"}]}}}
      - {name: b, template: plain, when: "{{tasks.b.status}}"}
`, lost: "tasks.b.status"},
		"target": {spec: "  arguments: {parameters: [{name: p, value: a}]}\n", templates: `
  - {name: main, dag: {target: "{{workflow.parameters.p}} {{tasks.a.id}} {{tasks.a.status}}", tasks: [{name: a, template: plain}]}}
`, lost: "tasks.a.id tasks.a.status", exact: "tasks.a.status"},
		"line breaks in tags": {templates: `
  - {name: main, container: {image: a, args: ["{{workflow.name\n}} {{\nworkflow.nope}} {{workflow.uid\t}} {{ workflow.name }} {{\u2028workflow.nope}}"]}}
`, lost: "workflow.name\n workflow.uid\t"},
		"values bring in tags": {templates: `
  - name: main
    steps: [[{name: a, template: passes, arguments: {parameters: [{name: x, value: "{{foo}}"}]}}]]
  - name: passes
    inputs: {parameters: [{name: y, value: "{{workflow.nope}}"}, {name: x}]}
    container: {image: a, args: ["{{inputs.parameters.x}}"]}
`, lost: "workflow.nope"},
		"outputs of an unknown template": {templates: `
  - name: main
    steps:
    - - {name: a, template: nowhere}
    - - {name: b, template: plain, when: "{{steps.a.status}} {{steps.a.id}} {{steps.a.outputs.parameters.x}}"}
`, exact: "steps.a.id steps.a.outputs.parameters.x"},
		"names that only an inline body knows": {templates: `
  - name: main
    steps:
    - - name: a
        inline: {container: {image: a, args: ["{{pod.name}}", "{{pod.nope}}"]}}
`, lost: "pod.nope", exact: "pod.name pod.nope pod.nope"},
		"an inline body in a loop": {templates: `
  - name: main
    steps:
    - - name: a
        withItems: [{k: 1}]
        inline: {container: {image: a, args: ["{{item.k}}"]}}
      - name: b
        withItems: [{k: 1}]
        inline: {container: {image: a, args: ["{{item.k}}", "{{item.l}}"]}}
`, lost: "item.k item.l", exact: "item.k item.l"},
		"exported names": {spec: "  onExit: uses\n", templates: `
  - name: main
    steps:
    - - {name: a, template: plain, when: "{{workflow.outputs.parameters.g}}"}
    - - {name: b, template: exports}
    - - {name: c, template: plain, when: "{{workflow.outputs.parameters.g}} {{workflow.outputs.parameters.h}}"}
  - {name: uses, container: {image: a, args: ["{{workflow.outputs.parameters.g}} {{workflow.failures}}"]}}
`, lost: "workflow.outputs.parameters.g workflow.outputs.parameters.h"},
		"exported by an independent task": {templates: `
  - name: main
    dag:
      tasks:
      - {name: a, template: uses}
      - {name: b, template: exports}
  - {name: uses, container: {image: a, args: ["{{workflow.outputs.parameters.g}}"]}}
`, exact: "workflow.outputs.parameters.g"},
		"exported by the entrypoint itself": {spec: "  onExit: uses\n", templates: `
  - {name: main, container: {image: a}, outputs: {parameters: [{name: r, globalName: own, valueFrom: {path: /r}}]}}
  - {name: uses, container: {image: a, args: ["{{workflow.outputs.parameters.own}}"]}}
`, exact: "workflow.outputs.parameters.own"},
		"artifacts under a name with a tag": {spec: "  onExit: uses\n", templates: `
  - {name: main, container: {image: a}, outputs: {artifacts: [{name: r, globalName: "x-{{workflow.name}}", path: /r}]}}
  - {name: uses, container: {image: a, args: ["{{workflow.outputs.artifacts.x-y}}"]}}
`},
		"failures in an exit hook": {spec: "  hooks: {exit: {template: after}}\n", templates: `
  - {name: main, container: {image: a}}
  - {name: after, steps: [[{name: a, template: uses}]]}
  - {name: uses, container: {image: a, args: ["{{workflow.failures}}"]}}
`, exact: "workflow.failures"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, exact := range []bool{false, true} {
				want := c.lost
				if exact && c.exact != "" {
					want = c.exact
				}
				checkLost(t, followed(t, workflow(c.spec, c.templates), exact), want)
			}
		})
	}
}

func checkLost(t *testing.T, tr *trace.Trace, want string) {
	t.Helper()
	var got []string
	for _, u := range tr.Unresolved {
		got = append(got, u.Name)
	}
	var wanted []string
	if want != "" {
		wanted = strings.Split(want, " ")
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		t.Errorf("got %q, want %q", got, wanted)
	}
}

// TestScopeOfKinds checks what the kind of the object, and a reference to
// another one, do to scopes.
func TestScopeOfKinds(t *testing.T) {
	const templates = `
  templates:
  - name: main
    container: {image: a, args: ["{{workflow.parameters.p}} {{workflow.labels.own}} {{workflow.annotations.run}}"]}
`
	for name, c := range map[string]struct{ text, lost string }{
		"a library accepts any parameter": {`
kind: WorkflowTemplate
metadata: {name: lib, labels: {own: a}}
spec:
  workflowMetadata: {annotations: {run: b}}` + templates, ""},
		"a cron workflow gives its runs the metadata it lists": {`
kind: CronWorkflow
metadata: {name: nightly, labels: {own: a}}
spec:
  schedules: ["@daily"]
  workflowMetadata: {annotations: {run: b}}
  workflowSpec:
    entrypoint: main
    arguments: {parameters: [{name: p, value: c}]}` + strings.ReplaceAll(templates, "\n", "\n  "), "workflow.labels.own"},
		"a referenced template is judged with the arguments of the caller": {`
kind: Workflow
metadata: {generateName: t-, labels: {own: a}}
spec:
  entrypoint: start
  arguments: {parameters: [{name: p, value: v}]}
  templates:
  - {name: start, steps: [[{name: a, templateRef: {name: lib, template: main}}]]}
---
kind: WorkflowTemplate
metadata: {name: lib, labels: {own: a}, annotations: {run: b}}
spec:` + templates, "workflow.annotations.run"},
		"a workflow takes over arguments and metadata of the one it refers to": {`
kind: Workflow
metadata: {generateName: t-}
spec:
  workflowTemplateRef: {name: lib}
---
kind: WorkflowTemplate
metadata: {name: lib, labels: {own: a}}
spec:
  entrypoint: main
  arguments: {parameters: [{name: p, value: v}]}
  workflowMetadata: {annotations: {run: b}}` + templates, "workflow.labels.own"},
	} {
		t.Run(name, func(t *testing.T) { checkLost(t, followed(t, c.text, true), c.lost) })
	}
}
