package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// producers are all ways in which a task can come out. fields are those of task
// P, others are further tasks.
var producers = []struct {
	name, fields, others, script string
	node                         string // what P is then
	holds                        string // the results that it has, as depends names them
}{
	{"Succeeded", "template: leaf", "", "", "Pod | Succeeded", "P Succeeded"},
	{"Failed", "template: leaf", "", "wf.P exit=1", "Pod | Failed", "Failed"},
	{"Error", "template: leaf", "", "wf.P lost", "Pod | Error", "Errored"},
	{"Error before it began", `template: leaf, when: "{{=1}}"`, "", "", "Skipped | Error", "Errored"},
	{"Skipped", `template: leaf, when: "a == b"`, "", "", "Skipped | Skipped", "P Skipped"},
	{"Omitted", "template: leaf, depends: Q.Failed", ", {name: Q, template: leaf}", "", "Skipped | Omitted", "Omitted"},
	{"Daemoned", "template: daemon", ", {name: last, template: leaf, depends: P}", "wf.P ready=10.0.0.1\nwf.last took=60s", "Pod | daemoned | Running", "P Daemoned"},
	{"a daemon that failed", "template: daemon", "", "wf.P exit=1", "Pod | Failed", "Failed"},
	{"a Retry node that Succeeded", "template: tried", "", "wf.P(0) exit=1", "Retry | Succeeded", "P Succeeded"},
	{"a Retry node that Failed", "template: tried", "", "wf.P* exit=1", "Retry | Failed", "Failed"},
	{"Steps that Failed", "template: nested", "", "wf.P[0].s exit=1", "Steps | Failed", "Failed"},
	{"a loop of which all Succeeded", "template: leaf, withItems: [1, 2]", "", "", "TaskGroup | Succeeded", "P Succeeded AnySucceeded"},
	{"a loop of which some Failed", "template: leaf, withItems: [1, 2]", "", "wf.P(0* exit=1", "TaskGroup | Failed", "Failed AnySucceeded"},
	{"a loop of which all Failed", "template: leaf, withItems: [1, 2]", "", "wf.P* exit=1", "TaskGroup | Failed", "Failed AllFailed"},
	{"a loop of Failed and Error", "template: leaf, withItems: [1, 2]", "", "wf.P* exit=1\nwf.P(0* lost", "TaskGroup | Failed", "Failed"},
	{"a loop of which all are in Error", "template: leaf, withItems: [1, 2]", "", "wf.P* lost", "TaskGroup | Error", "Errored"},
	{"a loop of which all are tried again and Failed", "template: tried, withItems: [1, 2]", "", "wf.P* exit=1", "TaskGroup | Failed", "Failed AllFailed"},
	{"a loop of which all are Skipped", `template: leaf, withItems: [1, 2], when: "{{item}} == 3"`, "", "", "TaskGroup | Succeeded", "P Succeeded"},
	{"a loop of Skipped and Failed", `template: leaf, withItems: [1, 2], when: "{{item}} == 2"`, "", "wf.P* exit=1", "TaskGroup | Failed", "Failed"},
	{"a loop without items", "template: leaf, withParam: \"[]\"", "", "", "Skipped | Skipped", "P Skipped"},
	{"a loop over what is no list", "template: leaf, withParam: text", "", "", "Skipped | Error", "Errored"},
}

const producerTemplates = "{name: tried, " + "retryStrategy: {limit: 1}, " + leafBody + "}\n" + "{name: nested, steps: [[{name: s, template: leaf}]]}"

// TestSpecDepends asks for every result of tasks that came out in every way
// (2.5): 21 ways, 9 results.
func TestSpecDepends(t *testing.T) {
	results := []string{"P", "Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"}
	var rows []specRow
	for _, p := range producers {
		main, want := "dag: {tasks: [{name: P, "+p.fields+"}"+p.others, "wf.P | "+p.node
		for _, result := range results {
			asked := "P." + result
			if result == "P" {
				asked = "P"
			}
			if strings.HasPrefix(result, "A") && !strings.Contains(p.fields, "with") {
				continue // only of loops, as the rule depends-items-without-loop says
			}
			main += fmt.Sprintf(", {name: is-%s, template: leaf, depends: %s}, {name: not-%s, template: leaf, depends: \"!%s\"}", result, asked, result, asked)
			is, not := "Succeeded", "Omitted | \"omitted: depends condition not met\""
			if !slices.Contains(strings.Fields(p.holds), result) {
				is, not = not, is
			}
			want += "\nwf.is-" + result + " | " + is + "\nwf.not-" + result + " | " + not
		}
		if strings.Contains(p.node, "daemoned") {
			want = strings.Replace(want, "daemoned | Running", "Succeeded", 1) // its scope is done
		}
		rows = append(rows, specRow{name: "2.5 depends on " + p.name, main: main + "]}", more: producerTemplates, script: p.script, want: want})
	}
	runSpec(t, rows)
}

// TestSpecDependencies goes through dependencies, with every continueOn (2.5).
func TestSpecDependencies(t *testing.T) {
	var rows []specRow
	for _, p := range producers {
		if strings.Contains(p.fields+p.others, "depends") {
			continue // the two do not mix
		}
		for _, c := range []struct{ name, fields, covers string }{
			{"without continueOn", "", ""},
			{"with continueOn failed", ", continueOn: {failed: true}", "Failed"},
			{"with continueOn error", ", continueOn: {error: true}", "Errored"},
			{"with continueOn both", ", continueOn: {failed: true, error: true}", "Failed Errored"},
		} {
			want := "Omitted"
			for _, result := range strings.Fields(p.holds) {
				if result == "P" || slices.Contains(strings.Fields(c.covers), result) {
					want = "Succeeded"
				}
			}
			rows = append(rows, specRow{
				name: "2.5 dependencies: " + p.name + " " + c.name, more: producerTemplates, script: p.script,
				main: "dag: {tasks: [{name: P, " + p.fields + c.fields + "}, {name: after, template: leaf, dependencies: [P]}]}",
				want: "wf.P | " + p.node + "\nwf.after | " + want,
			})
		}
	}
	runSpec(t, append(rows,
		specRow{name: "2.5 dependencies: all of them", main: "dag: {tasks: [{name: A, template: leaf}, {name: B, template: leaf}, {name: after, template: leaf, dependencies: [A, B]}]}",
			script: "wf.A exit=1", want: "wf.B | Succeeded\nwf.after | Omitted"},
		specRow{name: "2.5 dependencies: continueOn does not cover Omitted", script: "wf.A exit=1", want: "wf.B | Omitted\nwf.C | Omitted",
			main: "dag: {tasks: [{name: A, template: leaf}, {name: B, template: leaf, dependencies: [A], continueOn: {failed: true, error: true}}, {name: C, template: leaf, dependencies: [B]}]}"},
	))
}

// TestSpecDependsGrammar goes through what depends can say: A Succeeded, B-1
// Failed, C is in Error.
func TestSpecDependsGrammar(t *testing.T) {
	var rows []specRow
	for _, c := range []struct {
		depends string
		runs    bool
	}{
		{"A", true},
		{"B-1", false},
		{"B-1.Failed", true},
		{"!B-1", true},
		{"!A", false},
		{"!!A", true},
		{"A && B-1", false},
		{"A && B-1.Failed", true},
		{"A || B-1", true},
		{"B-1 || C", false},
		{"B-1 || C.Errored", true},
		{"A || B-1 && C", true},
		{"(A || B-1) && C", false},
		{"!(B-1 || C)", true},
		{"!B-1 && !C", true},
		{"A.Succeeded&&B-1.Failed&&C.Errored", true},
		{"A.Failed || B-1.Failed", true},
	} {
		want := "Succeeded"
		if !c.runs {
			want = "Omitted"
		}
		rows = append(rows, specRow{
			name: "2.5 depends: " + c.depends, script: "wf.B-1 exit=1\nwf.C lost", want: "wf.t | " + want,
			main: `dag: {tasks: [{name: A, template: leaf}, {name: B-1, template: leaf}, {name: C, template: leaf}, {name: t, template: leaf, depends: "` + c.depends + `"}]}`,
		})
	}
	runSpec(t, append(rows,
		specRow{name: "2.5 depends waits for all that it names", main: "dag: {tasks: [{name: A, template: leaf}, {name: B, template: leaf}, {name: t, template: leaf, depends: A || B}]}",
			script: "wf.B took=60s", want: "log | 1m0s start wf.t"},
		specRow{name: "2.5 depends waits for hooks", main: "dag: {tasks: [{name: A, template: leaf, hooks: {exit: {template: leaf}}}, {name: t, template: leaf, depends: A}]}",
			script: "wf.A.onExit took=60s", want: "log | 1m2s start wf.t"},
	))
}

// TestSpecTaskGroups goes through how a looped task comes out (2.5): as the last
// of its items that went wrong.
func TestSpecTaskGroups(t *testing.T) {
	var rows []specRow
	for _, c := range []struct{ items, want string }{
		{"ok ok ok", "Succeeded"},
		{"ok Failed ok", "Failed"},
		{"ok Error ok", "Error"},
		{"Failed Error ok", "Error"},
		{"Error Failed ok", "Failed"},
		{"Error ok Failed", "Failed"},
		{"Failed Failed Error", "Error"},
	} {
		script := ""
		for i, item := range strings.Fields(c.items) {
			// The first item ends last: the order of ends does not count.
			script += fmt.Sprintf("wf.P(%d* took=%ds %s\n", i, 9-i, map[string]string{"ok": "", "Failed": "exit=1", "Error": "lost"}[item])
		}
		rows = append(rows, specRow{
			name: "2.5 TaskGroup: " + c.items, script: script, want: "wf.P | TaskGroup | \"\" | children=3 | " + c.want + "\nrun | " + c.want,
			main: "dag: {tasks: [{name: P, template: leaf, withItems: [1, 2, 3]}]}",
		})
	}
	runSpec(t, append(rows, specRow{name: "2.5 TaskGroup: while an item runs", main: "dag: {tasks: [{name: P, template: leaf, withItems: [1, 2]}]}",
		script: "wf.P(0* exit=1\nwf.P(1* never", want: "wf.P | Running | blocked=P(1:2)\nwf | Running"}))
}

// TestSpecDAGs goes through how a DAG comes out (2.5).
func TestSpecDAGs(t *testing.T) {
	task := func(fields ...string) string {
		return "dag: {tasks: [{" + strings.Join(fields, "}, {") + "}]}"
	}
	leaf := func(name, more string) string { return "name: " + name + ", template: leaf" + more }
	runSpec(t, []specRow{
		{name: "2.5 DAG: all Succeeded", main: task(leaf("A", ""), leaf("B", "")), want: "wf | DAG | Succeeded | \"\""},
		{name: "2.5 DAG: a target Failed", main: task(leaf("A", ""), leaf("B", "")), script: "wf.B exit=1", want: "wf | DAG | Failed | \"\""},
		{name: "2.5 DAG: a target in Error", main: task(leaf("A", ""), leaf("B", "")), script: "wf.B lost", want: "wf | Error | \"\"\nrun | Error"},
		{name: "2.5 DAG: the first target that went wrong counts", main: task(leaf("A", ""), leaf("B", "")), script: "wf.A exit=1 took=9s\nwf.B lost", want: "wf | Failed"},
		{name: "2.5 DAG: targets count by name", main: task(leaf("B", ""), leaf("A", "")), script: "wf.A exit=1\nwf.B lost", want: "wf | Failed"},
		{name: "2.5 DAG: without failFast the last that went wrong counts", main: "dag: {failFast: false, tasks: [{name: A, template: leaf}, {name: B, template: leaf}]}", script: "wf.A exit=1\nwf.B lost", want: "wf | Error"},
		{name: "2.5 DAG: with failFast what can run runs", main: task(leaf("A", ""), leaf("B", ""), leaf("C", ", depends: B")), script: "wf.A exit=1\nwf.B took=60s", want: "wf.C | Succeeded\nwf | Failed | ended=1m2s"},
		{name: "2.5 DAG: a target in the order of dag.target", main: "dag: {target: B A, tasks: [{name: A, template: leaf}, {name: B, template: leaf}]}", script: "wf.A exit=1\nwf.B lost", want: "wf | Error"},
		{name: "2.5 DAG: what no target needs does not run", main: "dag: {target: B, tasks: [{name: A, template: leaf}, {name: B, template: leaf, depends: A}, {name: C, template: leaf, depends: B}, {name: D, template: leaf}]}",
			want: "wf.A | Succeeded\nwf.B | Succeeded\nwf.C | none\nwf.D | none\nwf | Succeeded"},
		{name: "2.5 DAG: continueOn of a target covers it", main: task(leaf("A", ", continueOn: {failed: true}"), leaf("B", "")), script: "wf.A exit=1", want: "wf.A | Failed\nwf | Succeeded"},
		{name: "2.5 DAG: continueOn failed does not cover Error", main: task(leaf("A", ", continueOn: {failed: true}"), leaf("B", "")), script: "wf.A lost", want: "wf | Error"},
		{name: "2.5 DAG: continueOn of a target, and another that Failed", main: task(leaf("A", ", continueOn: {error: true}"), leaf("B", "")), script: "wf.A lost\nwf.B exit=1", want: "wf | Failed"},
		{name: "2.5 DAG: a failure that is handled", main: task(leaf("A", ""), leaf("B", ", depends: A.Failed")), script: "wf.A exit=1", want: "wf.B | Succeeded\nwf | Succeeded"},
		{name: "2.5 DAG: a failure is handed on by what is Omitted", main: task(leaf("A", ""), leaf("B", ", depends: A"), leaf("C", ", depends: B")), script: "wf.A exit=1", want: "wf.C | Omitted\nwf | Failed"},
		{name: "2.5 DAG: an Error is handed on by what is Omitted", main: task(leaf("A", ""), leaf("B", ", depends: A")), script: "wf.A lost", want: "wf | Error"},
		{name: "2.5 DAG: a failure is handed on by what is Skipped", main: task(leaf("A", ""), leaf("B", `, depends: A.Failed, when: "a == b"`)), script: "wf.A exit=1", want: "wf.B | Skipped\nwf | Failed"},
		{name: "2.5 DAG: what Succeeded hands nothing on", main: task(leaf("A", ""), leaf("B", ", depends: A.Failed"), leaf("C", ", depends: B.Failed")), script: "wf.A exit=1", want: "wf.C | Omitted\nwf | Succeeded"},
		{name: "2.5 DAG: Omitted behind what Succeeded", main: task(leaf("A", ""), leaf("B", ", depends: A.Failed")), want: "wf.B | Omitted\nwf | Succeeded"},
		{name: "2.5 DAG: a failure wins over a success before an Omitted target", main: task(leaf("A", ""), leaf("B", ""), leaf("C", ", depends: A && B")), script: "wf.B exit=1", want: "wf.C | Omitted\nwf | Failed"},
		{name: "2.5 DAG: a failure inside of a tolerated attempt is none", main: task("name: A, template: tried", leaf("C", ", depends: A.Failed")), more: producerTemplates, script: "wf.A(0) exit=1",
			want: "wf.A | Succeeded\nwf.C | Omitted\nwf | Succeeded", differs: "an omitted or skipped target of a dag"},
		{name: "2.5 DAG: Running while a task runs", main: task(leaf("A", ""), leaf("B", "")), script: "wf.A exit=1\nwf.B never", want: "wf | Running | blocked=B\nrun | open"},
		{name: "2.5 DAG: Running while a hook runs", main: task(leaf("A", ", hooks: {exit: {template: leaf}}")), script: "wf.A.onExit never", want: "wf.A | Succeeded\nwf | Running"},
		{name: "2.5 DAG: stopped", main: task(leaf("A", ""), leaf("B", "")), script: "wf.A took=9s\nwf.B exit=0\nat after=5s stop", want: "wf.B | Succeeded\nwf | Failed | \"\"\nrun | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "2.5 DAG: stopped, and it waits for exit handlers", main: task(leaf("A", ", hooks: {exit: {template: leaf}}")), script: "wf.A never\nwf.A.onExit took=9s\nat after=5s stop", want: "wf.A.onExit | Succeeded | ended=14s\nwf | Failed | ended=14s"},
		{name: "2.5 DAG: stopped, and it is an exit handler", main: leafBody, spec: "onExit: bye", more: "{name: bye, " + task(leaf("A", ""), leaf("B", ", depends: A")) + "}", script: "wf.onExit* took=9s\nat after=5s stop",
			want: "wf.onExit.B | Succeeded\nwf.onExit | DAG | Succeeded"},
		{name: "2.5 DAG: arguments that cannot be resolved", main: task("name: A, template: leafp", `name: B, template: leafx, depends: A, arguments: {parameters: [{name: x, value: "{{tasks.A.outputs.parameters.p}}"}]}`),
			want: "wf.B | Skipped | Error\nwf | Error", differs: "a reference to an output that a step which ended did not leave"},
		{name: "2.5 DAG: a daemon that is ready is no failure", main: task("name: A, template: daemon", leaf("B", ", depends: A")), script: "wf.A ready=10.0.0.1", want: "wf | Succeeded\nwf.A | Succeeded"},
		{name: "2.5 DAG: failFast of the template", main: "failFast: true, parallelism: 1, " + task(leaf("A", ""), leaf("B", "")), script: "wf.A exit=1", want: "wf.B | none\nwf | Failed | \"template has failed or errored children and failFast enabled\""},
		{name: "2.5 DAG: failFast of the template does not count what continueOn covers", main: "failFast: true, parallelism: 1, " + task(leaf("A", ", continueOn: {failed: true}"), leaf("B", "")), script: "wf.A exit=1", want: "wf.B | Succeeded\nwf | Succeeded", differs: "`failFast` of a template"},
		{name: "2.5 DAG: an exit handler that fails changes nothing", main: task(leaf("A", ", hooks: {exit: {template: leaf}}"), leaf("B", ", depends: A")), script: "wf.A.onExit exit=1", want: "wf.A.onExit | Failed | hooked\nwf.B | Succeeded\nwf | Succeeded"},
		{name: "2.5 DAG: a hook on Running of what nobody saw running", main: task(leaf("A", `, hooks: {h: {template: leaf, expression: "tasks.A.status == 'Running'"}}`)), script: "wf.A unseen took=2s exit=1", want: "wf.A | Failed\nwf.A.hooks.h | Succeeded | hooked\nwf | Failed"},
		{name: "2.5 DAG: a hook on Running of what could not be started", main: task(leaf("A", `, hooks: {h: {template: leaf, expression: "tasks.A.status == 'Running'"}}`)), script: "wf.A unseen took=2s exit=64", want: "wf.A | Failed\nwf.A.hooks.h | none\nwf | Failed"},
		{name: "2.5 DAG: a hook whose expression is at fault", main: task(leaf("A", `, hooks: {h: {template: leaf, expression: "tasks.A.status + 1"}}`)), want: "wf | DAG | Error", differs: "a hook that cannot begin in a dag"},
		{name: "2.5 DAG: a task that has begun is not judged again", main: task(leaf("A", ""), leaf("B", ", depends: A.Succeeded || A.Failed"), leaf("C", ", depends: B.Succeeded")), script: "wf.A exit=1", want: "wf.C | Succeeded\nwf | Succeeded"},
		{name: "5.5 DAG: a timeout while Pending", main: task("name: A, template: late"), more: "{name: late, timeout: 5s, " + leafBody + "}", script: "wf.A pending", want: "wf.A | Failed | \"timeout\"\nwf | Failed"},
	})
}

// TestSpecManyHooks gives a call more hooks than a machine word has bits.
func TestSpecManyHooks(t *testing.T) {
	const count = 130
	var hooks strings.Builder
	for i := range count {
		fmt.Fprintf(&hooks, `, h%d: {template: leaf, expression: "tasks.A.status == 'Succeeded'"}`, i)
	}
	row := specRow{main: "dag: {tasks: [{name: A, template: leaf, hooks: {exit: {template: leaf}" + hooks.String() + "}}, {name: B, template: leaf, depends: A}]}"}
	p := row.play(t)
	for i := range count {
		if path := fmt.Sprintf("wf.A.hooks.h%d", i); !facts(p, path)["Succeeded"] {
			t.Errorf("%s has not run", path)
		}
	}
	if !facts(p, "wf.A.onExit")["Succeeded"] || !facts(p, "run")["Succeeded"] {
		t.Error(tree(p.e))
	}
}
