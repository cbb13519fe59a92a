package schemas_test

import (
	"encoding/json"
	"testing"

	"github.com/weft-lang/weft/schemas"
)

// TestCRD holds that every schema is structural: the API server takes no other.
func TestCRD(t *testing.T) {
	for _, kind := range schemas.Kinds() {
		text, ok := schemas.CRD(kind)
		if !ok {
			t.Fatalf("no CustomResourceDefinition of %s", kind)
		}
		var crd struct {
			Spec struct {
				Versions []struct {
					Schema struct{ OpenAPIV3Schema map[string]any }
				}
			}
		}
		if err := json.Unmarshal(text, &crd); err != nil {
			t.Fatal(err)
		}
		root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, field := range []string{"apiVersion", "kind", "metadata", "spec"} {
			if root["properties"].(map[string]any)[field] == nil {
				t.Errorf("%s does not know %q", kind, field)
			}
		}
		if nodes := structural(t, kind, root); nodes < 20 {
			t.Errorf("the schema of %s has %d nodes only", kind, nodes)
		}
		compact, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		if len(compact) > 1<<20 {
			t.Errorf("the schema of %s has %d bytes, more than a cluster keeps", kind, len(compact))
		}
	}
	if _, ok := schemas.CRD("Job"); ok {
		t.Error("there is a CustomResourceDefinition of Job")
	}
}

// structural checks a node and counts those below it.
func structural(t *testing.T, path string, s map[string]any) int {
	t.Helper()
	_, typed := s["type"].(string)
	if !typed && s["x-kubernetes-int-or-string"] != true && s["x-kubernetes-preserve-unknown-fields"] != true {
		t.Errorf("%s has no type: %v", path, s)
	}
	if s["$ref"] != nil || s["properties"] != nil && s["additionalProperties"] != nil {
		t.Errorf("%s is not structural", path)
	}
	nodes := 1
	if fields, ok := s["properties"].(map[string]any); ok {
		for name, field := range fields {
			nodes += structural(t, path+"."+name, field.(map[string]any))
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if below, ok := s[key].(map[string]any); ok {
			nodes += structural(t, path+"."+key, below)
		}
	}
	return nodes
}
