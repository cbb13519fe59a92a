//go:build e2e && linux

package e2e

import (
	"path/filepath"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// BenchmarkNodeDiamond is the time of a run of four Pods, two of which run beside
// each other, from the command to its end; compared with that of one bare Pod from
// its creation to the end of its container. The budget of a run is three bare Pods and a second.
func BenchmarkNodeDiamond(b *testing.B) {
	dir := write(b, map[string]string{"workflow.yaml": `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: diamond-}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: a, template: task}
      - {name: b, template: task, depends: a}
      - {name: c, template: task, depends: a}
      - {name: d, template: task, depends: b && c}
  - name: task
    container: {image: "busybox:1.36", command: ["true"]}
`})
	namespace := shared.namespace(b)
	barePod(b, namespace) // the first one of a namespace waits for its account's certificates
	var diamonds, bare time.Duration
	rounds := 0
	for b.Loop() {
		for range 5 {
			rounds++
			bare += barePod(b, namespace)
			began := time.Now()
			e, err := shared.run(dir, filepath.Join(dir, "workflow.yaml"), "--cluster", "-n", namespace)
			if err != nil {
				b.Fatal(err)
			}
			diamonds += time.Since(began)
			if e.code != 0 {
				b.Fatal(e.said)
			}
		}
	}
	ours, one := diamonds.Seconds()/float64(rounds), bare.Seconds()/float64(rounds)
	b.ReportMetric(ours, "s/run")
	b.ReportMetric(one, "s/bare")
	b.ReportMetric(ours/(3*one+1), "x/budget")
	b.ReportMetric(0, "ns/op")
}

// barePod is how long a Pod takes from its creation to its end, as a client that
// watches it sees it.
func barePod(b *testing.B, namespace string) time.Duration {
	b.Helper()
	pods := shared.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace(namespace)
	began := time.Now()
	made, err := pods.Create(b.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"generateName": "bare-"},
		"spec": map[string]any{
			"restartPolicy": "Never",
			"containers":    []any{map[string]any{"name": "main", "image": "busybox:1.36", "command": []any{"true"}}},
		},
	}}, meta.CreateOptions{})
	if err != nil {
		b.Fatal(err)
	}
	watch, err := pods.Watch(b.Context(), meta.ListOptions{
		FieldSelector: "metadata.name=" + made.GetName(), ResourceVersion: made.GetResourceVersion(),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer watch.Stop()
	for event := range watch.ResultChan() {
		pod, ok := event.Object.(*unstructured.Unstructured)
		if !ok {
			b.Fatalf("the watch ended with %v", event.Object)
		}
		containers, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
		for _, c := range containers {
			if _, ended, _ := unstructured.NestedMap(c.(map[string]any), "state", "terminated"); ended {
				return time.Since(began)
			}
		}
	}
	b.Fatal("the watch ended before the Pod")
	return 0
}
