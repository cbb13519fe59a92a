//go:build e2e && linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/cmd/internal/outcome"
)

// newcomers finds the commands of docs/running.md that lead from a kubeconfig to
// a finished run.
var newcomers = regexp.MustCompile("(?s)## On a cluster\n.*?```sh\n(.*?)```")

// TestNewcomer runs them as they are written.
func TestNewcomer(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs/running.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := newcomers.FindStringSubmatch(string(text))
	if found == nil {
		t.Fatal("docs/running.md has no commands below \"On a cluster\"")
	}
	bin, err := filepath.Abs(write(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(shared.weft, filepath.Join(bin, "weft")); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(found[1]) {
		line, _, _ = strings.Cut(line, " #")
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "kubectl create namespace "); ok {
			shared.namespaceCalled(t, name)
			continue
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir = repository
		cmd.Env = append(os.Environ(), "KUBECONFIG="+shared.cluster.Kubeconfig, "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil || len(out) == 0 {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		ran++
	}
	if ran < 2 || !strings.Contains(found[1], "weft run --cluster") {
		t.Errorf("these are not the commands of newcomers:\n%s", found[1])
	}
}

// gate waits for somebody, and then fails as long as it is told to.
const gate = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: gate-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: code, value: "4"}]}
  templates:
  - name: main
    steps:
    - - {name: before, template: say}
    - - {name: gate, template: gate}
    - - {name: after, template: code}
  - name: say
    container: {image: "busybox:1.36", command: [echo, hello there]}
  - name: gate
    suspend: {}
  - name: code
    script: {image: "busybox:1.36", command: [sh], source: "echo done; exit {{workflow.parameters.code}}"}
`

// A commander calls commands about runs of one namespace.
type commander struct {
	t         *testing.T
	dir       string
	namespace string
}

// newCommander has a namespace in which runs may be driven by Jobs, as
// docs/running-rbac.yaml lets them.
func newCommander(t *testing.T, files map[string]string) *commander {
	t.Helper()
	c := &commander{t: t, dir: write(t, files), namespace: shared.namespace(t)}
	rights, err := os.ReadFile(filepath.Join(repository, "docs/running-rbac.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range documents(t, string(rights)) {
		shared.create(t, kinds[object.GetKind()], c.namespace, jsonOf(t, object))
	}
	return c
}

// weft calls a command that has to end with a code, and returns all that it
// prints.
func (c *commander) weft(code int, args ...string) string {
	c.t.Helper()
	out, e, err := shared.do(c.dir, append(args, "--cluster", "-n", c.namespace)...)
	if err != nil {
		c.t.Fatalf("weft %s: %v", strings.Join(args, " "), err)
	}
	if e.code != code {
		c.t.Fatalf("weft %s: exit code %d, want %d:\n%s%s", strings.Join(args, " "), e.code, code, out, last(e.said))
	}
	return out + e.said
}

// says calls a command whose output has to hold a text.
func (c *commander) says(want string, code int, args ...string) {
	c.t.Helper()
	if out := c.weft(code, args...); !strings.Contains(out, want) {
		c.t.Errorf("weft %s does not say %q:\n%s", strings.Join(args, " "), want, out)
	}
}

// until waits for a command to say something.
func (c *commander) until(want string, args ...string) {
	c.t.Helper()
	var out string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var err error
		if out, _, err = shared.do(c.dir, append(args, "--cluster", "-n", c.namespace)...); err != nil {
			c.t.Fatal(err)
		}
		if strings.Contains(out, want) {
			return
		}
	}
	c.t.Fatalf("weft %s never says %q:\n%s", strings.Join(args, " "), want, out)
}

// TestDetached lets a Job of the cluster drive a story, and compares the outcome
// with that of a run here. What there is to know of it, all commands tell.
func TestDetached(t *testing.T) {
	s := stories(t)["scope"]
	files := s.files
	c := newCommander(t, files)
	c.says("weft run --cluster -n "+c.namespace+" --attach scope", 0, "run", "workflow.yaml", "--name", "scope", "--detach")
	there, err := shared.run(c.dir, "--attach", "scope", "--cluster", "-n", c.namespace)
	if err != nil {
		t.Fatal(err)
	}
	here := s.here(t)
	if differences := outcome.Differences(there.Run, here.Run, nil); there.code != here.code || len(differences) > 0 {
		t.Errorf("exit codes %d and %d\n    %s", there.code, here.code, strings.Join(differences, "\n    "))
	}
	c.says("scope succeeded", 0, "get", "scope")
	c.says("scope", 0, "runs")
	c.says(`5 of weft, "quoted" $HOME`, 0, "logs", "scope")
	c.says("<html", 0, "report", "scope")
	c.says("scope", 0, "doctor", "scope")
	c.weft(0, "delete", "scope")
	if _, err := shared.client.Resource(configMaps).Namespace(c.namespace).Get(t.Context(), "weft-run-scope", meta.GetOptions{}); err == nil {
		t.Error("the run is still there after weft delete")
	}
}

// TestPeople has people doing something about runs that a Job drives.
func TestPeople(t *testing.T) {
	c := newCommander(t, map[string]string{"workflow.yaml": gate})
	t.Run("resume and retry", func(t *testing.T) {
		c := &commander{t, c.dir, c.namespace}
		c.weft(0, "run", "workflow.yaml", "--name", "goes-on", "--detach")
		c.until("gate", "doctor", "goes-on")
		c.says("weft resume", 1, "doctor", "goes-on")
		c.weft(0, "resume", "goes-on")
		c.says("exit code 4", 1, "run", "--attach", "goes-on")
		c.says("done", 0, "logs", "goes-on", "after")
		c.weft(0, "retry", "goes-on", "--yes", "-p", "code=0")
		c.says("goes-on succeeded", 0, "get", "goes-on")
	})
	t.Run("stop", func(t *testing.T) {
		c := &commander{t, c.dir, c.namespace}
		c.weft(0, "run", "workflow.yaml", "--name", "stops", "--detach")
		c.until("gate", "doctor", "stops")
		c.weft(0, "stop", "stops")
		c.says("Stop", 1, "run", "--attach", "stops")
		c.says("stops", 0, "doctor", "stops")
	})
	t.Run("follow logs", func(t *testing.T) {
		c := &commander{t, c.dir, c.namespace}
		c.weft(0, "run", "workflow.yaml", "--name", "told", "--detach", "-p", "code=0")
		c.until("gate", "doctor", "told")
		followed := make(chan string, 1)
		go func() {
			out, _, err := shared.do(c.dir, "logs", "--follow", "told", "--cluster", "-n", c.namespace)
			followed <- fmt.Sprint(out, err)
		}()
		c.weft(0, "resume", "told")
		if out := <-followed; strings.Count(out, "hello there") != 1 || strings.Count(out, "done") != 1 {
			t.Errorf("weft logs --follow says\n%s", out)
		}
	})
}

// TestAntiAffinity holds that a second attempt keeps away from the host of the
// first one: there is no other, so that it waits, and weft doctor says for what.
func TestAntiAffinity(t *testing.T) {
	s := stories(t)["retry"]
	s.files["workflow.yaml"] = strings.Replace(s.files["workflow.yaml"], "    retryStrategy:\n",
		"    retryStrategy:\n      affinity: {nodeAntiAffinity: {}}\n", 1)
	c := newCommander(t, s.files)
	c.weft(0, "run", "workflow.yaml", "--name", "other-host", "--detach")
	c.until("Unschedulable", "doctor", "other-host")
	c.weft(0, "terminate", "other-host")
	c.weft(1, "run", "--attach", "other-host")
}

// objects is a workflow that works on an object of its namespace.
const objects = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: objects-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: make, template: make}
    - - name: change
        template: change
        arguments: {parameters: [{name: name, value: "{{steps.make.outputs.parameters.name}}"}]}
    - - name: remove
        template: remove
        arguments: {parameters: [{name: name, value: "{{steps.make.outputs.parameters.name}}"}]}
  - name: make
    resource:
      action: create
      setOwnerReference: true
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {generateName: made-}
        data: {color: green}
    outputs:
      parameters:
      - {name: name, valueFrom: {jsonPath: "{.metadata.name}"}}
  - name: change
    inputs: {parameters: [{name: name}]}
    resource:
      action: patch
      mergeStrategy: merge
      successCondition: data.color == blue
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{inputs.parameters.name}}"}
        data: {color: blue}
    outputs:
      parameters:
      - {name: color, valueFrom: {jqFilter: .data.color}}
  - name: remove
    inputs: {parameters: [{name: name}]}
    resource:
      action: delete
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{inputs.parameters.name}}"}
`

// TestObjects runs resource templates, which take a cluster, with the rights of an
// account, and without.
func TestObjects(t *testing.T) {
	c := newCommander(t, map[string]string{"workflow.yaml": objects})
	shared.create(t, accounts, c.namespace, `{apiVersion: v1, kind: ServiceAccount, metadata: {name: editor}}`)
	shared.allow(t, c.namespace, "editor", "edit")
	e, err := shared.run(c.dir, "workflow.yaml", "--cluster", "-n", c.namespace, "--service-account", "editor")
	if err != nil {
		t.Fatal(err)
	}
	if color := e.Nodes["WF[1].change"][outcome.Output+"color"]; e.code != 0 || color != "blue" {
		t.Errorf("exit code %d, color %q: %s", e.code, color, last(e.said))
	}
	e, err = shared.run(c.dir, "workflow.yaml", "--cluster", "-n", c.namespace, "--service-account", "default")
	if err != nil {
		t.Fatal(err)
	}
	if message := e.Nodes["WF[0].make"][outcome.Message]; e.code != 1 || !strings.Contains(message, "cannot create resource") {
		t.Errorf("exit code %d, message %q", e.code, message)
	}
}
