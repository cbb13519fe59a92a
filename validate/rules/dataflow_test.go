package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

// A planted is a defect in a workflow, or its absence.
type planted struct {
	rule string
	at   string // the text underlined; "" when nothing may be found
	doc  string
}

// workflow is a workflow around templates; templates begin with the entrypoint.
func workflow(templates string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: main-}\nspec:\n  entrypoint: main\n  templates:\n" + templates + callees
}

// callees are what the entrypoints of these tests call.
const callees = `
  - name: work
    container: {image: "alpine:3.23", command: [date]}
  - name: echo
    inputs: {parameters: [{name: text, default: none}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
  - name: need
    inputs: {parameters: [{name: text}]}
    container: {image: "alpine:3.23", command: [echo, "{{inputs.parameters.text}}"]}
  - name: make
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs: {parameters: [{name: day, valueFrom: {path: /tmp/day}}]}
  - name: makes
    container: {image: "alpine:3.23", command: [sh, -c, date > /tmp/day]}
    outputs: {parameters: [{name: day, valueFrom: {path: /tmp/day, default: none}}]}
`

func steps(body string) string {
	return workflow("  - name: main\n    steps:\n" + indent(body, "    "))
}

func dag(body string) string {
	return workflow("  - name: main\n    dag:\n      tasks:\n" + indent(body, "      "))
}

func leaf(arg string) string {
	return workflow("  - name: main\n    inputs: {parameters: [{name: day, value: \"1\"}, {name: part-size, value: \"3\"}]}\n    container:\n      image: alpine:3.23\n      command: [echo]\n      args:\n      - " + arg + "\n")
}

func template(fields string) string {
	return workflow("  - name: main\n" + indent(fields, "    "))
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.Trim(text, "\n"), "\n", "\n"+by) + "\n"
}

func plant(t *testing.T, defects []planted) {
	t.Helper()
	for _, d := range defects {
		var found []string
		for _, f := range check(t, d.doc, validate.Strict) {
			if f.Rule == d.rule {
				found = append(found, f.Span.Text())
			}
			if d.at == "" && f.Severity == diag.Error {
				t.Errorf("%s: unwanted %s at %q: %s\n%s", d.rule, f.Rule, f.Span.Text(), f.Message, d.doc)
			}
		}
		switch {
		case d.at == "" && found != nil:
			t.Errorf("%s: found at %q, want nothing\n%s", d.rule, found, d.doc)
		case d.at != "" && (len(found) != 1 || found[0] != d.at):
			t.Errorf("%s: found at %q, want %q\n%s", d.rule, found, d.at, d.doc)
		}
	}
}

func TestOrderOfSteps(t *testing.T) {
	const text = "arguments: {parameters: [{name: text, value: "
	plant(t, []planted{
		{"same-group-reference", "steps.a.outputs.parameters.day", steps("- - {name: a, template: make}\n  - {name: b, template: echo, " + text + "'x {{steps.a.outputs.parameters.day}}'}]}}")},
		{"same-group-reference", "steps.a.outputs.result", steps("- - {name: a, template: work}\n  - {name: b, template: echo, when: '{{steps.a.outputs.result}} == x'}")},
		{"same-group-reference", "steps.b.outputs.result", steps("- - {name: a, template: echo, " + text + "'{{=steps.b.outputs.result}}'}]}}\n- - {name: b, template: work}")},
		{"same-group-reference", "steps.a.status", steps("- - {name: a, template: work, when: '{{steps.a.status}} == Failed'}")},
		{"same-group-reference", "", steps("- - {name: a, template: work}\n- - {name: b, template: echo, when: '{{steps.a.outputs.result}} == x'}")},
		{"same-group-reference", "", steps("- - {name: a, template: work, hooks: {exit: {template: echo, " + text + "'{{steps.a.outputs.result}}'}]}}}}")},
		{"dag-reference-without-dependency", "tasks.a.outputs.result", dag("- {name: a, template: work}\n- {name: b, template: echo, " + text + "'x {{tasks.a.outputs.result}}'}]}}")},
		{"dag-reference-without-dependency", "tasks.a.outputs.result", dag("- {name: a, template: work}\n- {name: b, template: echo, " + text + "'{{=tasks.a.outputs.result}}'}]}}")},
		{"dag-reference-without-dependency", "tasks.a.outputs.result", dag("- {name: a, template: work}\n- {name: b, template: echo, withParam: '{{tasks.a.outputs.result}}'}")},
		{"dag-reference-without-dependency", "tasks.b.outputs.result", dag("- {name: b, template: work, when: '{{tasks.b.outputs.result}} == x'}")},
		{"dag-reference-without-dependency", "", dag("- {name: a, template: work}\n- {name: m, template: work, depends: a}\n- {name: b, template: echo, depends: m, when: '{{tasks.a.outputs.result}} == x'}")},
	})
}

func TestSkippedProducers(t *testing.T) {
	const day = `arguments: {parameters: [{name: text, value: "{{tasks.a.outputs.parameters.day}}"}]}`
	const flip = `- {name: flip, template: work}` + "\n"
	const a = `- {name: a, template: make, depends: flip, when: "'{{tasks.flip.outputs.result}}' == 'yes'"}` + "\n"
	plant(t, []planted{
		{"skippable-producer-unhandled", "tasks.a.outputs.parameters.day", dag(flip + a + "- {name: b, template: need, depends: a, " + day + "}")},
		{"skippable-producer-unhandled", "tasks.a.outputs.parameters.day", dag(flip + a + "- {name: m, template: work, depends: a}\n- {name: b, template: need, depends: m, " + day + "}")},
		{"skippable-producer-unhandled", "tasks.a.outputs.parameters.day", dag("- {name: f, template: work}\n- {name: h, template: work, depends: f.Failed}\n- {name: a, template: make, depends: f.Succeeded}\n- {name: b, template: need, depends: h || a, " + day + "}")},
		{"skippable-producer-unhandled", "", dag(flip + a + "- {name: b, template: need, depends: a.Succeeded, " + day + "}")},
		{"skippable-producer-unhandled", "", dag(flip + a + "- {name: b, template: echo, depends: a, " + day + "}")},
		{"skippable-producer-unhandled", "", dag(flip + strings.Replace(a, "make", "makes", 1) + "- {name: b, template: need, depends: a, " + day + "}")},
		{"skippable-producer-unhandled", "", dag(flip + a + `- {name: b, template: need, depends: a, arguments: {parameters: [{name: text, value: "{{=tasks.a.outputs.parameters.day ?? ''}}"}]}}`)},
		{"failed-producer-result", "tasks.a.outputs.parameters.day", dag("- {name: a, template: make}\n- {name: b, template: need, depends: a.Failed || a.Errored, " + day + "}")},
		{"failed-producer-result", "", dag("- {name: a, template: make}\n- {name: b, template: need, depends: a.Failed || a.Succeeded, " + day + "}")},
	})
}

func TestLoops(t *testing.T) {
	one := func(loop, text string) string {
		return steps("- - name: a\n    template: echo\n    " + loop + "\n    arguments: {parameters: [{name: text, value: " + text + "}]}")
	}
	plant(t, []planted{
		{"with-param-not-list", "a,b", one("withParam: a,b", "'{{item}}'")},
		{"with-param-not-list", `'{"a":1}'`, one(`withParam: '{"a":1}'`, "'{{item}}'")},
		{"with-param-not-list", "", one(`withParam: '[1, "b"]'`, "'{{item}}'")},
		{"with-param-key-unknown", "{{item.zz}}", one(`withParam: '[{"a":1}]'`, "'{{item.zz}}'")},
		{"with-param-key-unknown", "", one(`withParam: '[{"a":1}]'`, "'{{item.a}}'")},
		{"with-items-heterogeneous", "{{item.a}}", one("withItems: [{a: 1}, {b: 2}]", "'{{item.a}}'")},
		{"with-items-heterogeneous", "{{item.a}}", one("withItems: [{a: 1}, b]", "'{{item.a}}'")},
		{"with-items-heterogeneous", "", one("withItems: [{a: 1}, {a: 2, b: 2}]", "'{{item.a}}'")},
		{"with-sequence-invalid", "withSequence", one("withSequence: {start: 3}", "'{{item}}'")},
		{"with-sequence-invalid", "abc", one("withSequence: {count: abc}", "'{{item}}'")},
		{"with-sequence-invalid", "-3", one("withSequence: {count: -3}", "'{{item}}'")},
		{"with-sequence-invalid", `"%s"`, one(`withSequence: {count: 3, format: "%s"}`, "'{{item}}'")},
		{"with-sequence-invalid", `"%q%q"`, one(`withSequence: {count: 3, format: "%q%q"}`, "'{{item}}'")},
		{"with-sequence-invalid", "", one(`withSequence: {start: "1", end: "5", format: "100%% node-%03X"}`, "'{{item}}'")},
		{"foreign-tag-in-loop", "{{ .Values.x }}", one("withItems: [a]", "'{{item}} {{ .Values.x }}'")},
		{"foreign-tag-in-loop", "", one("withItems: [a]", "'{{item}} {{workflow.name}}'")},
		{"global-name-collision", "", steps("- - {name: a, template: make, withItems: [a, b]}")},
	})
}

func TestOutputs(t *testing.T) {
	const group = "steps:\n- - {name: a, template: make, when: \"'{{workflow.name}}' == 'x'\"}\noutputs:\n  parameters:\n"
	plant(t, []planted{
		{"aggregate-of-skippable", "steps.a.outputs.parameters.day", template(group + "  - {name: day, valueFrom: {parameter: '{{steps.a.outputs.parameters.day}}'}}")},
		{"aggregate-of-skippable", "", template(group + "  - {name: day, valueFrom: {parameter: '{{steps.a.outputs.parameters.day}}', default: none}}")},
		{"aggregate-of-skippable", "", template(group + "  - {name: day, valueFrom: {expression: \"steps.a.status == 'Succeeded' ? steps.a.outputs.parameters.day : 'none'\"}}")},
		{"output-value-on-steps-or-dag", "x", template(group + "  - {name: z, value: x}")},
		{"expression-scope", "workflow", template(group + "  - {name: z, valueFrom: {expression: workflow.name}}")},
		{"output-path-relative", "q", template("container: {image: 'a:1', command: [b]}\noutputs: {parameters: [{name: z, valueFrom: {path: q}}]}")},
		{"output-path-duplicate", "/q", template("container: {image: 'a:1', command: [b]}\noutputs: {parameters: [{name: z, valueFrom: {path: /q}}, {name: x, valueFrom: {path: /q}}]}")},
		{"output-path-duplicate", "", template("container: {image: 'a:1', command: [b]}\noutputs: {parameters: [{name: z, valueFrom: {path: /q}}], artifacts: [{name: z, path: /q}]}")},
		{"archive-strategy-conflict", "10", template("container: {image: 'a:1', command: [b]}\noutputs: {artifacts: [{name: z, path: /q, archive: {tar: {compressionLevel: 10}}}]}")},
		{"archive-strategy-conflict", "", template("container: {image: 'a:1', command: [b]}\noutputs: {artifacts: [{name: z, path: /q, archive: {tar: {compressionLevel: 9}}}]}")},
		{"artifact-location-incomplete", "git", template("container: {image: 'a:1', command: [b]}\noutputs: {artifacts: [{name: z, path: /q, git: {repo: 'https://example.com/x.git'}}]}")},
		{"artifact-location-incomplete", "plugin", template("container: {image: 'a:1', command: [b]}\noutputs: {artifacts: [{name: z, path: /q, plugin: {key: x}}]}")},
		{"enum-violation", "medium", template("inputs: {parameters: [{name: s, value: medium, enum: [small, large]}]}\ncontainer: {image: 'a:1', command: [b]}")},
		{"enum-violation", "", template("inputs: {parameters: [{name: s, value: large, enum: [small, large]}]}\ncontainer: {image: 'a:1', command: [b]}")},
	})
}

// Help costs a look at all that is in scope: after many names of a run there is
// no more of it.
func TestHelpForManyNames(t *testing.T) {
	var tasks strings.Builder
	for i := range 150 {
		fmt.Fprintf(&tasks, "- {name: t%d, template: echo, arguments: {parameters: [{name: text, value: '{{workflow.nam}}'}]}}\n", i)
	}
	helped, found := 0, 0
	for _, d := range check(t, dag(tasks.String()), validate.Strict) {
		if d.Rule == "unresolved-reference" {
			found++
			if d.Help != "" {
				helped++
			}
		}
	}
	if found != 150 || helped != 100 {
		t.Errorf("help for %d of %d names", helped, found)
	}
}
