package rules_test

import "testing"

func TestExpressions(t *testing.T) {
	retry := func(e string) string {
		return template("retryStrategy: {limit: 2, expression: '" + e + "'}\ncontainer: {image: 'a:1', command: [b]}")
	}
	http := func(e string) string {
		return template("http: {url: 'https://example.com', successCondition: '" + e + "'}")
	}
	data := func(e string) string {
		return template("data: {source: {artifactPaths: {name: x, s3: {bucket: b}}}, transformation: [{expression: '" + e + "'}]}")
	}
	plant(t, []planted{
		{"expression-syntax", "(", retry("((lastRetry.exitCode")},
		{"expression-syntax", "==", http("response.statusCode ==")},
		{"expression-syntax", "|", data("filter(data, {#}) |")},
		{"expression-unknown-identifier", "nope", leaf("'{{=nope}}'")},
		{"expression-unknown-identifier", "nope", leaf("'{{=inputs.parameters.nope}}'")},
		{"expression-unknown-identifier", "sprig.nope", leaf("'{{=sprig.nope()}}'")},
		{"expression-unknown-identifier", "exitcode", retry(`lastRetry.exitcode == "1"`)},
		{"expression-hyphen", "inputs.parameters.part-size", leaf("'{{=inputs.parameters.part-size}}'")},
		{"expression-never-equal", "lastRetry.exitCode == 1", retry("lastRetry.exitCode == 1")},
		{"expression-type-mismatch", `"5" > 3`, leaf(`'{{="5" > 3}}'`)},
		{"expression-type-mismatch", "lastRetry.exitCode", retry("lastRetry.exitCode")},
		{"expression-type-mismatch", "response.body", http("response.body")},
		{"expression-scope", "workflow", retry(`workflow.name == "x"`)},
		{"expression-scope", "asInt", http("asInt(response.body) == 1")},
		{"expression-scope", "sprig.first", data("sprig.first(data)")},
		{"expression-nil-result", "find([1, 2], # > 3)", leaf("'{{=find([1, 2], # > 3)}}'")},
		{"expression-syntax", "", leaf(`'{{=inputs.parameters.day + "x"}}'`)},
		{"expression-unknown-identifier", "", leaf(`"{{=sprig.trim(inputs.parameters['part-size'])}} {{=workflow.parameters}}"`)},
		{"expression-never-equal", "", retry(`asInt(lastRetry.exitCode) in [1, 2] && lastRetry.status != "Error"`)},
		{"expression-scope", "", http(`response.statusCode == 200 && response.body contains "ok"`)},
		{"expression-type-mismatch", "", data(`filter(data, {# endsWith ".csv"})`)},
	})
}

func TestConditions(t *testing.T) {
	when := func(w string) string {
		return steps("- - {name: a, template: work}\n- - {name: b, template: work, when: " + w + "}")
	}
	plant(t, []planted{
		{"when-syntax", "a-b", when("'x == a-b'")},
		{"when-syntax", "=", when("'a = b'")},
		{"when-syntax", "(", when("'(a == b'")},
		{"when-syntax", "and", when("\"'{{steps.a.status}}' == 'x' and 'a' == 'a'\"")},
		{"when-not-boolean", "foo", when("foo")},
		{"when-not-boolean", "{{steps.a.exitCode}}", when("'{{steps.a.exitCode}}'")},
		{"when-quoted-vs-number", `"{{steps.a.exitCode}}" == 0`, when(`'"{{steps.a.exitCode}}" == 0'`)},
		{"when-constant", "a == b", when("a == b")},
		{"when-literal", "false", when("'false'")},
		{"impossible-status", "succeeded", when("'{{steps.a.status}} == succeeded'")},
		{"impossible-status", "Success", when(`"'{{steps.a.status}}' != 'Success'"`)},
		{"when-syntax", "", when(`"{{steps.a.outputs.result}} == heads && ({{steps.a.exitCode}} > 3 || 'a b' =~ '^a')"`)},
		{"when-not-boolean", "", when("'{{steps.a.outputs.result}}'")},
		{"impossible-status", "", when("'{{steps.a.status}} == Succeeded'")},
		{"impossible-status", "", when(`"'{{=steps.a.status}}' != 'Failed'"`)},
	})
}

func TestConditionsAfterSuccess(t *testing.T) {
	after := func(producer, consumer string) string {
		return dag("- {name: a, template: work" + producer + "}\n- {name: r, template: work}\n- {name: b, template: work, " + consumer + "}")
	}
	const failed = `when: "{{tasks.a.status}} == Failed"`
	const rule = "when-after-success"
	plant(t, []planted{
		{rule, "{{tasks.a.status}} == Failed", after("", "depends: a, "+failed)},
		{rule, "{{tasks.a.status}} == Failed", after("", "dependencies: [a], "+failed)},
		{rule, "{{tasks.a.status}} == Failed", after("", "depends: a.Succeeded && !r.Skipped, "+failed)},
		{rule, "{{tasks.a.exitCode}} > 0", after("", `depends: a, when: "{{tasks.a.exitCode}} > 0"`)},
		{rule, "", after("", "depends: a || a.Failed, "+failed)},
		{rule, "", after("", "depends: a || r, "+failed)},
		{rule, "", after("", "depends: (a.Failed && r.Failed) || (a && !r.Failed), "+failed)},
		{rule, "", after("", "depends: (a && !r.Failed) || (a.Failed && r.Failed), "+failed)},
		{rule, "{{tasks.a.status}} == Failed", after("", "depends: '!(!a || r)', "+failed)},
		{rule, "", after("", "depends: '!(!a && r)', "+failed)},
		{rule, "", after("", "depends: a == r, "+failed)},
		{rule, "", after("", `depends: a, when: "{{tasks.a.status}} != Failed"`)},
		{rule, "", after("", `depends: a, when: "{{tasks.a.status}} == {{tasks.a.outputs.result}}"`)},
		{rule, "", after(`, when: "{{workflow.name}} == x"`, "depends: a, "+failed)},
		{rule, "", after(", continueOn: {failed: true}", "dependencies: [a], "+failed)},
		{rule, "{{steps.a.status}} == Failed", steps("- - {name: a, template: work}\n- - {name: b, template: work, when: '{{steps.a.status}} == Failed'}")},
		{rule, "{{steps.a.status}} == Failed", steps("- - {name: a, template: work, continueOn: {failed: false}}\n- - {name: b, template: work, when: '{{steps.a.status}} == Failed'}")},
		{rule, "", steps("- - {name: a, template: work, continueOn: {failed: true}}\n- - {name: b, template: work, when: '{{steps.a.status}} == Failed'}")},
	})
	judge(t, []verdict{
		{"what a tag decides", rule, "-- weft.yaml --\ntarget: weft\n-- a.yaml --\n" +
			steps("- - {name: a, template: work, continueOn: {failed: '{{workflow.name}}'}}\n- - {name: b, template: work, when: '{{steps.a.status}} == Failed'}"), nil},
	})
}

func TestDepends(t *testing.T) {
	depends := func(d string) string {
		return dag("- {name: q, template: work}\n- {name: r, template: work}\n- {name: b, template: work, depends: '" + d + "'}")
	}
	plant(t, []planted{
		{"depends-syntax", "&&", depends("q &&")},
		{"depends-syntax", "(", depends("(q")},
		{"depends-syntax", "&", depends("q & r")},
		{"depends-syntax", ",", depends("q, r")},
		{"depends-syntax", "r", depends("q r")},
		{"depends-syntax", ".", depends("q.")},
		{"dependency-undefined", "and", depends("q and r")},
		{"depends-unsatisfiable", "!q.Succeeded && q.Succeeded", depends("!q.Succeeded && q.Succeeded")},
		{"depends-tautology", "q || !q", depends("q || !q")},
		{"depends-unreachable-result", "q.Daemoned", depends("q.Daemoned")},
		{"depends-unreachable-result", "q.Omitted", depends("r && q.Omitted")},
		{"depends-unreachable-result", "", depends("q.Succeeded || q.Skipped")},
		{"depends-syntax", "", depends("(q.Succeeded || q.Failed) && !r.Errored")},
		{"task-name-breaks-expression", "1q", dag("- {name: 1q, template: work}\n- {name: b, template: work, depends: 1q}")},
		{"task-name-breaks-expression", "nil", dag("- {name: nil, template: work}\n- {name: b, template: work, depends: nil.Succeeded}")},
		{"task-name-breaks-expression", "", dag("- {name: len, template: work}\n- {name: b, template: work, depends: len}")},
	})
}

func TestSmallLanguages(t *testing.T) {
	resource := func(condition, out string) string {
		return template("resource:\n  action: get\n  successCondition: " + condition + "\n  manifest: |\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: x}\noutputs: {parameters: [{name: p, valueFrom: {" + out + "}}]}")
	}
	metric := func(m string) string {
		return template("metrics: {prometheus: [{name: m, help: h, " + m + "}]}\ncontainer: {image: 'a:1', command: [b]}")
	}
	cron := func(when string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: main}\nspec:\n  schedules: ['0 3 * * *']\n  when: " + when +
			"\n  workflowSpec:\n    entrypoint: work\n    templates:\n" + indent(callees, "  ")
	}
	plant(t, []planted{
		{"resource-condition-syntax", "status.x === 1", resource("status.x === 1", "jsonPath: '{.a}'")},
		{"resource-condition-syntax", `status.x == "a"`, resource(`'status.x == "a"'`, "jsonPath: '{.a}'")},
		{"resource-condition-syntax", "status.x[0] == a", resource("'status.x[0] == a'", "jsonPath: '{.a}'")},
		{"resource-condition-syntax", "", resource("'status.x.0.y-z == {{pod.name}},a/b != c'", "jsonPath: '{.a}'")},
		{"resource-condition-syntax", `'.['`, resource("status.x == 1", "jqFilter: '.['")},
		{"resource-condition-syntax", "{", resource("status.x == 1", "jsonPath: '{((('")},
		{"resource-condition-syntax", "", resource("'status.phase in (Running, Succeeded),status.x>1,!status.y'", "jqFilter: '.a | map(.b)[0]'")},
		{"realtime-gauge-not-variable", `"5"`, metric(`gauge: {realtime: true, value: "5"}`)},
		{"realtime-gauge-not-variable", "", metric(`gauge: {realtime: true, value: "{{ duration }}"}`)},
		{"metric-variable-unknown", "{{durration}}", metric("gauge: {value: '{{durration}}'}")},
		{"metric-variable-unknown", "", metric("labels: [{key: k, value: '{{status}} {{workflow.name}}'}], counter: {value: '{{resourcesDuration.cpu}}'}")},
		{"cron-when-syntax", "{{cronworkflow.failed}}", cron("'{{cronworkflow.failed}} > 3'")},
		{"cron-when-syntax", "a", cron("'a == 3'")},
		{"cron-when-syntax", "==", cron("'{{= cronworkflow.failed }} =='")},
		{"expression-unknown-identifier", "failedd", cron("'{{= cronworkflow.failedd < 3 }}'")},
		{"cron-when-syntax", "", cron("'{{= cronworkflow.failed < 3 }}'")},
	})
}
