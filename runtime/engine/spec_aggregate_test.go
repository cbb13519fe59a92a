package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// collectors read what a loop, or a step that did not run, hands on.
const collectors = `{name: item, inputs: {parameters: [{name: v, value: ""}]}, outputs: {parameters: [{name: p, valueFrom: {path: /p}}, {name: q, valueFrom: {path: /q, default: none}}]}, container: {image: i, command: [x], args: ["{{inputs.parameters.v}}"]}}
{name: twice, retryStrategy: {limit: 2}, outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, container: {image: i, command: [x]}}
{name: inner, outputs: {parameters: [{name: p, valueFrom: {parameter: "{{steps.s.outputs.parameters.p}}"}}]}, steps: [[{name: s, template: leafp}]]}
{name: fallback, inputs: {parameters: [{name: x, default: own}]}, container: {image: i, command: [x], args: ["{{inputs.parameters.x}}"]}}
{name: loads, inputs: {artifacts: [{name: f, path: /f}]}, container: {image: i, command: [x]}}
{name: mayload, inputs: {artifacts: [{name: f, path: /f, optional: true}]}, container: {image: i, command: [x]}}
{name: saves, outputs: {artifacts: [{name: f, path: /f}]}, container: {image: i, command: [x]}}
`

// inBoth makes a row of a producer P and consumers, once as steps and once as a
// dag. In the row's texts PATH stands for the path up to P, NEXT for that up to
// the consumers, and SCOPE for steps or tasks.
func inBoth(r specRow, producer string, consumers ...string) []specRow {
	steps, dag := r, r
	steps.name, dag.name = r.name+", steps", r.name+", dag"
	steps.main = "steps: [[{name: P, " + producer + "}], [{" + strings.Join(consumers, "}, {") + "}]]"
	dag.main = "dag: {tasks: [{name: P, " + producer + "}"
	for _, c := range consumers {
		dag.main += ", {dependencies: [P], " + c + "}"
	}
	dag.main += "]}"
	fill := func(row *specRow, with ...string) specRow {
		replace := strings.NewReplacer(with...).Replace
		row.main, row.script, row.want = replace(row.main), replace(row.script), replace(row.want)
		return *row
	}
	return []specRow{
		fill(&steps, "PATH", "wf[0]", "NEXT", "wf[1]", "SCOPE", "steps"),
		fill(&dag, "PATH", "wf", "NEXT", "wf", "SCOPE", "tasks"),
	}
}

// TestSpecAggregate goes through what a loop hands on (2.6).
func TestSpecAggregate(t *testing.T) {
	const three = "template: item, withItems: [a, b, c], continueOn: {failed: true, error: true}"
	var rows []specRow
	for _, c := range []struct{ name, producer, script, reference, want, differs string }{
		{"outputs.result: JSON results", three, "PATH.P(0* result=1\nPATH.P(1* result=\"{\\\"a\\\":~2}\"\nPATH.P(2* result=[3]", "outputs.result", `[1,{"a":2},[3]]`, ""},
		{"outputs.result: a string that is JSON", three, "PATH.P* result=\"\\\"s\\\"\"", "outputs.result", `["s","s","s"]`, ""},
		{"outputs.result: what is not JSON", three, "PATH.P(0* result=one\nPATH.P(1* result=2\nPATH.P(2* result=three", "outputs.result", `["one",2,"three"]`, "results of loop items that are not JSON, in `outputs.result` of the loop"},
		{"outputs.result: in the order of items, not of ends", three, "PATH.P(0* result=0 took=9s\nPATH.P(1* result=1 took=5s\nPATH.P(2* result=2", "outputs.result", `[0,1,2]`, ""},
		{"outputs.result: only of items that Succeeded", three, "PATH.P(0* result=0 exit=1\nPATH.P(1* result=1\nPATH.P(2* lost", "outputs.result", `[1]`, ""},
		{"outputs.result: not of items that were Skipped", three + `, when: "{{item}} != a"`, "PATH.P* result=1", "outputs.result", `[1,1]`, ""},
		{"outputs.result: none Succeeded", three, "PATH.P* exit=1", "outputs.result", `[]`, "`outputs.*` of a loop of which no item succeeded"},
		{"outputs.result: of Retry nodes, not of attempts", "template: twice, withItems: [a, b]", "PATH.P* result=7\nPATH.P(0:a)(0) result=6 exit=1", "outputs.result", `[7,7]`, ""},
		{"outputs.result: not of hooks", "template: item, withItems: [a, b], hooks: {exit: {template: leaf}}", "PATH.P* result=1\n*.onExit result=9", "outputs.result", `[1,1]`, ""},
		{"outputs.result: more than nine items count by number", `template: item, withSequence: {count: "11"}`, "PATH.P* result=0\nPATH.P(2:* result=2\nPATH.P(10:* result=10", "outputs.result", `[0,0,2,0,0,0,0,0,0,0,10]`, ""},

		{"outputs.parameters.p: texts", three, "PATH.P* p.p=x\nPATH.P(1* p.p=y", "outputs.parameters.p", `["x","y","x"]`, ""},
		{"outputs.parameters.p: numbers are texts", three, "PATH.P* p.p=1\nPATH.P(1* p.p=true", "outputs.parameters.p", `["1","true","1"]`, ""},
		{"outputs.parameters.p: all are objects or lists", three, "PATH.P* p.p=[1]\nPATH.P(1* p.p=\"{\\\"a\\\":1}\"", "outputs.parameters.p", `[[1],{"a":1},[1]]`, ""},
		{"outputs.parameters.p: some are objects or lists", three, "PATH.P* p.p=[1]\nPATH.P(1* p.p=x", "outputs.parameters.p", `["[1]","x","[1]"]`, ""},
		{"outputs.parameters.p: only of items that Succeeded", three, "PATH.P* p.p=x\nPATH.P(1* exit=1 p.p=y", "outputs.parameters.p", `["x","x"]`, ""},
		{"outputs.parameters.p: defaults of the items", three, "PATH.P* p.p=x\nPATH.P(1* p.p=x p.q=y", "outputs.parameters.q", `["none","y","none"]`, ""},
		{"outputs.parameters.p: of Steps", "template: inner, withItems: [a, b]", "*.s p.p=x", "outputs.parameters.p", `["x","x"]`, ""},
		{"outputs.parameters.p: of Retry nodes", "template: twice, withItems: [a, b]", "PATH.P* p.p=x\nPATH.P(0:a)(0) p.p=y exit=1", "outputs.parameters.p", `["x","x"]`, ""},
		{"outputs.parameters.p: none Succeeded", three, "PATH.P* exit=1", "outputs.parameters.p", `[]`, "`outputs.*` of a loop of which no item succeeded"},

		{"outputs.parameters: of all items", three, "PATH.P* p.p=x p.q=z\nPATH.P(1* p.p=y p.q=z", "outputs.parameters", `[{"p":"x","q":"z"},{"p":"y","q":"z"},{"p":"x","q":"z"}]`, ""},
		{"outputs.parameters: items that Failed are left out", three, "PATH.P* p.p=x p.q=z\nPATH.P(0* exit=1", "outputs.parameters", `[{"p":"x","q":"z"},{"p":"x","q":"z"}]`, ""},
		{"outputs.parameters: items without any are left out", "template: leafp, withItems: [a, b]", "PATH.P(0* p.p=x", "outputs.parameters", `[{"p":"x"}]`, ""},
	} {
		rows = append(rows, inBoth(
			specRow{name: "2.6 " + c.name, more: collectors, script: c.script, want: "NEXT.C | Succeeded | x<" + c.want, differs: c.differs},
			c.producer, `name: C, template: leafx, arguments: {parameters: [{name: x, value: "{{SCOPE.P.`+c.reference+`}}"}]}`,
		)...)
	}
	rows = append(rows, inBoth(
		specRow{name: "2.6 a loop over what a loop hands on", more: collectors, script: "PATH.P(0* p.p=x\nPATH.P(1* p.p=y", want: "NEXT.C(0:x) | v<x\nNEXT.C(1:y) | v<y"},
		"template: item, withItems: [a, b]", `name: C, template: item, withParam: "{{SCOPE.P.outputs.parameters.p}}", arguments: {parameters: [{name: v, value: "{{item}}"}]}`,
	)...)
	runSpec(t, rows)
}

// TestSpecItems goes through what items are, and what they are called (2.6, 1.3).
func TestSpecItems(t *testing.T) {
	var rows []specRow
	for _, c := range []struct{ name, loop, value, want string }{
		{"texts", "withItems: [a, b]", "{{item}}", "P(0:a) | v<a; P(1:b) | v<b; P(2:c) | none"},
		{"numbers", "withItems: [1, 2.5]", "{{item}}", "P(0:1) | v<1; P(1:2.5) | v<2.5"},
		{"booleans", "withItems: [true]", "{{item}}", "P(0:true) | v<true"},
		{"maps", "withItems: [{b: 1, a: z}]", "{{item}}", `P(0:a:z,b:1) | v<{"a":"z","b":1}`},
		{"keys of maps", "withItems: [{b: 1, a: z}]", "{{item.a}}-{{item.b}}", "P(0:a:z,b:1) | v<z-1"},
		{"lists", "withItems: [[1, 2]]", "{{item}}", "P(0:[1 2]) | v<[1,2]"},
		{"parentheses", `withItems: ["f(x)"]`, "{{item}}", "P(0:fx) | v<f(x)"},
		{"withParam", `withParam: '["a", 1]'`, "{{item}}", "P(0:a) | v<a; P(1:1) | v<1"},
		{"a sequence by count", `withSequence: {count: "2"}`, "{{item}}", "P(0:0) | v<0; P(1:1) | v<1; P(2:2) | none"},
		{"a sequence by start and count", `withSequence: {start: "5", count: "2"}`, "{{item}}", "P(0:5) | v<5; P(1:6) | v<6"},
		{"a sequence by end", `withSequence: {start: "2", end: "3"}`, "{{item}}", "P(0:2) | v<2; P(1:3) | v<3; P(2:4) | none"},
		{"a sequence that descends", `withSequence: {start: "3", end: "2"}`, "{{item}}", "P(0:3) | v<3; P(1:2) | v<2; P(2:1) | none"},
		{"a sequence with a format", `withSequence: {count: "1", format: "n%02X"}`, "{{item}}", "P(0:n00) | v<n00"},
		{"a sequence of none", `withSequence: {count: "0"}`, "{{item}}", `P | Skipped | Skipped | "Skipped, empty params"`},
		{"an empty list", `withParam: "[]"`, "{{item}}", `P | Skipped | Skipped | "Skipped, empty params"`},
		{"withParam is no list, and the condition is false", `withParam: text, when: "a == b"`, "{{item}}", "P | Skipped | Skipped"},
	} {
		want := "PATH." + strings.ReplaceAll(c.want, "; ", "\nPATH.")
		rows = append(rows, inBoth(specRow{name: "2.6 items: " + c.name, more: collectors, want: want},
			"template: item, "+c.loop+`, arguments: {parameters: [{name: v, value: "`+c.value+`"}]}`, "name: C, template: leaf")...)
	}
	runSpec(t, rows)
}

// TestSpecAbsent goes through who reads what a step that did not run would have
// left (2.7).
func TestSpecAbsent(t *testing.T) {
	argument := func(template, value string) string {
		return "name: C, template: " + template + `, arguments: {parameters: [{name: x, value: "` + value + `"}]}`
	}
	artifact := func(template, more string) string {
		return "name: C, template: " + template + `, arguments: {artifacts: [{name: f` + more + `, from: "{{SCOPE.P.outputs.artifacts.f}}"}]}`
	}
	const skipped = `template: item, when: "a == b"`
	var rows []specRow
	for _, c := range []struct{ name, producer, consumer, ok, message string }{
		{"a default of the output", skipped, argument("leafx", "{{SCOPE.P.outputs.parameters.q}}"), "x<none", ""},
		{"an argument that is the reference, and the input has a default", skipped, argument("fallback", "{{SCOPE.P.outputs.parameters.p}}"), "x<own", ""},
		{"an argument that is the reference, and the input has none", skipped, argument("leafx", "{{SCOPE.P.outputs.parameters.p}}"), "",
			`input parameter "x": the argument references an output of a step that did not run`},
		{"a reference in a text", skipped, argument("fallback", "v={{SCOPE.P.outputs.parameters.p}}"), "",
			`input parameter "x": "SCOPE.P.outputs.parameters.p" has no value: the step did not run`},
		{"an expression sees nil", skipped, argument("leafx", "{{=SCOPE.P.outputs.parameters.p == nil ? 'nil' : 'some'}}"), "x<nil", ""},
		{"an expression with a default", skipped, argument("leafx", "{{=SCOPE.P.outputs.parameters.p ?? 'other'}}"), "x<other", ""},
		{"a condition", skipped, `name: C, template: leaf, when: "{{SCOPE.P.outputs.parameters.p}} == x"`, "", `when: "SCOPE.P.outputs.parameters.p" has no value: the step did not run`},
		{"a result", skipped, argument("fallback", "{{SCOPE.P.outputs.result}}"), "x<own", ""},
		{"an empty loop", "template: item, withItems: []", argument("fallback", "{{SCOPE.P.outputs.parameters.p}}"), "x<own", ""},
		{"a status is there", skipped, argument("leafx", "{{SCOPE.P.status}}"), "x<Skipped", ""},
		{"an artifact that is optional", `template: saves, when: "a == b"`, artifact("mayload", ""), "Succeeded", ""},
		{"an artifact whose argument is optional", `template: saves, when: "a == b"`, artifact("mayload", ", optional: true"), "Succeeded", ""},
	} {
		for _, row := range inBoth(specRow{name: "2.7 " + c.name, more: collectors}, c.producer, c.consumer) {
			steps := strings.HasSuffix(row.name, "steps")
			next, scope := "wf", "tasks"
			if steps {
				next, scope = "wf[1]", "steps"
			}
			switch {
			case c.message == "":
				row.want = next + ".C | Pod | Succeeded | " + c.ok
			case steps && !strings.HasPrefix(c.message, "when"):
				row.want = fmt.Sprintf("%s | StepGroup | Error | %q\n%s.C | none", next, `failed to resolve references: step "C": `+strings.ReplaceAll(c.message, "SCOPE", scope), next)
			default:
				row.want = fmt.Sprintf("%s.C | Skipped | Error | %q", next, strings.ReplaceAll(c.message, "SCOPE", scope))
			}
			rows = append(rows, row)
		}
	}
	runSpec(t, append(rows,
		specRow{name: "2.7 an omitted task", more: collectors, want: "wf.P | Omitted\nwf.C | x<own",
			main: `dag: {tasks: [{name: A, template: leaf}, {name: P, template: item, depends: A.Failed}, {depends: P.Omitted, ` + argument("fallback", "{{tasks.P.outputs.parameters.p}}") + `}]}`},
		specRow{name: "2.7 an artifact that is required, steps", more: collectors, want: "wf[1] | StepGroup | Error\nwf | Failed",
			main: `steps: [[{name: P, template: saves, when: "a == b"}], [{` + strings.ReplaceAll(artifact("loads", ""), "SCOPE", "steps") + `}]]`},
		specRow{name: "2.7 an artifact that is required, dag", more: collectors, want: "wf.C | Skipped | Error",
			main: `dag: {tasks: [{name: P, template: saves, when: "a == b"}, {depends: P, ` + strings.ReplaceAll(artifact("loads", ""), "SCOPE", "tasks") + `}]}`},
		specRow{name: "2.7 an output of the template with a default", more: collectors, want: "wf | Succeeded | o=else",
			main: `outputs: {parameters: [{name: o, valueFrom: {parameter: "{{steps.P.outputs.parameters.p}}", default: else}}]}, steps: [[{name: P, ` + skipped + `}]]`},
		specRow{name: "2.7 an output of the template without a default", more: collectors, want: "wf | Error",
			main: `outputs: {parameters: [{name: o, valueFrom: {parameter: "{{steps.P.outputs.parameters.p}}"}}]}, steps: [[{name: P, ` + skipped + `}]]`},
		specRow{name: "2.7 an output of the template by an expression", more: collectors, want: "wf | Succeeded | o=neither",
			main: `outputs: {parameters: [{name: o, valueFrom: {expression: "steps.P.outputs.parameters.p ?? 'neither'"}}]}, steps: [[{name: P, ` + skipped + `}]]`},
	))
}
