package kube

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
)

func template(kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("argoproj.io/v1alpha1")
	o.SetKind(kind)
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

func TestTemplates(t *testing.T) {
	group := schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}
	kinds := map[schema.GroupVersionResource]string{
		group.WithResource("workflowtemplates"):        "WorkflowTemplateList",
		group.WithResource("clusterworkflowtemplates"): "ClusterWorkflowTemplateList",
	}
	client := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds,
		template("WorkflowTemplate", "ci", "build"), template("WorkflowTemplate", "other", "deploy"), template("ClusterWorkflowTemplate", "", "base"))
	for _, tt := range []struct {
		namespace string
		want      []string
	}{
		{"ci", []string{`"name":"build"`, `"name":"base"`}},
		{"", []string{`"name":"build","namespace":"ci"`, `"name":"deploy","namespace":"other"`, `"name":"base"`}},
	} {
		got, err := templates(t.Context(), client, tt.namespace)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(tt.want) {
			t.Fatalf("namespace %q: %d templates, want %d: %s", tt.namespace, len(got), len(tt.want), got)
		}
		for i, want := range tt.want {
			if !strings.Contains(string(got[i]), want) {
				t.Errorf("namespace %q: %s lacks %s", tt.namespace, got[i], want)
			}
		}
	}
	for _, action := range client.Actions() {
		if action.GetVerb() != "list" {
			t.Errorf("the cluster was asked to %s", action.GetVerb())
		}
	}
}
