package emit_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/emit/graph"
	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

const examples = "../../examples"

// TestExamples pins what is shown of every example, and of an edit to it: "edit"
// is a line of the old text, "=>", and the new one.
func TestExamples(t *testing.T) {
	langtest.Run(t, "../../testdata/examples/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		name := path.Base(t.Name())
		folder := fstest.MapFS{}
		err := fs.WalkDir(os.DirFS(path.Join(examples, name)), ".", func(file string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := os.ReadFile(path.Join(examples, name, file))
			folder[file] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		main := name + ".weft"
		before := read(t, folder, main)
		out := map[string]string{}
		var b strings.Builder
		if err := plan.Text(&b, plan.Of(before.Checked, main)); err != nil {
			t.Fatal(err)
		}
		out["plan.txt"] = b.String()
		b.Reset()
		if err := graph.Mermaid(&b, graph.Build(before.Checked, main)); err != nil {
			t.Fatal(err)
		}
		out["graph.mmd"] = b.String()
		o := pods.Options{FirstTurns: true}
		o.Pod.AgentImage = "weft-agent"
		manifests, findings := pods.Render(before.Checked, main, o)
		for _, d := range findings {
			t.Errorf("%s: %s", d.Span, d.Message)
		}
		out["pods.yaml"] = string(pods.YAML(manifests))

		old, now, ok := strings.Cut(strings.TrimSuffix(in["edit"], "\n"), " => ")
		text := string(folder[main].Data)
		if !ok || !strings.Contains(text, old) {
			t.Fatalf("nothing to edit: %q", old)
		}
		folder[main] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, now, 1))}
		b.Reset()
		objects := diff.CompareVersions(version(before), version(read(t, folder, main)))
		if err := diff.Text(&b, objects, diff.Style{}); err != nil {
			t.Fatal(err)
		}
		out["diff.txt"] = b.String()
		return out
	})
}

// TestEveryExample holds that no example is left out.
func TestEveryExample(t *testing.T) {
	folders, err := os.ReadDir(examples)
	if err != nil || len(folders) < 12 {
		t.Fatalf("%d examples: %v", len(folders), err)
	}
	for _, f := range folders {
		if _, err := os.Stat(path.Join(examples, f.Name(), f.Name()+".weft")); err != nil {
			continue // one about a command, not about the language
		}
		if _, err := os.Stat("../../testdata/examples/" + f.Name() + ".txtar"); err != nil {
			t.Error(err)
		}
	}
}

// read checks a file of a folder with what it refers to. Its twin in YAML stays
// outside.
func read(t *testing.T, folder fs.FS, name string) *lint.Result {
	t.Helper()
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	twin := strings.TrimSuffix(name, ".weft") + ".yaml"
	names = slices.DeleteFunc(append(names, name), func(n string) bool { return n == twin })
	target := validate.ForWeft
	result := lint.Run(folder, names, lint.Options{Target: &target})
	if result.Checked == nil {
		t.Fatalf("%s has errors: %v", name, result.Findings.Sorted())
	}
	return result
}

func version(r *lint.Result) diff.Version {
	v := diff.Version{Documents: r.Checked.Project().Documents}
	v.Manifests, _ = pods.Render(r.Checked, "", pods.Options{FirstTurns: true})
	return v
}
