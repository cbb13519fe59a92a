//go:build apiserver

package kube

import (
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/schemas"
)

// object reads a manifest.
func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := sigsyaml.Unmarshal([]byte(text), &o.Object); err != nil {
		t.Fatal(err)
	}
	return o
}

func newTestApplier(t *testing.T, namespace string) *Applier {
	t.Helper()
	a, err := NewApplier(Access{Kubeconfig: access.Kubeconfig, Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAPIServerKnowsKinds holds that the API server takes our definitions, in a
// dry run that does not know them yet and for good, and then templates.
func TestAPIServerKnowsKinds(t *testing.T) {
	a := newTestApplier(t, "")
	template := object(t, `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: known, namespace: default}
spec:
  entrypoint: main
  parallelism: "{{workflow.parameters.n}}"
  templates:
  - name: main
    steps: [[{name: a, inline: {container: {image: a, anything: goes}}}]]
`)
	var refusal *Refusal
	if _, err := a.Apply(t.Context(), template, ApplyOptions{DryRun: true}); !errors.As(err, &refusal) || !refusal.UnknownKind {
		t.Fatalf("a kind that nobody defined: %v", err)
	}
	for _, dryRun := range []bool{true, false} {
		for _, kind := range schemas.Kinds() {
			text, _ := schemas.CRD(kind)
			applied, err := a.Apply(t.Context(), object(t, string(text)), ApplyOptions{DryRun: dryRun})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if applied.Outcome != Created {
				t.Errorf("%s: %s", kind, applied.Outcome)
			}
		}
		want := Created
		if dryRun {
			want = Pending
		}
		if applied, err := a.Apply(t.Context(), template, ApplyOptions{DryRun: dryRun}); err != nil || applied.Outcome != want {
			t.Errorf("a template, dry run %v: %v, %v, want %s", dryRun, applied, err, want)
		}
	}
	for _, kind := range schemas.Kinds() {
		text, _ := schemas.CRD(kind)
		crd := object(t, string(text))
		live, err := a.client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}).
			Get(t.Context(), crd.GetName(), metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		conditions, _, _ := unstructured.NestedSlice(live.Object, "status", "conditions")
		for _, c := range conditions {
			if c := c.(map[string]any); c["type"] == "NonStructuralSchema" && c["status"] == "True" {
				t.Errorf("%s: %v", kind, c["message"])
			}
		}
	}
}

func TestAPIServerApplies(t *testing.T) {
	a := newTestApplier(t, "")
	const limits = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\ndata: {n: '1'}"
	steps := []struct {
		name, text string
		options    ApplyOptions
		want       Outcome
	}{
		{"try", limits, ApplyOptions{DryRun: true}, Created},
		{"try again: nothing was kept", limits, ApplyOptions{DryRun: true}, Created},
		{"create", limits, ApplyOptions{}, Created},
		{"the same", limits, ApplyOptions{}, Unchanged},
		{"try a change", strings.ReplaceAll(limits, "'1'", "'2'"), ApplyOptions{DryRun: true}, Configured},
		{"still the same", limits, ApplyOptions{DryRun: true}, Unchanged},
		{"change", strings.ReplaceAll(limits, "'1'", "'2'"), ApplyOptions{}, Configured},
		{"namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: soon}", ApplyOptions{DryRun: true}, Created},
		{"in it", strings.ReplaceAll(limits, "limits}", "limits, namespace: soon}"), ApplyOptions{DryRun: true}, Pending},
	}
	for _, step := range steps {
		applied, err := a.Apply(t.Context(), object(t, step.text), step.options)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if applied.Outcome != step.want {
			t.Errorf("%s: %s, want %s", step.name, applied.Outcome, step.want)
		}
	}
}

func TestAPIServerConflicts(t *testing.T) {
	a := newTestApplier(t, "default")
	const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: contested}\ndata: {a: mine, b: mine}"
	apply := func(text string, options ApplyOptions) (*Applied, error) {
		return a.Apply(t.Context(), object(t, text), options)
	}
	if _, err := apply(text, ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
	maps := a.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace("default")
	_, err := maps.Patch(t.Context(), "contested", types.MergePatchType, []byte(`{"data": {"a": "theirs", "c": "theirs"}}`), metav1.PatchOptions{FieldManager: "other"})
	if err != nil {
		t.Fatal(err)
	}
	var refusal *Refusal
	if _, err := apply(text, ApplyOptions{DryRun: true}); !errors.As(err, &refusal) || !refusal.Conflict || len(refusal.Causes) != 1 || refusal.Causes[0].Field != ".data.a" {
		t.Fatalf("%v is no conflict over .data.a", err)
	}
	if !strings.Contains(refusal.Error(), `"other"`) {
		t.Errorf("%v does not say who owns the field", refusal)
	}
	applied, err := apply(text, ApplyOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	data, _, _ := unstructured.NestedStringMap(applied.After.Object, "data")
	if data["a"] != "mine" || data["c"] != "theirs" {
		t.Errorf("by force: %v", data)
	}
}

func TestAPIServerRefuses(t *testing.T) {
	a := newTestApplier(t, "default")
	makeServiceAccount(t, a)
	for _, tt := range []struct{ name, text, field, message string }{
		{"unknown field", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nfoo: {b: c}", ".foo", "field not declared in schema"},
		{"wrong type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: 1}", ".data.b", "expected string, not 1"},
		{"invalid value", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, imagePullPolicy: Maybe}]}",
			"spec.containers[0].imagePullPolicy", `Unsupported value: "Maybe"`},
		{"other namespace", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}", "metadata.namespace", `the one to apply to is "default"`},
		{"no name", "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}", "metadata", ""},
		{"unknown version", "apiVersion: v7\nkind: ConfigMap\nmetadata: {name: a}", "kind", ""},
	} {
		_, err := a.Apply(t.Context(), object(t, tt.text), ApplyOptions{DryRun: true})
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%s: %v is no refusal", tt.name, err)
			continue
		}
		if len(refusal.Causes) != 1 || refusal.Causes[0].Field != tt.field || !strings.Contains(refusal.Causes[0].Message, tt.message) {
			t.Errorf("%s: %+v, want %q at %s", tt.name, refusal, tt.message, tt.field)
		}
	}
}

// makeServiceAccount does the work of a controller that does not run here: no Pod
// is taken without the service account.
func makeServiceAccount(t *testing.T, a *Applier) {
	t.Helper()
	account := object(t, "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}")
	if _, err := a.Apply(t.Context(), account, ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestAPIServerHidesSecrets(t *testing.T) {
	a := newTestApplier(t, "default")
	const text = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {same: hunter1, password: hunter2}"
	applied, err := a.Apply(t.Context(), object(t, text), ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if data, _, _ := unstructured.NestedStringMap(applied.After.Object, "data"); data["password"] != "(hidden)" {
		t.Errorf("a new Secret shows %v", data)
	}
	applied, err = a.Apply(t.Context(), object(t, strings.ReplaceAll(text, "hunter2", "hunter3")), ApplyOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := unstructured.NestedStringMap(applied.Before.Object, "data")
	after, _, _ := unstructured.NestedStringMap(applied.After.Object, "data")
	if before["same"] != "(hidden)" || after["same"] != "(hidden)" || before["password"] != "(hidden, old)" || after["password"] != "(hidden, new)" {
		t.Errorf("a changed Secret shows %v and %v", before, after)
	}
}

// TestAPIServerWarns holds that warnings of the API server come with the object
// that they are about.
func TestAPIServerWarns(t *testing.T) {
	a := newTestApplier(t, "default")
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: old}\nspec: {nodeSelector: {beta.kubernetes.io/arch: amd64}, containers: [{name: a, image: b}]}"
	makeServiceAccount(t, a)
	applied, err := a.Apply(t.Context(), object(t, text), ApplyOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(applied.Warnings) != 1 || !strings.Contains(applied.Warnings[0], "beta.kubernetes.io/arch") {
		t.Errorf("warnings: %q", applied.Warnings)
	}
}
