//go:build unix

package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/local"
	"github.com/weft-lang/weft/runtime/run"
)

// TestMain lets the test program be supervisor, container and agent, as weft is.
func TestMain(m *testing.M) {
	if code, ok := local.Reexec(os.Args[1:]); ok {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// machine runs Pods in a folder of its own.
type machine struct {
	t       *testing.T
	opts    local.Options
	backend *local.Backend
	reports <-chan run.PodReport
	seen    map[string]chan engine.Report
}

// patience is long: other tests may have the machine for themselves.
const patience = 60 * time.Second

func newMachine(t *testing.T, opts local.Options) *machine {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	opts.Store = filepath.Join(opts.Dir, "artifacts")
	backend, err := local.New(opts)
	if err != nil && opts.Mode == local.Namespaces {
		t.Skip("this kernel lets us have no namespaces:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t: t, opts: opts, backend: backend, reports: backend.Reports(t.Context())}
}

// modes runs a test in both modes.
func modes(t *testing.T, test func(t *testing.T, mode local.Mode)) {
	for _, mode := range []local.Mode{local.Namespaces, local.Plain} {
		t.Run(mode.String(), func(t *testing.T) { test(t, mode) })
	}
}

// call is how a template is called.
type call struct {
	result     bool
	generation int
	artifacts  map[string]*tree.Node
	values     eval.Names
}

var nodes atomic.Int32

// pod builds the Pod of the first template of a workflow.
func (m *machine) pod(template string, c call) *run.Pod {
	m.t.Helper()
	return buildPod(m.t, template, c)
}

func buildPod(t testing.TB, template string, c call) *run.Pod {
	t.Helper()
	text := "kind: Workflow\nmetadata: {name: test}\nspec:\n  templates:\n  - name: t\n" + indent(template)
	docs, findings := yaml.Parse(source.NewFile("in.yaml", text))
	if findings.Has(diag.Error) {
		t.Fatal(findings.Sorted())
	}
	project := compiler.Bind(docs)
	object := project.Objects[0]
	node := engine.NodeID(nodes.Add(1))
	scope := eval.Names{"workflow.name": "run"}
	for name, value := range c.values {
		scope[name] = value
	}
	in := pod.Input{
		Run: pod.Run{Name: "run", UID: "uid", Spec: object.Spec}, Template: object.Spec.Template("t"), Scope: scope,
		Node: pod.Node{Path: fmt.Sprint("run.", node), Generation: c.generation}, WantsResult: c.result, Artifacts: c.artifacts,
		Options: pod.Options{Store: parse(t, `{folder: {}}`)},
	}
	objects, found := pod.Build(in)
	if objects == nil {
		t.Fatal(found)
	}
	ref := run.PodRef{Node: node, Generation: c.generation, Name: objects.Pod.Name}
	return &run.Pod{PodRef: ref, Objects: objects}
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ") + "\n"
}

func parse(t testing.TB, text string) *tree.Node {
	t.Helper()
	docs, findings := yaml.Parse(source.NewFile("x.yaml", text))
	if findings.Has(diag.Error) {
		t.Fatal(findings.Sorted())
	}
	return docs[0].Root
}

// run runs a Pod to its end.
func (m *machine) run(template string, c call) engine.Report {
	m.t.Helper()
	p := m.pod(template, c)
	m.create(p)
	return m.await(p.Name, engine.PodEnded)
}

func (m *machine) create(p *run.Pod) {
	m.t.Helper()
	if err := m.backend.Create(m.t.Context(), p); err != nil {
		m.t.Fatal(err)
	}
}

// await waits for a state of a Pod. Reports of others are put aside.
func (m *machine) await(name string, state engine.PodState) engine.Report {
	m.t.Helper()
	if m.seen == nil {
		m.seen = map[string]chan engine.Report{}
	}
	timeout := time.After(patience)
	for {
		select {
		case r := <-m.of(name):
			if r.State >= state {
				return r
			}
		default:
			select {
			case r := <-m.reports:
				m.of(r.Name) <- r.Report
			case <-timeout:
				m.t.Fatalf("no report that %s is in state %d; %s", name, state, m.log(name, "main"))
			}
		}
	}
}

func (m *machine) of(name string) chan engine.Report {
	if m.seen[name] == nil {
		m.seen[name] = make(chan engine.Report, 16)
	}
	return m.seen[name]
}

func (m *machine) log(pod, container string) string {
	text, err := os.ReadFile(local.LogFile(m.opts.Dir, pod, container))
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if l, ok := local.ParseLine(strings.TrimSuffix(line, "\n")); ok {
			b.WriteString(l.Text + "\n")
		}
	}
	return b.String()
}

func container(r engine.Report, name string) engine.Container {
	for _, c := range r.Containers {
		if c.Name == name {
			return c
		}
	}
	return engine.Container{}
}

// summary is what counts of a report, on a few lines.
func summary(r engine.Report) string {
	var b strings.Builder
	for _, c := range r.Containers {
		if c.Role == engine.RoleWeft && c.Code == 0 {
			continue
		}
		state := "waiting"
		if c.Ended {
			state = fmt.Sprint("ended ", c.Code)
		}
		fmt.Fprintf(&b, "%s: %s", c.Name, state)
		if c.Reason != "" && c.Reason != "Completed" {
			fmt.Fprintf(&b, " %s", c.Reason)
		}
		if c.Message != "" {
			fmt.Fprintf(&b, " %q", c.Message)
		}
		b.WriteString("\n")
	}
	if r.Message != "" {
		fmt.Fprintf(&b, "message: %s\n", r.Message)
	}
	if o := r.Outputs; o != nil {
		if o.Result != nil {
			fmt.Fprintf(&b, "result: %q\n", *o.Result)
		}
		for _, p := range o.Parameters {
			fmt.Fprintf(&b, "%s=%q\n", p.Name, p.Value)
		}
		for _, a := range o.Artifacts {
			fmt.Fprintf(&b, "artifact %s\n", a.Name)
		}
	}
	if r.OutputError != "" {
		fmt.Fprintf(&b, "output error: %s\n", r.OutputError)
	}
	return b.String()
}

func (m *machine) check(name string, r engine.Report, want string) {
	m.t.Helper()
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", "")) + "\n"
	if got := summary(r); got != want {
		m.t.Errorf("%s:\n%s\nwanted:\n%s", name, got, want)
	}
}

func TestWork(t *testing.T) {
	for _, test := range []struct {
		name, template string
		result         bool
		want           string
	}{
		{"container", `container: {image: a, command: [sh, -c], args: ["echo hello; echo $((6*7)) >&2"]}`, false, "main: ended 0"},
		{"result", `container: {image: a, command: [sh, -c, "echo one; echo two; echo no >&2"]}`, true, "main: ended 0\nresult: \"one\\ntwo\""},
		{"script", "script:\n  image: a\n  command: [sh]\n  source: |\n    read x < /dev/null\n    echo from $0 | sed 's/.*agent/agent/'\n", true, "main: ended 0\nresult: \"agent/script\""},
		{"code", `container: {image: a, command: [sh, -c, "exit 3"]}`, false, "main: ended 3 Error"},
		{"code with result", `container: {image: a, command: [sh, -c, "echo x; exit 3"]}`, true, "main: ended 3 Error\nresult: \"x\""},
		{"shell finds no command", `container: {image: a, command: [sh, -c, "no-such-command"]}`, false, "main: ended 127 Error"},
		{"no command", `container: {image: a, command: [no-such-command]}`, false,
			`main: ended 128 StartError "exec: \"no-such-command\": executable file not found in $PATH"`},
		{"no command, agent", `container: {image: a, command: [no-such-command]}`, true,
			`main: ended 64 Error "exec: \"no-such-command\": executable file not found in $PATH"`},
		{"killed", `container: {image: a, command: [sh, -c, "kill -9 $$$$"]}`, true, "main: ended 137 Error\nresult: \"\""},
		{"terminated", `container: {image: a, command: [sh, -c, "kill -15 $$$$"]}`, false, "main: ended 143 Error"},
		{"environment", "container:\n  image: a\n  command: [sh, -c, 'echo $A $(B) $$(echo in shell) $POD']\n  env:\n  - {name: A, value: one}\n  - {name: B, value: '$(A)-two'}\n  - {name: POD, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['weft.dev/run']\"}}}", true,
			"main: ended 0\nresult: \"one one-two in shell run\"\n"},
		{"init", "initContainers:\n- {name: one, image: a, command: [sh, -c, 'echo 1 > $(D)/x'], env: [{name: D, value: '{{workflow.name}}'}], workingDir: /tmp/weft-test-w, volumeMounts: [{name: w, mountPath: /tmp/weft-test-w/run}]}\nvolumes: [{name: w, emptyDir: {}}]\ncontainer: {image: a, command: [cat, /tmp/weft-test-w/run/x], volumeMounts: [{name: w, mountPath: /tmp/weft-test-w/run}]}", true,
			"one: ended 0\nmain: ended 0\nresult: \"1\""},
		{"init fails", "initContainers: [{name: one, image: a, command: ['false']}]\ncontainer: {image: a, command: ['true']}", false, "one: ended 1 Error\nmain: waiting"},
		{"deadline", "activeDeadlineSeconds: 1\ncontainer: {image: a, command: [sleep, '100']}", false,
			"main: ended 143 Error\nmessage: Pod was active on the node longer than the specified deadline"},
		{"orphans", `container: {image: a, command: [sh, -c, "sleep 100 & echo started"]}`, false, "main: ended 0"},
		{"sidecar", "sidecars: [{name: s, image: a, command: [sh, -c, 'trap \"exit 0\" TERM; while :; do sleep 0.05; done']}]\ncontainer: {image: a, command: ['true']}", false, "main: ended 0\ns: ended 0"},
		{"sidecar that ends", "sidecars: [{name: s, image: a, command: [sh, -c, 'exit 5']}]\ncontainer: {image: a, command: [sleep, '0.3']}", false, "main: ended 0\ns: ended 5 Error"},
		{"sidecar without a program", "sidecars: [{name: s, image: a, command: [no-such-command]}]\ncontainer: {image: a, command: ['true']}", false,
			`main: ended 0` + "\n" + `s: ended 64 Error "exec: \"no-such-command\": executable file not found in $PATH"`},
		{"sidecar without a program, with a probe",
			"sidecars: [{name: s, image: a, command: [no-such-command], readinessProbe: {exec: {command: ['true']}}}]\ncontainer: {image: a, command: ['true']}", false,
			"main: waiting\n" + `s: ended 128 StartError "exec: \"no-such-command\": executable file not found in $PATH"`},
		{"set", "containerSet:\n  containers:\n  - {name: a, image: x, command: [sh, -c, 'sleep 0.2; date +%s%N > /tmp/weft-test-s/a']}\n  - {name: main, image: x, command: [cat, /tmp/weft-test-s/a], dependencies: [a]}\n  volumeMounts: [{name: s, mountPath: /tmp/weft-test-s}]\nvolumes: [{name: s, emptyDir: {}}]", false,
			"a: ended 0\nmain: ended 0"},
		{"set that fails", "containerSet:\n  containers:\n  - {name: a, image: x, command: [sh, -c, 'exit 9']}\n  - {name: main, image: x, command: ['true'], dependencies: [a]}", false,
			"a: ended 9 Error\nmain: ended 64 Error \"container \\\"a\\\", which must end well before, ended with exit code 9\""},
		{"set with retries", "containerSet:\n  retryStrategy: {retries: '3', duration: '0.01s'}\n  containers:\n  - {name: main, image: x, command: [sh, -c, 'echo x >> /tmp/weft-test-r/n; test $(wc -l < /tmp/weft-test-r/n) = 3'], volumeMounts: [{name: r, mountPath: /tmp/weft-test-r}]}\nvolumes: [{name: r, emptyDir: {}}]", false,
			"main: ended 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			modes(t, func(t *testing.T, mode local.Mode) {
				m := newMachine(t, local.Options{Mode: mode})
				m.check(test.name, m.run(test.template, call{result: test.result}), test.want)
			})
		})
	}
}

func TestParameters(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		r := m.run(`
container: {image: a, command: [sh, -c, "printf 'a\n\n' > /tmp/weft-test-p1; mkdir -p /tmp/weft-test-d"]}
outputs:
  parameters:
  - {name: one, valueFrom: {path: /tmp/weft-test-p1}}
  - {name: two, valueFrom: {path: /tmp/weft-test-p2, default: none}}
  - {name: three, valueFrom: {path: /tmp/weft-test-p3}}
  - {name: four, valueFrom: {path: /tmp/weft-test-d}}
`, call{})
		m.check("parameters", r, `main: ended 0
			one="a\n"
			two="none"
			output error: output parameter "three": there is no file "/tmp/weft-test-p3"; output parameter "four": "/tmp/weft-test-d" is a folder`)
		for _, path := range []string{"/tmp/weft-test-p1", "/tmp/weft-test-d"} {
			if _, err := os.Lstat(path); err == nil && mode == local.Namespaces {
				t.Errorf("%s was left on this machine", path)
			}
		}
	})
}

func TestLargeResult(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`container: {image: a, command: [sh, -c, "head -c 300000 /dev/urandom | base64 -w0; echo end"]}`, call{result: true})
		m.create(p)
		r := m.await(p.Name, engine.PodEnded)
		if r.Outputs == nil || r.Outputs.Result == nil || len(*r.Outputs.Result) != 256<<10 || !strings.HasSuffix(*r.Outputs.Result, "end") {
			t.Errorf("%+.300v", r)
		}
		if strings.Contains(m.log(p.Name, "main"), "weft1-record") {
			t.Error("the record is among what people see")
		}
	})
}

func TestArtifacts(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		r := m.run(`
container: {image: a, command: [sh, -c, "mkdir -p /tmp/weft-test-o/dir; echo hi > /tmp/weft-test-o/dir/f; echo raw > /tmp/weft-test-o/file"]}
outputs:
  artifacts:
  - {name: dir, path: /tmp/weft-test-o/dir}
  - {name: file, path: /tmp/weft-test-o/file, archive: {none: {}}}
  - {name: gone, path: /tmp/weft-test-o/gone, optional: true}
`, call{})
		m.check("save", r, "main: ended 0\nartifact dir\nartifact file")
		given := map[string]*tree.Node{}
		for _, a := range r.Outputs.Artifacts {
			given[a.Name] = parse(t, string(a.Location))
		}
		m.check("load", m.run(`
inputs:
  artifacts:
  - {name: dir, path: /tmp/weft-test-i/dir}
  - {name: file, path: /tmp/weft-test-v/below/file}
  - {name: text, path: /tmp/weft-test-i/text, raw: {data: "text\n"}}
volumes: [{name: v, emptyDir: {}}]
container: {image: a, command: [sh, -c, "cat /tmp/weft-test-i/dir/f /tmp/weft-test-v/below/file /tmp/weft-test-i/text; find /tmp/weft-test-i/dir /tmp/weft-test-i/text -type f | wc -l | tr -d ' '"], volumeMounts: [{name: v, mountPath: /tmp/weft-test-v}]}
`, call{result: true, artifacts: given}), "main: ended 0\nresult: \"hi\\nraw\\ntext\\n2\"")
		m.check("missing", m.run(`
inputs: {artifacts: [{name: a, path: /tmp/weft-test-a, folder: {key: none}}]}
container: {image: a, command: ["true"]}
`, call{artifacts: map[string]*tree.Node{"a": parse(t, `{folder: {key: none}}`)}}),
			"weft-load: ended 65 Error \"input artifact \\\"a\\\": folder: not found\"\nmain: waiting")
	})
}
