package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/schemas/internal/api"
	"github.com/weft-lang/weft/validate/schema"
)

const documents = "../../../../shared/corpus/documents"

// TestEmission compares schema.Emit with what Go itself writes, for every
// template, step and task of the corpus that decodes into the API types.
func TestEmission(t *testing.T) {
	if _, err := os.Stat(documents); err != nil {
		t.Skipf("no corpus: %v", err)
	}
	paths, err := filepath.Glob(documents + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	same := map[string]int{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := yaml.Parse(source.NewFile(filepath.Base(path), string(text)))
		for _, d := range docs {
			if d.Root == nil {
				continue
			}
			for n := range d.Root.All() {
				for _, template := range n.Get("templates").List() {
					compare[api.Template](t, template, "Template", same)
					compare[api.Outputs](t, template.Get("outputs"), "Outputs", same)
					for _, task := range template.Get("dag").Get("tasks").List() {
						compare[api.DAGTask](t, task, "DAGTask", same)
					}
					for _, group := range template.Get("steps").List() {
						for _, step := range group.List() {
							compare[api.WorkflowStep](t, step, "WorkflowStep", same)
						}
					}
				}
			}
		}
	}
	for _, name := range []string{"Template", "Outputs", "DAGTask", "WorkflowStep"} {
		if same[name] < 50 {
			t.Errorf("only %d of type %s compared", same[name], name)
		}
	}
	t.Logf("the same text: %v", same)
}

func compare[T any](t *testing.T, n *tree.Node, typeName string, same map[string]int) {
	t.Helper()
	var v T
	plain := schema.Emit(n, "").JSON
	if n.IsNull() || json.Unmarshal([]byte(plain), &v) != nil {
		return
	}
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if got := schema.Emit(n, typeName).JSON; got != string(want) {
		t.Errorf("%s: %s\n got %s\nwant %s", n.Place(), typeName, got, want)
		return
	}
	same[typeName]++
}
