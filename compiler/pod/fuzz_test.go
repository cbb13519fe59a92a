package pod_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// anything is a scope that knows every name.
type anything string

func (a anything) Value(string) (string, bool) { return string(a), true }
func (a anything) Vars() map[string]string     { return map[string]string{"workflow.name": string(a)} }

// inputsOf are calls of every template in a text.
func inputsOf(name, text, value string) []pod.Input {
	docs, _ := yaml.Parse(source.NewFile(name, text))
	return inputsIn(docs, value)
}

func inputsIn(docs []*tree.Document, value string) []pod.Input {
	var out []pod.Input
	for _, o := range compiler.Bind(docs).Objects {
		for t := range o.AllTemplates() {
			in := pod.Input{
				Run: pod.Run{Name: "run", UID: "u", Spec: o.Spec}, Template: t, Scope: anything(value), WantsResult: true,
				Node: pod.Node{Path: "run", FailedHosts: []string{"h"}},
			}
			in.Options.Store = treeOf(map[string]any{"s3": map[string]any{"bucket": "b", "accessKeySecret": map[string]any{"name": "s", "key": "k"}}})
			in.Options.Entrypoints = entrypoints(t.Node)
			in.Artifacts = map[string]*tree.Node{}
			for _, a := range t.Inputs.Artifacts {
				in.Artifacts[a.Name.Text()] = treeOf(map[string]any{"raw": map[string]any{"data": value}})
			}
			out = append(out, in)
		}
	}
	return out
}

// entrypoints know every image below n.
func entrypoints(n *tree.Node) map[string]pod.Entrypoint {
	out := map[string]pod.Entrypoint{}
	for c := range n.All() {
		out[c.Get("image").Text()] = pod.Entrypoint{Command: []string{"sh"}}
	}
	return out
}

// sound checks what holds for the objects of every call.
func sound(t *testing.T, in pod.Input) []diag.Diagnostic {
	t.Helper()
	objects, findings := pod.Build(in)
	again, _ := pod.Build(in)
	if !reflect.DeepEqual(objects, again) {
		t.Fatal("two builds differ")
	}
	bad := false
	for _, d := range findings {
		bad = bad || d.Severity == diag.Error
		if d.Span.File == nil || d.Span.Start > d.Span.End || d.Span.End > len(d.Span.File.Text) {
			t.Fatalf("%s: no place in a file: %+v", d.Message, d.Span)
		}
	}
	if bad != (objects == nil) {
		t.Fatalf("objects %v with findings %v", objects, findings)
	}
	if objects == nil {
		return findings
	}
	secrets := map[string]bool{}
	for _, v := range objects.Pod.Spec.Volumes {
		secrets[v.Name] = v.Secret != nil && strings.HasPrefix(v.Name, "weft-secret-")
	}
	for _, c := range append(objects.Pod.Spec.Containers, objects.Pod.Spec.InitContainers...) {
		for _, m := range c.VolumeMounts {
			if _, ok := secrets[m.Name]; !ok {
				t.Fatalf("container %q mounts %q, and there is no such volume", c.Name, m.Name)
			}
			own := len(c.Command) > 0 && c.Command[0] == "/weft-agent"
			if secrets[m.Name] && !own {
				t.Fatalf("container %q of the user's holds credentials", c.Name)
			}
		}
	}
	if text := objects.Pod.Annotations[pod.AnnotationInstructions]; text != "" {
		var told instructions.Instructions
		if err := json.Unmarshal([]byte(text), &told); err != nil || told.Limit <= 0 {
			t.Fatalf("instructions %s: %v, limit %d", text, err, told.Limit)
		}
	}
	return findings
}

func FuzzBuild(f *testing.F) {
	files, err := filepath.Glob("testdata/pod/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "in.yaml" {
				f.Add(string(file.Data), "1")
			}
		}
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		for _, in := range inputsOf("in.yaml", text, value) {
			sound(t, in)
			pod.Claims(in.Run, in.Scope)
		}
	})
}

// TestOddValues puts values of every kind in the place of every node of the
// stories: whatever stands in a document, Build ends and keeps its word.
func TestOddValues(t *testing.T) {
	odd := treeOf([]any{nil, true, -1, "{{inputs.parameters.x}}", []any{nil, "x", map[string]any{}}, map[string]any{"name": "main"}}).Items
	files, err := filepath.Glob("testdata/pod/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	builds := 0
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "in.yaml" {
				continue
			}
			docs, _ := yaml.Parse(source.NewFile(name, string(file.Data)))
			for at := range docs[0].Root.All() {
				for _, value := range odd {
					put := *value
					put.Span = at.Span
					changed := *docs[0]
					changed.Root = exchange(docs[0].Root, at, &put)
					for _, in := range inputsIn([]*tree.Document{&changed}, "1") {
						if in.Run.Spec.Node.Get("templates").Span.Contains(at.Span) && !in.Template.Node.Span.Contains(at.Span) {
							continue // it is as it was
						}
						sound(t, in)
						pod.Claims(in.Run, in.Scope)
						builds++
					}
				}
			}
		}
	}
	if builds < 3_000 {
		t.Errorf("only %d builds", builds)
	}
}

// exchange is n with another node in the place of old.
func exchange(n, old, other *tree.Node) *tree.Node {
	if n == old {
		return other
	}
	out := *n
	out.Entries, out.Items = slices.Clone(n.Entries), slices.Clone(n.Items)
	for i := range out.Entries {
		out.Entries[i].Value = exchange(out.Entries[i].Value, old, other)
	}
	for i := range out.Items {
		out.Items[i] = exchange(out.Items[i], old, other)
	}
	return &out
}

// TestCorpus builds what the reference accepts. A value that stands for all
// names does not fit everywhere, so not every template makes a Pod.
func TestCorpus(t *testing.T) {
	const corpus = "../../../shared/corpus/documents"
	files, err := filepath.Glob(corpus + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Skip("there is no corpus")
	}
	made, all := 0, 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range inputsOf(filepath.Base(name), string(text), "1") {
			if in.Template.Type().IsPod() && in.Template.Owner.Kind != ir.WorkflowEventBinding {
				all++
				findings := sound(t, in)
				if len(findings) == 0 {
					made++
				} else if testing.Verbose() {
					t.Logf("%s: %s", findings[0].Span, findings[0].Message)
				}
			}
		}
	}
	t.Logf("%d of %d templates make a Pod", made, all)
	if made*100 < all*90 {
		t.Errorf("only %d of %d templates make a Pod", made, all)
	}
}
