package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/validate"
)

// A verdict is what one rule says of a document: the texts it underlines, none
// when it is content.
type verdict struct {
	name, rule, document string
	at                   []string
}

// judge runs each document in profile strict, which has every rule but those
// of security.
func judge(t *testing.T, verdicts []verdict) {
	t.Helper()
	for _, v := range verdicts {
		t.Run(v.rule+"/"+v.name, func(t *testing.T) {
			var got []string
			for _, d := range check(t, v.document, validate.Strict) {
				if d.Rule == v.rule {
					got = append(got, d.Span.Text())
				}
			}
			if !slices.Equal(got, v.at) {
				t.Errorf("underlined %q, want %q in\n%s", got, v.at, v.document)
			}
		})
	}
}

// aWorkflow is a Workflow with the spec, given in flow style without its braces.
func aWorkflow(spec string) string { return anObject("Workflow", "{generateName: a-}", spec) }

func anObject(kind, metadata, spec string) string {
	return "apiVersion: argoproj.io/v1alpha1\nkind: " + kind + "\nmetadata: " + metadata + "\nspec: {" + spec + "}\n"
}

// aLeaf is a workflow of one container template with more fields.
func aLeaf(fields string) string {
	return aWorkflow(`entrypoint: m, templates: [{name: m, container: {image: b, command: [c]}, ` + fields + `}]`)
}

// aContainer is a workflow of one container with one argument.
func aContainer(arg, fields string) string {
	return aWorkflow(`entrypoint: m, templates: [{name: m, container: {image: b, command: [c], args: ["` + arg + `"]}` + fields + `}]`)
}

// someSteps is a workflow of one group of steps, which may call p, o and b.
func someSteps(calls, fields string) string {
	return aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[` + calls + `]]` + fields + `}, ` + someTemplates + `]`)
}

const someTemplates = `{name: b, container: {image: b, command: [c]}}, ` +
	`{name: p, inputs: {parameters: [{name: x}]}, container: {image: b, command: [c], args: ["{{inputs.parameters.x}}"]}}, ` +
	`{name: o, container: {image: b, command: [c]}, outputs: {parameters: [{name: r, valueFrom: {path: /r}}], artifacts: [{name: ar, path: /ar}]}}`

func TestDocuments(t *testing.T) {
	argument := func(value string) string {
		return aWorkflow(`entrypoint: b, arguments: {parameters: [{name: x, value: ` + value + `}]}, templates: [` + someTemplates + `]`)
	}
	judge(t, []verdict{
		{"an entrypoint with a tag", "undefined-template", aWorkflow(`entrypoint: "{{=1+1}}", templates: [` + someTemplates + `]`), []string{`"{{=1+1}}"`}},
		{"an exit handler with a tag", "undefined-template", aWorkflow(`entrypoint: b, onExit: "{{workflow.name}}", templates: [` + someTemplates + `]`), []string{`"{{workflow.name}}"`}},
		{"a template with braces", "undefined-template", someSteps(`{name: q, template: "b{{"}`, ""), []string{`"b{{"`}},
		{"a template with a tag", "undefined-template", someSteps(`{name: q, template: "{{item}}", withItems: [b]}`, ""), nil},
		{"key in capitals", "missing-or-miscased-kind", strings.Replace(aLeaf(""), "kind:", "Kind:", 1), []string{"Kind"}},
		{"another Argo kind", "missing-or-miscased-kind", strings.Replace(aLeaf(""), "kind: Workflow", "kind: WorkflowTaskSet", 1), nil},
		{"foreign", "missing-or-miscased-kind", "apiVersion: v1\nkind: ConfigMap\n", nil},
		{"capitals", "metadata-name-invalid", anObject("Workflow", "{generateName: Build-}", "entrypoint: b, templates: ["+someTemplates+"]"), []string{"Build-"}},
		{"capitals of a run that weft names", "metadata-name-invalid", "-- weft.yaml --\ntarget: weft\n-- a.yaml --\n" +
			anObject("Workflow", "{generateName: Build-}", "entrypoint: b, templates: ["+someTemplates+"]"), nil},
		{"capitals of a name", "metadata-name-invalid", "-- weft.yaml --\ntarget: weft\n-- a.yaml --\n" +
			anObject("Workflow", "{name: Build}", "entrypoint: b, templates: ["+someTemplates+"]"), []string{"Build"}},
		{"absent", "wrong-api-version", strings.Replace(aLeaf(""), "apiVersion: argoproj.io/v1alpha1\n", "", 1), []string{"kind"}},
		{"workflow list", "list-not-expanded", "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowList\nitems: []\n", []string{"WorkflowList"}},
		{"list of others", "list-not-expanded", "apiVersion: v1\nkind: List\nitems: [{kind: ConfigMap}]\n", nil},
		{"on", "yaml11-boolean-or-octal", argument("on"), []string{"on"}},
		{"true", "yaml11-boolean-or-octal", argument("True"), nil},
		{"quoted", "yaml11-boolean-or-octal", argument("'no'"), nil},
		{"octal", "yaml11-boolean-or-octal", argument("0755"), []string{"0755"}},
		{"separator", "yaml11-boolean-or-octal", argument("1_000"), []string{"1_000"}},
		{"plain", "yaml11-boolean-or-octal", argument("1000"), nil},
		{"item", "yaml11-boolean-or-octal", someSteps(`{name: g, template: b, withItems: [yes, a]}`, ""), []string{"yes"}},
		{"large", "number-precision-loss", argument("9007199254740993"), []string{"9007199254740993"}},
		{"version", "number-precision-loss", argument("1.10"), []string{"1.10"}},
		{"exact", "number-precision-loss", argument("1.5"), nil},
		{"exact integer", "number-precision-loss", argument("9007199254740992"), nil},
		{"underscore", "metadata-name-invalid", anObject("CronWorkflow", `{name: "C_c d"}`, `schedules: ["@daily"]`), []string{`"C_c d"`}},
		{"generated", "metadata-name-invalid", anObject("Workflow", "{generateName: Build-}", ""), []string{"Build-"}},
		{"fine", "metadata-name-invalid", anObject("Workflow", "{generateName: build-1.x-}", ""), nil},
		{"key", "label-or-annotation-invalid", anObject("Workflow", `{name: a, labels: {"a b/c": ok}}`, ""), []string{`"a b/c"`}},
		{"on Pods", "label-or-annotation-invalid", aWorkflow(`podMetadata: {labels: {a: "x y"}}`), []string{`"x y"`}},
		{"on a template", "label-or-annotation-invalid", aLeaf(`metadata: {labels: {a: "{{workflow.name}}", b: "!"}}`), []string{`"!"`}},
		{"annotation", "label-or-annotation-invalid", anObject("Workflow", `{name: a, annotations: {note: "any text!"}}`, ""), nil},
		{"no selector", "event-binding-incomplete", anObject("WorkflowEventBinding", "{name: a}", "event: {}"), []string{"event"}},
	})
}

func TestReferencesNobodyElseLooksAt(t *testing.T) {
	judge(t, []verdict{
		{"singular", "unknown-tag-root", aContainer("{{step.a.id}} {{task.a.outputs.result}} {{workflows.name}} {{Inputs.parameters.x}}", ""), []string{"step", "task", "workflows", "Inputs"}},
		{"foreign", "unknown-tag-root", aContainer("{{ .Values.image }} {{input}} {{step}} {{github.ref}}", ""), nil},
		{"in a loop", "item-outside-loop", someSteps(`{name: g, template: p, arguments: {parameters: [{name: x, value: "{{item}}"}]}, withItems: [1]}`, ""), nil},
		{"key of a map", "item-outside-loop", someSteps(`{name: g, template: p, arguments: {parameters: [{name: x, value: "{{item.a}}"}]}}`, ""), []string{"{{item.a}}"}},
		{"inline below a loop", "item-outside-loop", someSteps(`{name: g, withItems: [1], inline: {steps: [[{name: h, template: p, arguments: {parameters: [{name: x, value: "{{item}}"}]}}]]}}`, ""), nil},
		{"retried", "retry-variable-without-retry", aContainer("{{retries}}", ", retryStrategy: {limit: 1}"), nil},
		{"unknown field", "retry-variable-without-retry", aContainer("{{lastRetry.exitcode}}", ", retryStrategy: {limit: 1}"), []string{"{{lastRetry.exitcode}}"}},
		{"declared", "unknown-output-self-reference", aContainer("{{outputs.parameters.r.path}}", ", outputs: {parameters: [{name: r, valueFrom: {path: /r}}]}"), nil},
		{"letters", "bad-time-suffix", aContainer("{{workflow.creationTimestamp.Y}} {{workflow.creationTimestamp.RFC3339}} {{workflow.creationTimestamp}}", ""), nil},
		{"no dot", "bad-time-suffix", aContainer("{{workflow.durationx}} {{workflow.creationTimestampY}}", ""), []string{"{{workflow.durationx}}", "{{workflow.creationTimestampY}}"}},
		{"called from a step", "wrong-node-name-variable", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: n}]]}, {name: n, container: {image: b, command: [c, "{{steps.name}}", "{{tasks.name}}"]}}]`), []string{"{{tasks.name}}"}},
		{"good", "unbraced-reference-typo", someSteps(`{name: g, template: o}`, ", outputs: {parameters: [{name: z, valueFrom: {parameter: steps.g.outputs.parameters.r}}]}"), nil},
		{"literal", "unbraced-reference-typo", someSteps(`{name: g, template: o}`, ", outputs: {parameters: [{name: z, valueFrom: {parameter: hello}}]}"), []string{"hello"}},
		{"artifact", "unbraced-reference-typo", someSteps(`{name: g, template: o}`, ", outputs: {artifacts: [{name: z, from: steps.g.outputs.artifacts.typo}]}"), []string{"typo"}},
		{"blanks", "multiline-tag", aContainer("{{ workflow.name }}", ""), nil},
		{"undefined onExit", "hook-template-undefined", someSteps(`{name: g, template: b, onExit: bb}`, ""), []string{"bb"}},
		{"default", "hook-template-inputs-missing", aWorkflow(`entrypoint: b, hooks: {exit: {template: q}}, templates: [` + someTemplates + `, {name: q, inputs: {parameters: [{name: x, default: y}]}, container: {image: b, command: ["{{inputs.parameters.x}}"]}}]`), nil},
		{"two templates", "hook-template-and-ref", aWorkflow(`entrypoint: b, hooks: {exit: {template: b, templateRef: {name: w, template: t}}}, templates: [` + someTemplates + `]`), []string{"templateRef"}},
		{"on a step", "exit-hook-and-on-exit", someSteps(`{name: g, template: b, onExit: b, hooks: {exit: {template: b}}}`, ""), []string{"exit"}},
		{"volumes", "unresolved-spec-reference", aWorkflow(`entrypoint: b, volumes: [{name: v, secret: {secretName: "{{workflow.parameters.nope}}"}}], templates: [` + someTemplates + `]`), []string{"{{workflow.parameters.nope}}"}},
		{"failures in a hook", "unresolved-spec-reference", aWorkflow(`entrypoint: b, hooks: {exit: {template: p, arguments: {parameters: [{name: x, value: "{{workflow.failures}}"}]}}}, templates: [` + someTemplates + `]`), nil},
		{"annotations", "unresolved-group-reference", someSteps(`{name: g, template: b}`, `, annotations: {k: "{{workflow.nope}} {{workflow.name}}"}`), []string{"{{workflow.nope}}"}},
		{"library without arguments", "workflow-template-undeclared-parameter", anObject("WorkflowTemplate", "{name: a}", `templates: [{name: m, container: {image: b, command: ["{{workflow.parameters.x}}"]}}]`), nil},
		{"no dot", "workflow-template-undeclared-parameter", anObject("WorkflowTemplate", "{name: a}", `templates: [{name: m, container: {image: b, command: ["{{workflow.parametersx}}"]}}]`), []string{"{{workflow.parametersx}}"}},
		{"of a hook", "undeclared-argument", aWorkflow(`entrypoint: b, hooks: {exit: {template: b, arguments: {parameters: [{name: x, value: y}]}}}, templates: [` + someTemplates + `]`), []string{"x"}},
		{"artifact", "undeclared-argument", someSteps(`{name: g, template: b, arguments: {artifacts: [{name: z, raw: {data: d}}]}}`, ""), []string{"z"}},
		{"stored by another reference", "undefined-template", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, templateRef: {name: wt, template: t}}], [{name: h, template: t}]]}]`) + "---\n" + anObject("WorkflowTemplate", "{name: wt}", `templates: [{name: t, container: {image: b, command: [c]}}]`), []string{"t"}},
		{"second inline", "image-empty", someSteps(`{name: g, inline: {container: {image: b, command: [c]}}}, {name: h, inline: {container: {command: [c]}}}`, ""), []string{"container"}},
		{"of a task", "hook-expression-required", aWorkflow(`entrypoint: m, templates: [{name: m, dag: {tasks: [{name: g, template: b, hooks: {foo: {template: b}}}]}}, ` + someTemplates + `]`), []string{"foo"}},
	})
}

func TestDeadWeight(t *testing.T) {
	judge(t, []verdict{
		{"as a whole", "unused-input-parameter", aContainer("{{inputs.parameters}}", ", inputs: {parameters: [{name: x, value: y}]}"), nil},
		{"in brackets", "unused-input-parameter", aContainer("{{=inputs.parameters['a-b']}}", ", inputs: {parameters: [{name: a-b, value: y}]}"), nil},
		{"suspend", "unused-input-parameter", aWorkflow(`entrypoint: m, templates: [{name: m, suspend: {}, inputs: {parameters: [{name: x, value: y}]}}]`), nil},
		{"a longer name is used", "unused-input-parameter", aContainer("{{inputs.parameters.x-y}}", ", inputs: {parameters: [{name: x, value: a}, {name: x-y, value: b}]}"), []string{"x"}},
		{"taken by the entrypoint", "unused-workflow-argument", aWorkflow(`entrypoint: p, arguments: {parameters: [{name: x, value: y}]}, templates: [` + someTemplates + `]`), nil},
		{"called by a hook", "unreachable-template", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: b, hooks: {exit: {template: o}}}]]}, {name: z, suspend: {}}, {name: b, suspend: {}}, {name: o, suspend: {}}]`), []string{"z"}},
		{"named at run time", "unreachable-template", aWorkflow(`entrypoint: m, templates: [{name: m, steps: [[{name: g, template: "{{item}}", withItems: [b]}]]}, {name: b, suspend: {}}]`), nil},
		{"mounted", "unused-volume", aWorkflow(`entrypoint: m, volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}], templates: [{name: m, container: {image: b, command: [c], volumeMounts: [{name: v, mountPath: /v}]}}]`), []string{"w"}},
	})
}

func TestDeprecatedVariableIsSafe(t *testing.T) {
	for _, d := range check(t, aContainer("{{ workflow.labels }}", ""), validate.Recommended) {
		if d.Rule == "deprecated-variable" {
			if len(d.Fixes) != 1 || !d.Fixes[0].Safe || d.Fixes[0].Edits[0].New != "workflow.labels.json" || d.Severity != diag.Info {
				t.Errorf("%+v", d)
			}
			return
		}
	}
	t.Error("not found")
}
