//go:build e2e && linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/weft-lang/weft/cmd/internal/outcome"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

var podKind = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

// fault is something that goes wrong on a real node.
type fault struct {
	name string
	main string // the fields of the only template, as YAML in one line
	// act is what goes wrong, when the container of the Pod called when runs; nil
	// when the workflow sees to it.
	act  func(t *testing.T, p *victim)
	when string
	want map[string]string // of nodes: "Phase class message", as an expression
}

// victim is a Pod that something happens to.
type victim struct {
	namespace, name, uid string
}

// kill kills the first process of a container.
func (p *victim) kill(t *testing.T, container string) {
	t.Helper()
	if err := shared.cluster.KillContainer(t.Context(), p.uid, container); err != nil {
		t.Error(err)
	}
}

// evict asks for the Pod's eviction.
func (p *victim) evict(t *testing.T) {
	t.Helper()
	eviction := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "policy/v1", "kind": "Eviction", "metadata": map[string]any{"name": p.name, "namespace": p.namespace},
	}}
	if _, err := shared.client.Resource(podKind).Namespace(p.namespace).Create(t.Context(), eviction, meta.CreateOptions{}, "eviction"); err != nil {
		t.Error(err)
	}
}

func (p *victim) deleteByForce(t *testing.T) {
	t.Helper()
	now := int64(0)
	if err := shared.client.Resource(podKind).Namespace(p.namespace).Delete(t.Context(), p.name, meta.DeleteOptions{GracePeriodSeconds: &now}); err != nil {
		t.Error(err)
	}
}

// await waits for the Pod of a node, and for a container of it to run.
func await(ctx context.Context, namespace, path, container string) (*victim, error) {
	for {
		list, err := shared.client.Resource(podKind).Namespace(namespace).List(ctx, meta.ListOptions{})
		if err != nil {
			return nil, err
		}
		for _, p := range list.Items {
			if p.GetAnnotations()[pod.AnnotationNode] == path && runs(&p, container) {
				return &victim{namespace, p.GetName(), string(p.GetUID())}, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("container %s of %s never runs: %w", container, path, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// runs reports whether a container runs.
func runs(p *unstructured.Unstructured, container string) bool {
	for _, list := range []string{"containerStatuses", "initContainerStatuses"} {
		statuses, _, _ := unstructured.NestedSlice(p.Object, "status", list)
		for _, s := range statuses {
			status, _ := s.(map[string]any)
			if _, running, _ := unstructured.NestedMap(status, "state", "running"); running && status["name"] == container {
				return true
			}
		}
	}
	return false
}

const (
	sleeps = "container: {image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '600']}"
	sleepy = "script: {image: busybox, imagePullPolicy: IfNotPresent, command: [sh], source: sleep 600}"
	// hands has an output parameter that the agent has to hand over.
	hands = "outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p}}]}, "
)

// says is a container that runs a command in a shell.
func says(command string, more ...string) string {
	return fmt.Sprintf("container: {image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, %q]%s}", command, strings.Join(more, ""))
}

var faults = []fault{
	{
		name: "the main container is killed", main: sleeps, when: "main",
		act:  func(t *testing.T, p *victim) { p.kill(t, "main") },
		want: map[string]string{"WF": `Failed user main: Error \(exit code 137\)`},
	},
	{
		name: "the agent is killed with the record", main: hands + says("echo 1 > /tmp/p; sleep 600"), when: "main",
		act:  func(t *testing.T, p *victim) { p.kill(t, "main") },
		want: map[string]string{"WF": `Failed user main: Error \(exit code 137\)`},
	},
	{
		name: "a member of a set is killed, and others wait for it", when: "one",
		main: "containerSet: {containers: [{name: one, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '600']}, " +
			"{name: two, image: busybox, imagePullPolicy: IfNotPresent, command: [echo, two], dependencies: [one]}]}",
		act: func(t *testing.T, p *victim) { p.kill(t, "one") },
		want: map[string]string{
			"WF": `Failed user one: Error \(exit code 137\)`, "WF.one": `Failed  one: Error \(exit code 137\)`,
			"WF.two": `Error  two: Error \(exit code 64\): container "one" ended without a word`,
		},
	},
	{
		name: "a member of a set is killed, and nobody waits for it", when: "one",
		main: "containerSet: {containers: [{name: one, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '600']}, " +
			"{name: two, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '3']}]}",
		act:  func(t *testing.T, p *victim) { p.kill(t, "one") },
		want: map[string]string{"WF": `Failed user one: Error \(exit code 137\)`, "WF.one": `Failed  one: .*`, "WF.two": `Succeeded  `},
	},
	{
		name: "a member of a set cannot be started, and others wait for it",
		main: "containerSet: {containers: [{name: one, image: busybox, imagePullPolicy: IfNotPresent, command: [echo, one], workingDir: /proc/version}, " +
			"{name: two, image: busybox, imagePullPolicy: IfNotPresent, command: [echo, two], dependencies: [one]}]}",
		want: map[string]string{"WF": `Error user one: StartError \(exit code 64\).*`, "WF.one": `Error  one: StartError .*`, "WF.two": `Error  .*`},
	},
	{
		name: "main cannot be started, and its artifacts are waited for",
		main: "container: {image: busybox, imagePullPolicy: IfNotPresent, command: [echo], workingDir: /proc/version}, outputs: {artifacts: [{name: a, path: /tmp/a}]}",
		want: map[string]string{"WF": `Failed user main: StartError .*`},
	},
	{
		name: "memory runs out", main: hands + says("echo 1 > /tmp/p; tail /dev/zero", ", resources: {limits: {memory: 32Mi}}"),
		want: map[string]string{"WF": `Failed user main: (OOMKilled|Error) \(exit code 137\)`},
	},
	{
		name: "the record is written over", main: hands + says("echo 1 > /tmp/p; while :; do echo junk >> /dev/termination-log; done & sleep 1"),
		// Chance decides how much of it is left, but not that what is left is whole.
		want: map[string]string{"WF": `(Error infrastructure container "main"(: record lost: .*| left no record of its outputs)|Succeeded  )`},
	},
	{
		name: "the record gets lost", main: hands + says("echo 1 > /tmp/p; python3 -c 'import ctypes; exit(ctypes.CDLL(None).mount(b\"/dev/null\", b\"/dev/termination-log\", None, 4096, None))'", ", securityContext: {privileged: true}"),
		want: map[string]string{"WF": `Error infrastructure container "main" left no record of its outputs`, "WF output p": ""},
	},
	{
		name: "what the process leaves is no record", main: says("echo weft1 7 00000000 forged > /dev/termination-log; exit 3"),
		want: map[string]string{"WF": `Failed user main: Error \(exit code 3\)`},
	},
	{
		name: "a forged record beside a true one", main: hands + says("echo true > /tmp/p; printf 'weft1 7 00000000 forged' > /dev/termination-log"),
		want: map[string]string{"WF": `Succeeded  `, "WF output p": "true"},
	},
	{
		name: "the output is not there", main: hands + says("true"),
		want: map[string]string{"WF": `Error user .*/tmp/p.*`},
	},
	{
		name: "deleted by force", main: sleepy, when: "main",
		act:  func(t *testing.T, p *victim) { p.deleteByForce(t) },
		want: map[string]string{"WF": `(Error|Failed) infrastructure .*deleted.*`},
	},
	{
		name: "evicted by request", main: sleepy, when: "main",
		act:  func(t *testing.T, p *victim) { p.evict(t) },
		want: map[string]string{"WF": `(Error|Failed) preempted .*EvictionByEvictionAPI: Eviction API: evicting`},
	},
	{
		name: "evicted by the kubelet",
		main: "volumes: [{name: small, emptyDir: {sizeLimit: 1Mi}}], " + says("dd if=/dev/zero of=/small/x bs=1M count=8; sleep 600", ", volumeMounts: [{name: small, mountPath: /small}]"),
		want: map[string]string{"WF": `Failed infrastructure Evicted: Usage of EmptyDir volume "small" exceeds the limit "1Mi"\. ?`},
	},
	{
		name: "it takes too long", main: "activeDeadlineSeconds: 3, " + sleepy,
		want: map[string]string{"WF": `Failed timeout .*Pod was active on the node longer than the specified deadline`},
	},
	{
		name: "the image is not there", main: "timeout: 5s, container: {image: 'nowhere.invalid/x:1', imagePullPolicy: Never, command: [x]}",
		// The kubelet keeps the same bound by a clock of its own, and may be first.
		want: map[string]string{"WF": `Failed timeout (timeout|DeadlineExceeded: Pod was active on the node longer than the specified deadline)`},
	},
	{
		name: "a sidecar ends badly", main: says("sleep 2") + ", sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, 'exit 3']}]",
		want: map[string]string{"WF": `Failed user side: Error \(exit code 3\)`},
	},
	{
		name: "a sidecar has no program", main: says("sleep 1") + ", sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [/no/such]}]",
		want: map[string]string{"WF": `Failed user side: Error \(exit code 64\): exec: "/no/such": file does not exist`},
	},
	{
		name: "a sidecar ends when it is asked to", main: says("sleep 1") + ", sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '600']}]",
		want: map[string]string{"WF": `Succeeded  `},
	},
	{
		name: "a sidecar does not end", main: says("sleep 1") + `, sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}]`,
		want: map[string]string{"WF": `Succeeded  `},
	},
	{
		name: "a sidecar with a probe ends when it is asked to", main: says("sleep 1") +
			", sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [sleep, '600'], readinessProbe: {exec: {command: ['true']}}}]",
		want: map[string]string{"WF": `Succeeded  `},
	},
}

// What goes wrong on a node ends the step, says the cause, and leaves no empty
// outputs behind.
func TestFaults(t *testing.T) {
	namespace := shared.namespace(t)
	shared.artifacts(t, namespace)
	slots := make(chan struct{}, 6)
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			name := fmt.Sprint("fault-", i)
			dir := write(t, map[string]string{"wf.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: " + name + "}\n" +
				"spec:\n  entrypoint: main\n  templates:\n  - {name: main, " + f.main + "}\n"})
			acted := make(chan struct{})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				defer close(acted)
				if f.act == nil {
					return
				}
				p, err := await(ctx, namespace, name, f.when)
				if err != nil {
					t.Error(err)
					return
				}
				f.act(t, p)
			}()
			e, err := shared.run(dir, "wf.yaml", "--cluster", "-n", namespace, "--name", name)
			cancel()
			<-acted
			if err != nil {
				t.Fatal(err)
			}
			for key, want := range f.want {
				path, fact, _ := strings.Cut(key, " ")
				node := e.Nodes[path]
				got := fmt.Sprintf("%s %s %s", node[outcome.Phase], node[outcome.Class], node[outcome.Message])
				if fact != "" {
					got = node[fact]
				}
				if !regexp.MustCompile(`^(?s:` + want + `)$`).MatchString(got) {
					t.Errorf("%s is %q, want %s", key, got, want)
				}
			}
			if node := e.Nodes["WF"]; node[outcome.Phase] == "Succeeded" && strings.Contains(f.main, hands) && node["output p"] == "" {
				t.Error("the outputs are empty")
			}
			if t.Failed() {
				t.Log(e.said)
			}
		})
	}
}

// No Pod of a step that is done stays: kubelets end sidecars after main.
func TestFaultsLeaveNoPodRunning(t *testing.T) {
	namespace := shared.namespace(t)
	dir := write(t, map[string]string{"wf.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: leaves}\n" +
		"spec:\n  entrypoint: main\n  templates:\n  - {name: main, " + says("sleep 1") +
		`, sidecars: [{name: side, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}], podSpecPatch: 'terminationGracePeriodSeconds: 8'}` + "\n"})
	e, err := shared.run(dir, "wf.yaml", "--cluster", "-n", namespace, "--name", "leaves")
	if err != nil || e.Nodes["WF"][outcome.Phase] != "Succeeded" {
		t.Fatal(e, err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		list, err := shared.client.Resource(podKind).Namespace(namespace).List(t.Context(), meta.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ended := true
		for _, p := range list.Items {
			phase, _, _ := unstructured.NestedString(p.Object, "status", "phase")
			ended = ended && (phase == "Succeeded" || phase == "Failed")
		}
		if ended {
			return
		}
		if time.Now().After(end) {
			t.Fatal("a Pod runs still")
		}
	}
}

// While a server of the cluster is away, Pods run on, and what they left is found
// when it is back.
func TestFaultsOfServers(t *testing.T) {
	for _, name := range []string{testenv.APIServer, testenv.Kubelet, testenv.Etcd, testenv.Containerd} {
		t.Run(name, func(t *testing.T) {
			namespace := shared.namespace(t)
			dir := write(t, map[string]string{"wf.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: away}\n" +
				"spec:\n  entrypoint: main\n  templates:\n  - name: main\n    steps: [[{name: a, template: out, withItems: [1, 2]}], [{name: b, template: out}]]\n" +
				"  - {name: out, " + hands + says("sleep 4; echo kept > /tmp/p") + "}\n"})
			outage := make(chan error, 1)
			go func() {
				ctx := context.WithoutCancel(t.Context())
				_, err := await(t.Context(), namespace, "away[0].a(0:1)", "main")
				if err == nil {
					err = shared.cluster.Kill(name)
				}
				time.Sleep(6 * time.Second)
				outage <- errors.Join(err, shared.cluster.Restart(ctx, name))
			}()
			e, err := shared.run(dir, "wf.yaml", "--cluster", "-n", namespace, "--name", "away")
			if err := <-outage; err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"WF[0].a(0:1)", "WF[0].a(1:2)", "WF[1].b"} {
				if node := e.Nodes[path]; node[outcome.Phase] != "Succeeded" || node["output p"] != "kept" {
					t.Errorf("%s: %v", path, node)
				}
			}
			if t.Failed() {
				t.Log(e.said)
			}
		})
	}
}

// A driver that is killed, and for which nobody stands in while its Pods end,
// finds what they left when it comes back.
func TestFaultsOfTheDriver(t *testing.T) {
	namespace := shared.namespace(t)
	dir := write(t, map[string]string{"wf.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: killed}\n" +
		"spec:\n  entrypoint: main\n  templates:\n  - name: main\n    steps: [[{name: a, template: out}], [{name: b, template: out}]]\n" +
		"  - {name: out, " + hands + says("sleep 2; echo kept > /tmp/p") + "}\n"})
	cmd := exec.Command(shared.weft, "run", "wf.yaml", "--cluster", "-n", namespace, "--name", "killed", "--kubeconfig", shared.cluster.Kubeconfig)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, err := await(t.Context(), namespace, "killed[0].a", "main")
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(16 * time.Second) // so long it may still be there
	e, err := shared.run(dir, "--resume", "killed", "--cluster", "-n", namespace)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"WF[0].a", "WF[1].b"} {
		if node := e.Nodes[path]; node[outcome.Phase] != "Succeeded" || node["output p"] != "kept" {
			t.Errorf("%s: %v\n%s", path, node, e.said)
		}
	}
	list, err := shared.client.Resource(podKind).Namespace(namespace).List(t.Context(), meta.ListOptions{})
	if err != nil || len(list.Items) != 2 {
		t.Errorf("%d Pods, %v", len(list.Items), err)
	}
}
