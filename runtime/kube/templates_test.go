package kube

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
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

// TestAccess asks a server, found through a kubeconfig as kubectl finds it, page
// by page.
func TestAccess(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.URL.Query().Get("continue"))
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/clusterworkflowtemplates"):
			fmt.Fprint(w, `{"apiVersion":"argoproj.io/v1alpha1","kind":"ClusterWorkflowTemplateList","items":[]}`)
		case r.URL.Query().Get("continue") == "":
			fmt.Fprint(w, `{"apiVersion":"argoproj.io/v1alpha1","kind":"WorkflowTemplateList","metadata":{"continue":"next"},"items":[`+
				`{"apiVersion":"argoproj.io/v1alpha1","kind":"WorkflowTemplate","metadata":{"name":"a","namespace":"ci"}}]}`)
		default:
			fmt.Fprint(w, `{"apiVersion":"argoproj.io/v1alpha1","kind":"WorkflowTemplateList","items":[`+
				`{"apiVersion":"argoproj.io/v1alpha1","kind":"WorkflowTemplate","metadata":{"name":"b","namespace":"ci"}}]}`)
		}
	}))
	defer server.Close()
	config := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "none",
		"contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
		"clusters": [{"name": "here", "cluster": {"server": %q}}], "users": [{"name": "me", "user": {}}]}`, server.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Templates(t.Context(), Access{Kubeconfig: config, Context: "here", Namespace: "ci"})
	if err != nil || len(got) != 2 {
		t.Fatalf("%d templates, %v", len(got), err)
	}
	want := []string{
		"GET /apis/argoproj.io/v1alpha1/namespaces/ci/workflowtemplates ",
		"GET /apis/argoproj.io/v1alpha1/namespaces/ci/workflowtemplates next",
		"GET /apis/argoproj.io/v1alpha1/clusterworkflowtemplates ",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("the cluster was asked %q, want %q", asked, want)
	}
	if _, err := Templates(t.Context(), Access{Kubeconfig: config, Context: "nowhere"}); err == nil {
		t.Error("a context that does not exist is taken")
	}
}
