//go:build apiserver && linux

package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

const scripts = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: scripts-}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: plain, template: plain}
      - {name: own, template: own}
      - {name: bare, template: bare}
  - name: plain
    script: {image: "busybox:1.36", command: [sh], source: "true"}
  - name: own
    serviceAccountName: other
    script: {image: "busybox:1.36", command: [sh], source: "true"}
  - name: bare
    automountServiceAccountToken: false
    executor: {serviceAccountName: default}
    container: {image: "busybox:1.36", command: ["true"]}
`

// TestAPIServerPodFlags holds what --service-account and --agent-image make of Pods,
// and --driver-image and --driver-service-account of Jobs.
func TestAPIServerPodFlags(t *testing.T) {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := testenv.Start(context.Background(), programs, testenv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	file := filepath.Join(t.TempDir(), "scripts.yaml")
	accounts := filepath.Join(t.TempDir(), "accounts.yaml")
	account := "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: NAME}\n---\n"
	var all strings.Builder
	for _, name := range []string{"default", "builder", "other"} {
		all.WriteString(strings.ReplaceAll(account, "NAME", name))
	}
	for path, text := range map[string]string{file: scripts, accounts: all.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	weft := func(args ...string) *exec.Cmd {
		cmd := exec.Command("weft", args...)
		cmd.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig)
		return cmd
	}
	if out, err := weft("apply", "--yes", "-n", "default", accounts).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	client, err := kube.Access{Kubeconfig: cluster.Kubeconfig}.Client()
	if err != nil {
		t.Fatal(err)
	}
	agent := "registry.example.org/agent@sha256:" + strings.Repeat("0123456789abcdef", 4)
	cmd := weft("run", "--cluster", "--service-account", "builder", "--agent-image", agent, file)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	pods := func() (all []corev1.Pod) {
		list, err := client.Resource(podKind).Namespace("default").List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range list.Items {
			var p corev1.Pod
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &p); err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
		return all
	}
	found := map[string]corev1.Pod{}
	for end := time.Now().Add(30 * time.Second); len(found) < 3; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("there are %d Pods", len(found))
		}
		for _, p := range pods() {
			node := p.Annotations["weft.dev/node-path"]
			found[node[strings.LastIndexByte(node, '.')+1:]] = p
		}
	}
	for step, want := range map[string]struct {
		account string
		token   bool
		agent   bool
	}{"plain": {"builder", true, true}, "own": {"other", true, true}, "bare": {"builder", false, false}} {
		p := found[step]
		if p.Spec.ServiceAccountName != want.account {
			t.Errorf("%s runs as %q, want %q", step, p.Spec.ServiceAccountName, want.account)
		}
		if token := p.Spec.AutomountServiceAccountToken; (token == nil || *token) != want.token {
			t.Errorf("%s has a token: not %v", step, want.token)
		}
		var images []string
		for _, c := range p.Spec.InitContainers {
			images = append(images, c.Image)
			if c.ImagePullPolicy != corev1.PullIfNotPresent {
				t.Errorf("%s fetches %s %s", step, c.Image, c.ImagePullPolicy)
			}
		}
		if has := strings.Join(images, " ") == agent; has != want.agent {
			t.Errorf("%s begins with %q", step, images)
		}
	}

	// An image that was wrong is mended where the run goes on, and stays so.
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait() // it leaves the run, which is a failure
	if out, _ := weft("terminate", "--cluster", "@latest").CombinedOutput(); !strings.Contains(string(out), "failed in") {
		t.Fatalf("the run goes on: %s", out)
	}
	mended := "registry.example.org/mended@sha256:" + strings.Repeat("0123456789abcdef", 4)
	again := weft("retry", "--cluster", "--agent-image", mended, "@latest")
	again.Stderr = os.Stderr
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = again.Process.Kill(); _ = again.Wait() })
	for end, begun := time.Now().Add(30*time.Second), false; !begun; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no Pod takes the agent from elsewhere")
		}
		begun = slices.ContainsFunc(pods(), func(p corev1.Pod) bool {
			return len(p.Spec.InitContainers) > 0 && p.Spec.InitContainers[0].Image == mended
		})
	}
	runs, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace("default").
		List(t.Context(), metav1.ListOptions{LabelSelector: "weft.dev/kind=run"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := runs.MarshalJSON(); err != nil || !strings.Contains(string(text), mended) || strings.Contains(string(text), agent) {
		t.Errorf("%v: the run does not keep the image: %s", err, text)
	}

	if out, err := weft("apply", "--yes", "-n", "default", filepath.Join(repository, "docs/running-rbac.yaml")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	detach := weft("run", "--cluster", "--detach", "--driver-image", agent, "--driver-service-account", "builder", file)
	if err := detach.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = detach.Process.Kill(); _ = detach.Wait() })
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list, err := client.Resource(jobKind).Namespace("default").List(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) == 0 {
			if time.Now().After(end) {
				t.Fatal("there is no Job")
			}
			continue
		}
		text, err := list.Items[0].MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"image":"` + agent + `"`, `"serviceAccountName":"builder"`, `"imagePullPolicy":"IfNotPresent"`} {
			if !strings.Contains(string(text), want) {
				t.Errorf("the Job lacks %s: %s", want, text)
			}
		}
		return
	}
}
