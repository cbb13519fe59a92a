package pod_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/lang/langtest"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/rules"
)

// TestBuild makes the Pods of every template of in.yaml. What the runtime would
// say stands in input.yaml.
func TestBuild(t *testing.T) {
	langtest.Run(t, "testdata/pod/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		project, file := read(t, "in.yaml", in["in.yaml"])
		settings := settingsOf(t, in["input.yaml"])
		var objects strings.Builder
		var found diag.List
		for _, o := range project.Objects {
			for template := range o.AllTemplates() {
				if !template.Type().IsPod() && !settings.All {
					continue
				}
				input := settings.input(o, template)
				made, findings := pod.Build(input)
				for _, d := range findings {
					found.Add(d)
				}
				if made == nil {
					continue
				}
				for _, m := range made.ConfigMaps {
					show(t, &objects, m)
				}
				show(t, &objects, made.Pod)
				fmt.Fprintf(&objects, "# ends with: %s\n", strings.Join(made.Mains, " "))
			}
			if o.Kind != ir.Workflow {
				continue
			}
			claims, findings := pod.Claims(settings.run(o), settings.scope())
			for _, d := range findings {
				found.Add(d)
			}
			for _, c := range claims {
				show(t, &objects, c)
			}
		}
		out := map[string]string{}
		if objects.Len() > 0 {
			out["objects.yaml"] = objects.String()
		}
		if found.Len() > 0 {
			out["diag"] = rendered(t, found.Sorted(), file)
		}
		return out
	})
}

// settings are what the runtime knows when it calls a template.
type settings struct {
	All         bool // templates that make no Pod, too
	Path        string
	Values      map[string]string
	Result      bool
	FailedHosts []string
	SecondsLeft int64
	OwnerUID    string
	Boundary    string // the template that calls
	Entrypoints map[string]pod.Entrypoint
	Store       any
	Artifacts   map[string]any
	AgentImage  string
	Namespace   string
}

func settingsOf(t testing.TB, text string) *settings {
	t.Helper()
	s := &settings{Path: "run[0].step", AgentImage: "weft-agent:test"}
	if err := sigsyaml.UnmarshalStrict([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *settings) scope() eval.Names {
	names := eval.Names{"workflow.name": "run", "workflow.namespace": "team"}
	maps.Copy(names, s.Values)
	return names
}

func (s *settings) run(o *ir.Object) pod.Run {
	return pod.Run{Name: "run", Namespace: s.Namespace, UID: "3c1f", OwnerUID: s.OwnerUID, Spec: o.Spec}
}

func (s *settings) input(o *ir.Object, t *ir.Template) pod.Input {
	scope := s.scope()
	for _, p := range t.Inputs.Parameters {
		if _, set := scope["inputs.parameters."+p.Name.Text()]; !set && p.Value != nil {
			scope["inputs.parameters."+p.Name.Text()] = p.Value.Text()
		}
	}
	in := pod.Input{
		Run: s.run(o), Template: t, Boundary: o.Spec.Template(s.Boundary), Scope: scope, WantsResult: s.Result,
		Node:    pod.Node{Path: s.Path, FailedHosts: s.FailedHosts, SecondsLeft: s.SecondsLeft},
		Options: pod.Options{AgentImage: s.AgentImage, Entrypoints: s.Entrypoints},
	}
	if s.Store != nil {
		in.Options.Store = treeOf(s.Store)
	}
	for name, a := range s.Artifacts {
		if in.Artifacts == nil {
			in.Artifacts = map[string]*tree.Node{}
		}
		in.Artifacts[name] = treeOf(a)
	}
	return in
}

func treeOf(v any) *tree.Node {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	docs, _ := yaml.Parse(source.NewFile("input.yaml", string(text)))
	return docs[0].Root
}

func read(t testing.TB, name, text string) (*ir.Project, *source.File) {
	t.Helper()
	file := source.NewFile(name, text)
	docs, findings := yaml.Parse(file)
	if findings.Has(diag.Error) {
		t.Fatal(findings.Sorted())
	}
	return compiler.Bind(docs), file
}

func show(t testing.TB, b *strings.Builder, object any) {
	t.Helper()
	text, err := sigsyaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if b.Len() > 0 {
		b.WriteString("---\n")
	}
	for line := range strings.Lines(string(text)) {
		if strings.TrimSpace(line) != "status: {}" {
			b.WriteString(line)
		}
	}
}

func rendered(t testing.TB, found []diag.Diagnostic, files ...*source.File) string {
	t.Helper()
	var b strings.Builder
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if err := render.Full(&b, render.Report{Diagnostics: found, Files: names}, render.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhy(t *testing.T) {
	for _, typ := range append(slices.Clone(ir.Types), ir.NoType) {
		template := &ir.Template{}
		if typ != ir.NoType {
			template.Types = []ir.Type{typ}
		}
		if why := pod.Why(template); (why == "") != typ.IsPod() {
			t.Errorf("%s: %q", typ, why)
		}
	}
}

func TestNames(t *testing.T) {
	template := func(name string) *ir.Template {
		return &ir.Template{Name: &tree.Node{Kind: tree.String, Value: name}}
	}
	seen := map[string]bool{}
	for i := range 100 {
		for _, name := range []string{"", "build", "Build_It", strings.Repeat("long-", 20)} {
			in := pod.Input{Run: pod.Run{Name: "nightly", UID: "u"}, Template: template(name), Node: pod.Node{Path: fmt.Sprint("nightly.a(", i, ")", name)}}
			got := in.PodName()
			if len(got) > 63 || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || !strings.HasPrefix(got, "nightly-") {
				t.Errorf("%q is no good name", got)
			}
			if seen[got] {
				t.Errorf("%q twice", got)
			}
			seen[got] = true
			again := in
			again.Node.Generation++
			if again.ID() == in.ID() || again.PodName() == got {
				t.Error("the generation is not part of the identity")
			}
		}
	}
}

// Every finding has a manual: its own or that of lint.
func TestRules(t *testing.T) {
	own := map[string]bool{}
	for _, r := range pod.Rules() {
		own[r.Name] = true
		if r.Summary == "" || r.Why == "" {
			t.Errorf("%s explains nothing", r.Name)
		}
	}
	for _, name := range []string{
		pod.RuleNoPod, pod.RuleValue, pod.RuleUnresolved, pod.RuleEntrypoint, pod.RuleArgument, pod.RuleVolume, pod.RuleNotSupplied, pod.RuleNoStore, pod.RuleStore, pod.RuleMissing,
	} {
		if _, lint := rules.Find(name); lint == own[name] {
			t.Errorf("%s: manual of lint: %v, of its own: %v", name, lint, own[name])
		}
	}
}
