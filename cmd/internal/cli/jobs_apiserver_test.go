//go:build apiserver

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/weft-lang/weft/runtime/kube"
)

// A jobPlayer plays what makes Pods of Jobs and runs them: for each Job it makes a
// Pod and starts weft, as the service account and with the arguments of the Job. A
// process that crashes is started again, in another Pod.
type jobPlayer struct {
	t          testing.TB
	kubeconfig string
	client     dynamic.Interface
	dir        string

	mu      sync.Mutex
	seen    map[types.UID]bool
	running map[*os.Process]bool
}

var (
	jobKind     = schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}
	podKind     = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	accountKind = schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}
)

// playJobs plays until stop is called.
func playJobs(t testing.TB, kubeconfig, dir string) (p *jobPlayer, stop func()) {
	client, err := kube.Access{Kubeconfig: kubeconfig}.Client()
	if err != nil {
		t.Fatal(err)
	}
	p = &jobPlayer{t: t, kubeconfig: kubeconfig, client: client, dir: dir, seen: map[types.UID]bool{}, running: map[*os.Process]bool{}}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for ctx.Err() == nil {
			list, err := client.Resource(jobKind).List(ctx, metav1.ListOptions{})
			for i := 0; err == nil && i < len(list.Items); i++ {
				if job := &list.Items[i]; !p.seen[job.GetUID()] {
					p.seen[job.GetUID()] = true
					work.Go(func() { p.play(ctx, job) })
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	return p, func() { cancel(); p.crash(); work.Wait() }
}

// crash kills the processes of all Jobs.
func (p *jobPlayer) crash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for process := range p.running {
		_ = process.Kill() // it may have ended
	}
}

func (p *jobPlayer) play(ctx context.Context, job *unstructured.Unstructured) {
	for try := 1; ctx.Err() == nil; try++ {
		code, err := p.try(ctx, job, try)
		if err != nil {
			if ctx.Err() == nil {
				p.t.Errorf("play Job %s: %v", job.GetName(), err)
			}
			return
		}
		switch code {
		case 0:
			p.end(ctx, job, "SuccessCriteriaMet", "Complete", "completionTime")
			return
		case 1, 4:
			p.end(ctx, job, "FailureTarget", "Failed", "startTime")
			return
		}
	}
}

// end says that a Job has ended, as the API server wants it to be said.
func (p *jobPlayer) end(ctx context.Context, job *unstructured.Unstructured, before, condition, when string) {
	now := time.Now().UTC().Format(time.RFC3339)
	p.set(ctx, jobKind, job, fmt.Sprintf(`{"status": {"startTime": %[4]q, %[3]q: %[4]q, "conditions": [
		{"type": %[1]q, "status": "True", "reason": "Played"}, {"type": %[2]q, "status": "True", "reason": "Played"}]}}`, before, condition, when, now))
}

// try is one Pod of a Job.
func (p *jobPlayer) try(ctx context.Context, job *unstructured.Unstructured, n int) (code int, err error) {
	template, _, err := unstructured.NestedMap(job.Object, "spec", "template")
	if err != nil {
		return 0, err
	}
	pod := &unstructured.Unstructured{Object: template}
	pod.SetAPIVersion("v1")
	pod.SetKind("Pod")
	pod.SetName(fmt.Sprintf("%s-%d", job.GetName(), n))
	if pod, err = p.client.Resource(podKind).Namespace(job.GetNamespace()).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return 0, err
	}
	account, _, err := unstructured.NestedString(template, "spec", "serviceAccountName")
	if err != nil {
		return 0, err
	}
	kubeconfig, err := p.as(ctx, job.GetNamespace(), account)
	if err != nil {
		return 0, err
	}
	p.set(ctx, podKind, pod, `{"status": {"phase": "Running", "containerStatuses": [{"name": "weft", "image": "i", "imageID": "i", "ready": true, "restartCount": 0, "state": {"running": {}}}]}}`)
	containers, _, err := unstructured.NestedSlice(template, "spec", "containers")
	if err != nil {
		return 0, err
	}
	args, _, err := unstructured.NestedStringSlice(containers[0].(map[string]any), "args")
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	cmd := exec.Command("weft", args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	p.keep(cmd.Process, true)
	_ = cmd.Wait() // its exit code tells
	p.keep(cmd.Process, false)
	code = cmd.ProcessState.ExitCode()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	p.set(ctx, podKind, pod, fmt.Sprintf(`{"status": {"phase": "Failed", "containerStatuses": [{"name": "weft", "image": "i", "imageID": "i", "ready": false, "restartCount": 0,
		"state": {"terminated": {"exitCode": %d, "message": %q}}}]}}`, code&0xff, lines[len(lines)-1]))
	return code, nil
}

func (p *jobPlayer) keep(process *os.Process, running bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running[process] = running
	if !running {
		delete(p.running, process)
	}
}

func (p *jobPlayer) set(ctx context.Context, resource schema.GroupVersionResource, object *unstructured.Unstructured, patch string) {
	_, err := p.client.Resource(resource).Namespace(object.GetNamespace()).Patch(ctx, object.GetName(), types.MergePatchType, []byte(patch), metav1.PatchOptions{}, "status")
	if err != nil && ctx.Err() == nil {
		p.t.Errorf("play %s: %v", object.GetName(), err)
	}
}

// token is where a kubeconfig holds one.
var token = regexp.MustCompile(`token: "[^"]*"`)

// as makes a kubeconfig for a service account.
func (p *jobPlayer) as(ctx context.Context, namespace, account string) (string, error) {
	request := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": map[string]any{"name": account},
		"spec": map[string]any{"expirationSeconds": int64(3600)},
	}}
	answer, err := p.client.Resource(accountKind).Namespace(namespace).Create(ctx, request, metav1.CreateOptions{}, "token")
	if err != nil {
		return "", err
	}
	got, _, err := unstructured.NestedString(answer.Object, "status", "token")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(p.kubeconfig)
	if err != nil {
		return "", err
	}
	path := filepath.Join(p.dir, "kubeconfig-"+account)
	return path, os.WriteFile(path, token.ReplaceAll(text, fmt.Appendf(nil, "token: %q", got)), 0o600)
}
