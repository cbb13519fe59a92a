//go:build e2e && linux

package testenv

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

const busybox = "busybox:1"

// TestMain runs all tests where a node can run.
func TestMain(m *testing.M) { os.Exit(Isolated(m.Run)) }

// A node is a cluster with one, and a client of it.
type node struct {
	*Cluster
	config *rest.Config
	client *rest.RESTClient // of version v1
}

func startNode(t *testing.T) *node {
	t.Helper()
	programs, err := FindPrograms(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c, err := Start(t.Context(), programs, Options{Node: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	t.Logf("the node is ready after %.1f s", time.Since(began).Seconds())
	image, err := images.Busybox()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddImage(t.Context(), image, busybox); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS, config.APIPath = -1, "/api"
	config.GroupVersion, config.NegotiatedSerializer = &corev1.SchemeGroupVersion, scheme.Codecs.WithoutConversion()
	client, err := rest.RESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return &node{Cluster: c, config: config, client: client}
}

// create makes a Pod that runs a script in busybox.
func (n *node) create(t *testing.T, name, script string, change ...func(*corev1.PodSpec)) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: busybox, Command: []string{"sh", "-c", script}}},
		},
	}
	for _, c := range change {
		c(&pod.Spec)
	}
	n.post(t, "pods", pod)
	return pod
}

func (n *node) post(t *testing.T, resource string, object runtime.Object) {
	t.Helper()
	if err := n.client.Post().Namespace("default").Resource(resource).Body(object).Do(t.Context()).Into(object); err != nil {
		t.Fatal(err)
	}
}

// await watches a Pod until it is in one of the phases.
func (n *node) await(t *testing.T, name string, phases ...corev1.PodPhase) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err := n.client.Get().Namespace("default").Resource("pods").Name(name).Do(t.Context()).Into(pod); err != nil {
			t.Fatal(err)
		}
		for _, phase := range phases {
			if pod.Status.Phase == phase {
				return pod
			}
		}
	}
	t.Fatalf("Pod %s stays %+v", name, pod.Status)
	return nil
}

func (n *node) logs(t *testing.T, name string) string {
	t.Helper()
	text, err := n.client.Get().Namespace("default").Resource("pods").Name(name).SubResource("log").DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// exec runs a command in a Pod that runs, and returns what it printed.
func (n *node) exec(t *testing.T, name string, command ...string) string {
	t.Helper()
	url := n.client.Get().Namespace("default").Resource("pods").Name(name).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: "main", Command: command, Stdout: true}, scheme.ParameterCodec).URL()
	url.Scheme = "wss"
	config, err := websocket.NewConfig(url.String(), "https://localhost")
	if err != nil {
		t.Fatal(err)
	}
	config.Protocol = []string{"v4.channel.k8s.io"}
	config.Header.Set("Authorization", "Bearer "+n.config.BearerToken)
	config.TlsConfig = &tls.Config{InsecureSkipVerify: true}
	conn, err := config.DialContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var printed []byte
	for {
		var frame []byte
		if err := websocket.Message.Receive(conn, &frame); err == io.EOF {
			return string(printed)
		} else if err != nil {
			t.Fatal(err)
		}
		if len(frame) > 0 && frame[0] == 1 { // the channel of standard output
			printed = append(printed, frame[1:]...)
		}
	}
}

// run runs a script in a Pod that has to succeed, and returns what it printed.
func (n *node) run(t *testing.T, name, script string, change ...func(*corev1.PodSpec)) string {
	t.Helper()
	n.create(t, name, script, change...)
	pod := n.await(t, name, corev1.PodSucceeded, corev1.PodFailed)
	text := n.logs(t, name)
	if pod.Status.Phase != corev1.PodSucceeded {
		t.Fatalf("Pod %s failed: %s", name, text)
	}
	return text
}

func TestNodeRunsPods(t *testing.T) {
	n := startNode(t)

	t.Run("logs", func(t *testing.T) {
		for i := range 3 {
			began := time.Now()
			if text := n.run(t, fmt.Sprint("hello-", i), "echo hello"); text != "hello\n" {
				t.Errorf("logs are %q", text)
			}
			t.Logf("a bare Pod takes %.2f s", time.Since(began).Seconds())
		}
	})

	t.Run("exec", func(t *testing.T) {
		n.create(t, "sleeper", "trap 'exit 0' TERM; while :; do sleep 0.1; done")
		n.await(t, "sleeper", corev1.PodRunning)
		if out := n.exec(t, "sleeper", "echo", "inside"); out != "inside\n" {
			t.Errorf("exec prints %q", out)
		}
	})

	t.Run("API", func(t *testing.T) {
		text := n.run(t, "api", `dir=/var/run/secrets/kubernetes.io/serviceaccount
test -s $dir/token && test -s $dir/ca.crt && echo $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
nc -w 2 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null && echo reached`)
		if want := serviceAddress + ":443\nreached\n"; text != want {
			t.Errorf("a Pod finds %q, not %q", text, want)
		}
	})

	t.Run("closed", func(t *testing.T) {
		text := n.run(t, "closed", `for address in 1.1.1.1 192.168.0.1 10.0.0.1; do
	timeout 2 nc $address 80 </dev/null 2>&1 && echo "reached $address"
done
timeout 2 nslookup example.com >/dev/null && echo "asked somebody"
true`)
		if strings.Count(text, "unreachable") != 3 || strings.Contains(text, "reached ") || strings.Contains(text, "asked") {
			t.Errorf("a Pod is to find nobody, and to be told so at once: %q", text)
		}
	})

	t.Run("kill", func(t *testing.T) {
		pod := n.create(t, "victim", "sleep 1000")
		n.await(t, "victim", corev1.PodRunning)
		if err := n.KillContainer(t.Context(), string(pod.UID), "main"); err != nil {
			t.Fatal(err)
		}
		pod = n.await(t, "victim", corev1.PodFailed)
		if end := pod.Status.ContainerStatuses[0].State.Terminated; end == nil || end.ExitCode != 137 {
			t.Errorf("a killed container is %+v", pod.Status.ContainerStatuses[0].State)
		}
	})

	t.Run("memory", func(t *testing.T) {
		n.create(t, "greedy", "tail /dev/zero", func(spec *corev1.PodSpec) {
			spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("20Mi")}
		})
		pod := n.await(t, "greedy", corev1.PodFailed)
		if end := pod.Status.ContainerStatuses[0].State.Terminated; end == nil || end.Reason != "OOMKilled" {
			t.Errorf("a container that takes too much memory is %+v", pod.Status.ContainerStatuses[0].State)
		}
	})

	t.Run("volume", func(t *testing.T) {
		n.post(t, "persistentvolumeclaims", &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: "disk"},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
			},
		})
		withDisk := func(spec *corev1.PodSpec) {
			spec.Volumes = []corev1.Volume{{Name: "disk"}}
			spec.Volumes[0].PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "disk"}
			spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "disk", MountPath: "/disk"}}
			spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000))}
		}
		n.run(t, "writer", "echo kept >/disk/file", withDisk)
		if text := n.run(t, "reader", "cat /disk/file", withDisk); text != "kept\n" {
			t.Errorf("a volume holds %q", text)
		}
	})

	t.Run("restart", func(t *testing.T) {
		for _, server := range []string{APIServer, Kubelet} {
			if err := n.Restart(context.Background(), server); err != nil {
				t.Fatal(err)
			}
		}
		n.run(t, "after", "true")
	})
}
