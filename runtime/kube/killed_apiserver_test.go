//go:build apiserver

package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// count is how many Pods there have been.
func (p *player) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.created)
}

// stale makes a lease run out that its holder does not renew any more, so that
// tests need not wait.
func stale(t *testing.T, r *Run) {
	t.Helper()
	lease, err := r.lease(t.Context())
	if err != nil || lease == nil {
		t.Fatalf("%v, %v", lease, err)
	}
	past := lease.Spec.RenewTime.Add(-leadSeconds * time.Second)
	lease.Spec.RenewTime.Time = past
	if err := r.cluster.update(t.Context(), leaseResource, lease.Name, lease, lease); err != nil {
		t.Fatal(err)
	}
}

// program builds weft, and writes a workflow called wf to a file.
func program(t testing.TB, spec string) (weft, file string) {
	t.Helper()
	dir := t.TempDir()
	weft, file = filepath.Join(dir, "weft"), filepath.Join(dir, "wf.yaml")
	if out, err := exec.Command("go", "build", "-o", weft, "../../cmd/weft").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:" + strings.ReplaceAll(spec, "\n", "\n  ")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return weft, file
}

// The process that drives a run may be killed at any moment: whoever resumes it
// goes on where it was, and no Pod is made twice.
func TestAPIServerProcessKilled(t *testing.T) {
	weft, file := program(t, everything)
	c, kubelet := newPlace(t, func(p *corev1.Pod) play {
		do := everythingPlay(p)
		if !do.forever {
			do.after = 150 * time.Millisecond
		}
		return do
	})
	var said bytes.Buffer
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), weft, append(args, "--cluster", "-n", c.Namespace, "--kubeconfig", access.Kubeconfig)...)
		cmd.Stdout, cmd.Stderr = &said, &said
		return cmd
	}
	for i, pods := range []int{1, 2, 4, 6, 8, 11, 12} {
		cmd := command("run", "--resume", "wf")
		if i == 0 {
			cmd = command("run", file, "--name", "wf")
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		go func() {
			_ = cmd.Wait() // it is killed
			close(over)
		}()
		for end := time.Now().Add(30 * time.Second); kubelet.count() < pods; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d Pods, waiting for %d:\n%s", kubelet.count(), pods, said.String())
			}
		}
		_ = cmd.Process.Kill() // it may be over
		<-over
		kept, err := c.OpenRun(context.WithoutCancel(t.Context()), "wf")
		if err != nil {
			t.Fatalf("%v:\n%s", err, said.String())
		}
		if i == 0 { // for some time it looks as if it were there
			if out, err := command("run", "--resume", "wf").Output(); err == nil {
				t.Errorf("a run was resumed that another process seems to drive: %s", out)
			}
		}
		stale(t, kept)
	}
	if err := command("run", "--resume", "wf").Run(); err != nil {
		t.Errorf("%v:\n%s", err, said.String())
	}
	get := command("get", "wf", "-o", "json", "--all")
	get.Stdout = nil
	out, err := get.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, said.String())
	}
	var shown struct {
		Nodes []struct {
			Path, Phase, Class string
			Outputs            struct{ Result *string }
		}
	}
	if err := json.Unmarshal(out, &shown); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range shown.Nodes {
		got[n.Path] = n.Phase
		if n.Outputs.Result != nil {
			got[n.Path] += " " + *n.Outputs.Result
		}
		if n.Class != "" {
			got[n.Path] += " " + n.Class
		}
	}
	compare(t, got, everythingWant)
	if n := kubelet.once(t); n != 12 {
		t.Errorf("%d Pods", n)
	}
	if t.Failed() {
		t.Log(said.String())
	}
}
