package schemas_test

import (
	"slices"
	"testing"

	"github.com/xeipuuv/gojsonschema"

	"github.com/weft-lang/weft/schemas"
)

func TestSchemasCompileAndDecide(t *testing.T) {
	const header = `"apiVersion": "argoproj.io/v1alpha1", "metadata": {"generateName": "a-"}`
	tests := []struct {
		name, doc string
		kinds     []string // those that take it, beside All
	}{
		{"workflow", `{"kind": "Workflow", ` + header + `, "spec": {"templates": [{"name": "a", "container": {"image": "b"}}]}}`, []string{"Workflow"}},
		{"null values", `{"kind": "Workflow", ` + header + `, "spec": {"templates": null, "suspend": null}}`, []string{"Workflow"}},
		{"tag as number", `{"kind": "Workflow", ` + header + `, "spec": {"parallelism": "{{workflow.parameters.n}}"}}`, []string{"Workflow"}},
		{"tag as quantity", `{"kind": "WorkflowTemplate", ` + header + `, "spec": {"podResources": {"limits": {"cpu": "{{workflow.parameters.n}}"}}}}`, []string{"WorkflowTemplate"}},
		{"cron", `{"kind": "CronWorkflow", ` + header + `, "spec": {"schedules": ["@daily"], "workflowSpec": {}}}`, []string{"CronWorkflow"}},
		{"text as number", `{"kind": "Workflow", ` + header + `, "spec": {"parallelism": "5"}}`, nil},
		{"unknown field", `{"kind": "Workflow", ` + header + `, "spec": {"entryPoint": "a"}}`, nil},
		{"unknown field of a step", `{"kind": "Workflow", ` + header + `, "spec": {"templates": [{"steps": [[{"nam": "a"}]]}]}}`, nil},
		{"unknown value", `{"kind": "Workflow", ` + header + `, "spec": {"podGC": {"strategy": "Never"}}}`, nil},
		{"unknown kind", `{"kind": "Job", ` + header + `, "spec": {}}`, nil},
		{"bad quantity", `{"kind": "Workflow", ` + header + `, "spec": {"podResources": {"limits": {"cpu": "1gb"}}}}`, nil},
		{"two plugins", `{"kind": "Workflow", ` + header + `, "spec": {"templates": [{"plugin": {"a": {}, "b": {}}}]}}`, nil},
	}
	for _, kind := range append(schemas.Kinds(), schemas.All) {
		text, ok := schemas.JSON(kind)
		if !ok {
			t.Fatalf("no schema of %s", kind)
		}
		s, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, test := range tests {
			result, err := s.Validate(gojsonschema.NewStringLoader(test.doc))
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			want := slices.Contains(test.kinds, kind) || kind == schemas.All && test.kinds != nil
			if result.Valid() != want {
				t.Errorf("%s as %s: valid = %v, want %v (%v)", test.name, kind, result.Valid(), want, result.Errors())
			}
		}
	}
}

func TestUnknownKind(t *testing.T) {
	for _, kind := range []string{"", "Job", "../schemas"} {
		if _, ok := schemas.JSON(kind); ok {
			t.Errorf("there is a schema of %q", kind)
		}
	}
}

func TestDoc(t *testing.T) {
	tests := []struct{ typ, field, want string }{
		{"Template", "daemon", "true goes on with the next step as soon as the Pod is ready, and ends the Pod with its scope."},
		{"WorkflowStep", "onExit", "Name of a template that runs when the step has ended. Deprecated: use hooks.exit.template."},
		{"Parameter", "", "A named text."},
		{"Template", "nope", ""},
		{"Nope", "", ""},
	}
	for _, test := range tests {
		if got := schemas.Doc(test.typ, test.field); got != test.want {
			t.Errorf("Doc(%q, %q) = %q, want %q", test.typ, test.field, got, test.want)
		}
	}
	if schemas.Doc("core.Container", "image") == "" {
		t.Error("fields of Kubernetes have no documentation")
	}
}
