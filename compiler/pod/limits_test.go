package pod_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// call is a call of the first template of a workflow.
func call(t testing.TB, text string, values eval.Names) pod.Input {
	t.Helper()
	project, _ := read(t, "in.yaml", text)
	o := project.Objects[0]
	return pod.Input{
		Run: pod.Run{Name: "run", UID: "u", Spec: o.Spec}, Template: o.Spec.Templates[0], Scope: values, Node: pod.Node{Path: "run"},
	}
}

const scriptText = `
kind: Workflow
spec:
  templates:
  - name: a
    script: {image: alpine, command: [sh], source: "{{inputs.parameters.text}}"}
`

// A script that does not fit an annotation goes into a ConfigMap, one that fits
// neither is refused.
func TestLongScript(t *testing.T) {
	for _, tt := range []struct {
		size       int
		configMaps int
		message    string
	}{
		{100 << 10, 0, ""},
		{200 << 10, 1, ""},
		{2 << 20, 0, "a ConfigMap holds less than 1048576"},
	} {
		text := strings.Repeat("x", tt.size)
		objects, findings := pod.Build(call(t, scriptText, eval.Names{"inputs.parameters.text": text}))
		if tt.message != "" {
			if objects != nil || len(findings) != 1 || !strings.Contains(findings[0].Message, tt.message) {
				t.Errorf("%d bytes: got %v", tt.size, findings)
			}
			continue
		}
		if objects == nil || len(objects.ConfigMaps) != tt.configMaps {
			t.Fatalf("%d bytes: %v", tt.size, findings)
		}
		told := objects.Pod.Annotations[pod.AnnotationInstructions]
		for _, m := range objects.ConfigMaps {
			if told != "" || m.Immutable == nil || !*m.Immutable || m.Name != objects.Pod.Name {
				t.Errorf("%d bytes: ConfigMap %+v beside an annotation of %d bytes", tt.size, m.ObjectMeta, len(told))
			}
			told = m.Data["instructions.json"]
		}
		var got instructions.Instructions
		if err := json.Unmarshal([]byte(told), &got); err != nil || got.Script == nil || *got.Script != text {
			t.Errorf("%d bytes: the script is not what it was (%v)", tt.size, err)
		}
	}
}

func TestLongArgument(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: a
    container: {image: alpine, command: [echo], args: ["{{inputs.parameters.name}}: {{inputs.parameters.data}}"], env: [{name: A, value: "{{inputs.parameters.data}}"}]}
`
	for _, tt := range []struct{ size, findings int }{{131071 - 3, 0}, {131071 - 2, 1}, {131071 - 1, 2}, {131072, 2}} {
		_, findings := pod.Build(call(t, text, eval.Names{"inputs.parameters.name": "a", "inputs.parameters.data": strings.Repeat("x", tt.size)}))
		if len(findings) != tt.findings {
			t.Fatalf("%d bytes: %v", tt.size, findings)
		}
		for i, f := range findings {
			before := []int{len("a: "), len("A=")}[i]
			want := fmt.Sprintf(`an argument is %d bytes long, %d of them from "{{inputs.parameters.data}}", and a process takes less than 131072`, before+tt.size, tt.size)
			if f.Rule != pod.RuleArgument || f.Message != want {
				t.Errorf("%d bytes: %s: %s", tt.size, f.Rule, f.Message)
			}
		}
	}
}

// The more containers a Pod has, the smaller the record of each.
func TestRecordLimit(t *testing.T) {
	for _, tt := range []struct{ sidecars, limit int }{{0, 4032}, {1, 4032}, {2, 3008}, {22, 448}} {
		var b strings.Builder
		b.WriteString(scriptText + "    sidecars:\n")
		for i := range tt.sidecars {
			fmt.Fprintf(&b, "    - {name: s%d, image: alpine, command: [sleep]}\n", i)
		}
		objects, findings := pod.Build(call(t, b.String(), eval.Names{"inputs.parameters.text": "x"}))
		if objects == nil {
			t.Fatal(findings)
		}
		var got instructions.Instructions
		if err := json.Unmarshal([]byte(objects.Pod.Annotations[pod.AnnotationInstructions]), &got); err != nil || got.Limit != tt.limit {
			t.Errorf("%d sidecars: limit %d, want %d (%v)", tt.sidecars, got.Limit, tt.limit, err)
		}
	}
}

// missing are the images that nobody has said the entrypoint of.
func missing(in pod.Input) string {
	return strings.Join(slices.Sorted(maps.Keys(pod.MissingEntrypoints(in))), " ")
}

func TestMissingEntrypoints(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: a
    initContainers: [{name: i, image: init}]
    sidecars: [{name: s, image: redis}, {name: t, image: redis}, {name: p, image: probed, livenessProbe: {}}]
    container: {image: "{{inputs.parameters.image}}"}
`
	in := call(t, text, eval.Names{"inputs.parameters.image": "alpine:3"})
	if got := missing(in); got != "redis" {
		t.Errorf("got %q", got)
	}
	in.WantsResult = true
	if got := missing(in); got != "alpine:3 redis" {
		t.Errorf("with a result: got %q", got)
	}
	in.Options.Entrypoints = map[string]pod.Entrypoint{"redis": {Command: []string{"redis"}}, "alpine:3": {Args: []string{"sh"}}}
	if got := missing(in); got != "" {
		t.Errorf("with entrypoints: got %q", got)
	}
	if at := pod.MissingEntrypoints(call(t, text, eval.Names{"inputs.parameters.image": "alpine:3"}))["redis"]; at.Place().Text() != "redis" {
		t.Errorf("redis is said to stand at %s", at.Place())
	}
}

// What only the run knew could not be asked for before it began, which it says; what
// was known could.
func TestEntrypointsOfTheRun(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: a
    container: {image: %q}
`
	for image, late := range map[string]bool{"{{inputs.parameters.image}}": true, "alpine:3": false} {
		in := call(t, fmt.Sprintf(text, image), eval.Names{"inputs.parameters.image": "alpine:3"})
		in.WantsResult, in.Options.Live = true, true
		_, findings := pod.Build(in)
		if len(findings) != 1 || findings[0].Rule != pod.RuleEntrypoint || strings.Contains(findings[0].Message, "its name was not known then") != late {
			t.Errorf("%s: %v", image, findings)
		}
	}
}

// An entrypoint that was found for a digest goes with that digest, and only where
// it is asked for.
func TestEntrypointByDigest(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: a
    initContainers: [{name: i, image: "redis:7"}]
    sidecars: [{name: s, image: "redis:7", args: [--port, "1"]}]
    container: {image: "redis:7", command: [redis-cli]}
`
	in := call(t, text, nil)
	in.WantsResult = true
	in.Options.Entrypoints = map[string]pod.Entrypoint{"redis:7": {Command: []string{"/start"}, Args: []string{"server"}, Image: "redis@sha256:12"}}
	objects, findings := pod.Build(in)
	if objects == nil {
		t.Fatal(findings)
	}
	var got []string
	for _, c := range slices.Concat(objects.Pod.Spec.InitContainers, objects.Pod.Spec.Containers) {
		got = append(got, strings.Join(slices.Concat([]string{c.Name, c.Image}, c.Command, c.Args), " "))
	}
	want := []string{
		"weft-stage " + pod.DefaultAgentImage + " /weft-agent stage", "i redis:7",
		"s redis@sha256:12 /weft/agent/weft-agent run s -- /start --port 1", "main redis:7 /weft/agent/weft-agent run main -- redis-cli",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadResults(t *testing.T) {
	const text = `
kind: Workflow
spec:
  templates:
  - name: main
    steps:
    - - {name: a, template: x}
      - {name: a-b, template: x}
      - {name: b, template: x}
      - {name: c, template: x}
    - - name: d
        template: x
        when: "{{steps.a.outputs.result}} == 1"
        arguments: {parameters: [{name: p, value: "{{=steps['a-b'].outputs.result}} {{tasks.c.outputs.result}}"}]}
  - name: x
    container: {image: alpine, args: ["{{steps.b.outputs.result}}"]}
`
	project, _ := read(t, "in.yaml", text)
	var got []string
	main := project.Objects[0].Spec.Templates[0]
	read := pod.ReadResults(main)
	for _, c := range main.Calls() {
		if read[c] {
			got = append(got, c.Name.Text())
		}
	}
	if strings.Join(got, " ") != "a a-b" {
		t.Errorf("the results of %q are read", got)
	}
}

func TestClaimFault(t *testing.T) {
	const text = `
kind: Workflow
spec:
  volumeClaimTemplates:
  - {metadata: {name: a}, spec: {resources: {requests: {storage: "{{workflow.parameters.size}}"}}}}
`
	project, _ := read(t, "in.yaml", text)
	claims, findings := pod.Claims(pod.Run{Name: "run", Spec: project.Objects[0].Spec}, eval.Names{"workflow.parameters.size": "big"})
	if claims != nil || len(findings) != 1 || findings[0].Message != `"big" is not a quantity` {
		t.Errorf("got %v and %v", claims, findings)
	}
}

// Labels take no long or odd run names, so these are cut and hashed.
func TestLabels(t *testing.T) {
	for _, name := range []string{"nightly", strings.Repeat("n", 63), strings.Repeat("n", 64), "odd name!", "-", ""} {
		in := call(t, scriptText, eval.Names{"inputs.parameters.text": "x"})
		in.Run.Name = name
		objects, findings := pod.Build(in)
		if objects == nil {
			t.Fatal(findings)
		}
		got := objects.Pod.Labels[pod.LabelRun]
		if len(got) > 63 || strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(got, "-") != got || (got == "") != (name == "") {
			t.Errorf("%q is labelled %q", name, got)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	in := call(b, `
kind: Workflow
spec:
  volumes: [{name: data, emptyDir: {}}]
  templates:
  - name: a
    outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p}}]}
    sidecars: [{name: s, image: redis, command: [redis], mirrorVolumeMounts: true}]
    podSpecPatch: "terminationGracePeriodSeconds: {{inputs.parameters.n}}"
    container: {image: alpine, command: [sh, -c], args: ["echo {{inputs.parameters.n}}"], volumeMounts: [{name: data, mountPath: /data}]}
`, eval.Names{"inputs.parameters.n": "3"})
	if in.Template.Type() != ir.Container {
		b.Fatal("no container")
	}
	b.ReportAllocs()
	for b.Loop() {
		if objects, findings := pod.Build(in); objects == nil {
			b.Fatal(findings)
		}
	}
}
