package rules_test

import "testing"

func TestControl(t *testing.T) {
	retry := func(strategy string) string { return aLeaf("retryStrategy: " + strategy) }
	deadline := func(seconds, fields string) string {
		return aWorkflow(`entrypoint: m, activeDeadlineSeconds: ` + seconds + `, templates: [{name: m, container: {image: b, command: [c]}, ` + fields + `}]`)
	}
	judge(t, []verdict{
		{"empty", "retry-unlimited", retry("{}"), []string{"retryStrategy"}},
		{"expression", "retry-unlimited", retry(`{expression: "asInt(retries) < 3"}`), nil},
		{"maxDuration", "retry-unlimited", retry("{backoff: {duration: 1s, maxDuration: 1m}}"), nil},
		{"on the workflow", "retry-unlimited", aWorkflow(`entrypoint: b, retryStrategy: {}, templates: [` + someTemplates + `]`), []string{"retryStrategy"}},
		{"in defaults", "retry-unlimited", aWorkflow(`entrypoint: b, templateDefaults: {retryStrategy: {}}, templates: [` + someTemplates + `]`), []string{"retryStrategy"}},
		{"negative", "retry-limit-not-int", retry("{limit: -1}"), []string{"-1"}},
		{"text of a number", "retry-limit-not-int", retry(`{limit: "3"}`), nil},
		{"from an argument", "retry-limit-not-int", aWorkflow(`entrypoint: m, arguments: {parameters: [{name: k, value: many}]}, templates: [{name: m, inputs: {parameters: [{name: k}]}, retryStrategy: {limit: "{{inputs.parameters.k}}"}, container: {image: b, command: [c]}}]`), []string{`"{{inputs.parameters.k}}"`}},
		{"not known yet", "retry-limit-not-int", anObject("WorkflowTemplate", "{name: a}", `templates: [{name: m, inputs: {parameters: [{name: k}]}, retryStrategy: {limit: "{{inputs.parameters.k}}"}, container: {image: b, command: [c]}}]`), nil},
		{"null", "retry-backoff-no-duration", retry("{limit: 1, backoff: null}"), nil},
		{"empty duration", "retry-backoff-no-duration", retry(`{limit: 1, backoff: {duration: ""}}`), []string{"backoff"}},
		{"all three", "retry-backoff-invalid", retry(`{limit: 1, backoff: {duration: 1x, maxDuration: 2y, factor: z}}`), []string{"x", "y", "z"}},
		{"bare seconds", "retry-backoff-invalid", retry(`{limit: 1, backoff: {duration: "10", factor: 2}}`), nil},
		{"cap", "retry-backoff-futile", retry(`{limit: 1, backoff: {duration: 1h, cap: 10m}}`), []string{"1h"}},
		{"deadline of the workflow", "retry-backoff-futile", deadline("60", "retryStrategy: {limit: 1, backoff: {duration: 2m}}"), []string{"2m"}},
		{"enough time", "retry-backoff-futile", deadline("600", "retryStrategy: {limit: 1, backoff: {duration: 2m}}"), nil},
		{"days", "duration-invalid", aLeaf("timeout: 1d"), []string{"d"}},
		{"no unit", "duration-invalid", aLeaf(`timeout: "5.5"`), []string{"5.5"}},
		{"pending", "duration-invalid", aLeaf("pendingTimeout: abc"), []string{"abc"}},
		{"delay of podGC", "duration-invalid", aWorkflow(`entrypoint: b, podGC: {deleteDelayDuration: abc}, templates: [` + someTemplates + `]`), []string{"abc"}},
		{"age takes no bare seconds", "duration-invalid", aLeaf(`memoize: {key: k, maxAge: "60", cache: {configMap: {name: c}}}`), []string{`60`}},
		{"good", "duration-invalid", aLeaf("timeout: 1h30m, pendingTimeout: 90"), nil},
		{"template", "deadline-zero-or-negative", aLeaf("activeDeadlineSeconds: 0"), []string{"0"}},
		{"negative timeout", "deadline-zero-or-negative", aLeaf("timeout: -5s"), []string{"-5s"}},
		{"workflow", "deadline-zero-or-negative", deadline("-1", "daemon: false"), []string{"-1"}},
		{"negative", "parallelism-zero", aWorkflow(`entrypoint: b, parallelism: -1, templates: [` + someTemplates + `]`), []string{"-1"}},
		{"both off", "continue-on-ineffective", someSteps(`{name: g, template: b, continueOn: {failed: false}}`, ""), []string{"continueOn"}},
		{"one on", "continue-on-ineffective", someSteps(`{name: g, template: b, continueOn: {error: true}}`, ""), nil},
		{"good", "fail-fast-ineffective", someSteps(`{name: g, template: b}`, ", failFast: false"), nil},
		{"http", "daemon-ineffective", aWorkflow(`entrypoint: m, templates: [{name: m, daemon: true, http: {url: "http://h"}}]`), []string{"true"}},
		{"transitive", "dag-target-drops-tasks", aWorkflow(`entrypoint: m, templates: [{name: m, dag: {target: c, tasks: [{name: a, template: b}, {name: b, template: b, dependencies: [a]}, {name: c, template: b, depends: b.Succeeded}, {name: d, template: b}]}}, ` + someTemplates + `]`), []string{"d"}},
		{"mutual", "unguarded-recursion", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: n}]]}, {name: n, dag: {tasks: [{name: h, template: m}]}}]`), []string{"m"}},
		{"list that runs out", "unguarded-recursion", someSteps(`{name: g, template: m, withParam: "{{workflow.parameters.l}}"}`, ""), nil},
		{"when another failed", "unguarded-recursion", aWorkflow(`entrypoint: m, templates: [{name: m, dag: {tasks: [{name: a, template: b}, {name: c, template: m, depends: a.Failed}]}}, ` + someTemplates + `]`), nil},
		{"twice, but not nested", "unguarded-recursion", someSteps(`{name: g, template: b}, {name: h, template: b}`, ""), nil},
		{"across objects", "unguarded-recursion", anObject("WorkflowTemplate", "{name: w}", `templates: [{name: t, steps: [[{name: g, templateRef: {name: v, template: t}}]]}]`) + "---\n" + anObject("WorkflowTemplate", "{name: v}", `templates: [{name: t, steps: [[{name: g, templateRef: {name: w, template: t}}]]}]`), []string{"t"}},
		{"group and leaf", "mutex-self-deadlock", aWorkflow(`entrypoint: m, templates: [{name: m, synchronization: {mutexes: [{name: l}]}, steps: [[{name: g, template: n}]]}, {name: n, synchronization: {mutexes: [{name: l}]}, container: {image: b, command: [c]}}]`), []string{"l"}},
		{"other namespace", "mutex-self-deadlock", aWorkflow(`entrypoint: m, synchronization: {mutexes: [{name: l}]}, templates: [{name: m, synchronization: {mutexes: [{name: l, namespace: x}]}, container: {image: b, command: [c]}}]`), nil},
		{"siblings", "mutex-self-deadlock", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: n}, {name: h, template: n}]]}, {name: n, synchronization: {mutexes: [{name: l}]}, container: {image: b, command: [c]}}]`), nil},
		{"both", "synchronization-incomplete", aLeaf("synchronization: {semaphores: [{configMapKeyRef: {name: a, key: b}, database: {key: c}}]}"), []string{"database"}},
		{"neither", "synchronization-incomplete", aLeaf("synchronization: {semaphores: [{namespace: a}]}"), []string{"namespace"}},
		{"good", "synchronization-incomplete", aLeaf("synchronization: {semaphores: [{configMapKeyRef: {name: a, key: b}}], mutexes: [{name: c}]}"), nil},
		{"slash beside a tag", "memoize-incomplete", aLeaf(`memoize: {key: "{{workflow.name}}/x", maxAge: 1h, cache: {configMap: {name: c}}}`), []string{"/"}},
		{"tags only", "memoize-incomplete", aLeaf(`memoize: {key: "{{workflow.name}}-{{workflow.uid}}", maxAge: 1h, cache: {configMap: {name: c}}}`), nil},
		{"no key", "memoize-incomplete", aLeaf(`memoize: {maxAge: 1h, cache: {configMap: {name: c}}}`), []string{"maxAge"}},
		{"key of an input", "artifact-key-collision", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: n, withItems: [a, b]}]]}, {name: n, container: {image: b, command: [c]}, outputs: {artifacts: [{name: z, path: /z, s3: {key: "{{workflow.name}}/z"}}, {name: y, path: /y, s3: {key: "{{pod.name}}/y"}}]}}]`), []string{`"{{workflow.name}}/z"`}},
		{"no loop", "artifact-key-collision", aWorkflow(`entrypoint: n, templates: [{name: n, container: {image: b, command: [c]}, outputs: {artifacts: [{name: z, path: /z, s3: {key: z}}]}}]`), nil},
		{"limited", "unbounded-fan-out", someSteps(`{name: g, template: b, withParam: "{{workflow.name}}"}`, ", parallelism: 2"), nil},
		{"quoted list", "when-on-list", someSteps(`{name: g, template: b, withItems: [1]}], [{name: h, template: b, when: "'{{steps.g.outputs.result}}' == '[]'"}`, ""), nil},
		{"status of a loop", "when-on-list", someSteps(`{name: g, template: b, withItems: [1]}], [{name: h, template: b, when: "{{steps.g.status}} == Failed"}`, ""), nil},
		{"list", "when-on-list", someSteps(`{name: g, template: o, withItems: [1]}], [{name: h, template: b, when: "{{steps.g.outputs.parameters.r}} > 1"}`, ""), []string{"steps.g.outputs.parameters.r"}},
		{"word", "when-outside-enum", aWorkflow(`entrypoint: m, arguments: {parameters: [{name: s, value: x, enum: [x, y]}]}, templates: [{name: m, steps: [[{name: g, template: b, when: "X != {{workflow.parameters.s}}"}]]}, {name: b, container: {image: b, command: [c]}}]`), []string{"X"}},
		{"part of a text", "when-outside-enum", aWorkflow(`entrypoint: m, arguments: {parameters: [{name: s, value: x, enum: [x, y]}]}, templates: [{name: m, steps: [[{name: g, template: b, when: "'a-{{workflow.parameters.s}}' == 'a-x'"}]]}, {name: b, container: {image: b, command: [c]}}]`), nil},
		{"guarded", "optional-output-required", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: o}], [{name: h, template: a, when: "{{steps.g.exitCode}} == 0", arguments: {artifacts: [{name: i, from: "{{steps.g.outputs.artifacts.ar}}"}]}}]]}, {name: o, container: {image: b, command: [c]}, outputs: {artifacts: [{name: ar, path: /ar, optional: true}]}}, {name: a, inputs: {artifacts: [{name: i, path: /i}]}, container: {image: b, command: [c]}}]`), nil},
		{"semaphore", "unbounded-fan-out", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: n, withParam: "{{workflow.parameters.l}}"}]]}, {name: n, synchronization: {semaphores: [{configMapKeyRef: {name: a, key: b}}]}, container: {image: b, command: [c]}}], arguments: {parameters: [{name: l, value: "[1]"}]}`), nil},
		{"sequence", "unbounded-fan-out", someSteps(`{name: g, template: b, withSequence: {count: "{{workflow.name}}"}}`, ""), []string{`"{{workflow.name}}"`}},
		{"shorter", "timeout-beyond-deadline", deadline("600", "timeout: 5m"), nil},
	})
}

func TestLifecycle(t *testing.T) {
	cron := func(fields string) string {
		return anObject("CronWorkflow", "{name: a}", fields+`, workflowSpec: {entrypoint: b, templates: [`+someTemplates+`]}`)
	}
	metric := func(fields string) string {
		return aLeaf(`metrics: {prometheus: [{name: x, help: h, ` + fields + `}]}`)
	}
	judge(t, []verdict{
		{"April", "cron-impossible-date", cron(`schedules: ["* * 31 4 *"]`), []string{"31 4"}},
		{"leap day", "cron-impossible-date", cron(`schedules: ["0 0 29 2 *"]`), nil},
		{"or a weekday", "cron-impossible-date", cron(`schedules: ["0 0 30 2 1"]`), nil},
		{"CRON_TZ", "cron-zone-twice", cron(`timezone: UTC, schedules: ["CRON_TZ=UTC 0 0 1 * *"]`), []string{"CRON_TZ=UTC"}},
		{"prefix alone", "cron-zone-twice", cron(`schedules: ["TZ=UTC 0 0 1 * *"]`), nil},
		{"all odd", "cron-every-nonsense", cron(`schedules: ["@every 0s", "@every -1h", "*/100 * * * *", "*-5 * * * *", "1,,2 * * * *"]`), []string{`"@every 0s"`, `"@every -1h"`, "*/100", "*-5", ","}},
		{"all good", "cron-every-nonsense", cron(`schedules: ["@every 1h", "*/15 * * * *", "1,2 1-5/2 * * *"]`), nil},
		{"no daylight saving", "cron-dst-gap", cron(`timezone: Asia/Tokyo, schedules: ["0 2 * * *"]`), nil},
		{"prefix", "cron-dst-gap", cron(`schedules: ["TZ=America/New_York 0 2 * * *"]`), []string{"2"}},
		{"at least", "cron-stop-strategy", cron(`schedules: ["@daily"], stopStrategy: {expression: cronworkflow.succeeded >= 1}`), nil},
		{"failed", "cron-history-negative", cron(`schedules: ["@daily"], failedJobsHistoryLimit: -2`), []string{"-2"}},
		{"two kinds", "metric-type", metric(`gauge: {value: "1", realtime: false}, counter: {value: "1"}`), []string{"counter"}},
		{"no buckets", "metric-type", metric(`histogram: {value: "1"}`), []string{"value"}},
		{"buckets of text", "metric-type", metric(`histogram: {value: "1", buckets: [1, abc]}`), []string{"abc"}},
		{"of the workflow", "metric-type", aWorkflow(`entrypoint: b, metrics: {prometheus: [{name: x, help: h}]}, templates: [` + someTemplates + `]`), []string{"x"}},
		{"no help, bad label, no value", "metric-incomplete", aWorkflow(`entrypoint: b, metrics: {prometheus: [{name: x, labels: [{key: a-b, value: v}], counter: {value: ""}}]}, templates: [` + someTemplates + `]`), []string{"x", "a-b", "counter"}},
		{"other labels", "metric-conflict", aLeaf(`metrics: {prometheus: [{name: x, help: h, labels: [{key: a, value: v}], counter: {value: "1"}}, {name: x, help: h, counter: {value: "1"}}]}`), []string{"x"}},
		{"same", "metric-conflict", aLeaf(`metrics: {prometheus: [{name: x, help: h, counter: {value: "1"}}, {name: x, help: h, counter: {value: "2"}}]}`), nil},
		{"good", "ttl-negative", aWorkflow(`entrypoint: b, ttlStrategy: {secondsAfterSuccess: 0}, templates: [` + someTemplates + `]`), nil},
		{"from an argument", "display-name-invalid", aWorkflow(`entrypoint: m, arguments: {parameters: [{name: k, value: "a b"}]}, templates: [{name: m, inputs: {parameters: [{name: k}]}, annotations: {workflows.argoproj.io/display-name: "{{inputs.parameters.k}}"}, container: {image: b, command: [c]}}]`), []string{`"{{inputs.parameters.k}}"`}},
		{"good", "display-name-invalid", aLeaf(`annotations: {workflows.argoproj.io/display-name: build-1.2}`), nil},
	})
}
