//go:build apiserver

package kube

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// BenchmarkAPIServerHop is the time from the end of a step to the start of the
// one behind it, where Pods end at once.
func BenchmarkAPIServerHop(b *testing.B) {
	const steps = 40
	var spec strings.Builder
	spec.WriteString("\n  entrypoint: main\n  templates:\n  - name: leaf\n    container: {image: \"i:1\", command: [x]}\n  - name: main\n    steps:")
	for i := range steps {
		fmt.Fprintf(&spec, "\n    - - {name: s%d, template: leaf}", i)
	}
	var hops, bare time.Duration
	for b.Loop() {
		took, pods := timedRun(b, spec.String())
		hops += took / steps
		_, ended := barePods(b, pods, 1)
		bare += ended / steps
	}
	b.ReportMetric(float64(hops.Microseconds())/1000/float64(b.N), "ms/hop")
	b.ReportMetric(float64(hops)/float64(bare), "x/bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkAPIServerFanOut is the time of a run of many Pods that end at once,
// compared with bare clients that create the same Pods. Either begins in turn,
// for what went before is not the same for both.
func BenchmarkAPIServerFanOut(b *testing.B) {
	const count, clients = 5000, 64
	spec := strings.ReplaceAll(fan, `"60"`, strconv.Quote(strconv.Itoa(count)))
	var ours, created, ended time.Duration
	_, pods := timedRun(b, spec)
	bare := func() {
		c, e := barePods(b, pods, clients)
		created, ended = created+c, ended+e
	}
	for turn := 0; b.Loop(); turn++ {
		if turn%2 == 1 {
			bare()
		}
		took, _ := timedRun(b, spec)
		ours += took
		if turn%2 == 0 {
			bare()
		}
		b.Logf("pair %d: so far %.1f s, bare clients %.1f s (created after %.1f s)", turn+1, ours.Seconds(), ended.Seconds(), created.Seconds())
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/run")
	b.ReportMetric(created.Seconds()/float64(b.N), "s/created")
	b.ReportMetric(ended.Seconds()/float64(b.N), "s/bare")
	b.ReportMetric(float64(ours)/float64(ended), "x/bare")
	b.ReportMetric(0, "ns/op")
}

// timedRun is how long a run takes of which every Pod ends at once, and its Pods.
func timedRun(b *testing.B, spec string) (time.Duration, []*corev1.Pod) {
	b.Helper()
	c, kubelet := newPlace(b, func(*corev1.Pod) play { return play{} })
	defer kubelet.stop()
	var mu sync.Mutex
	var pods []*corev1.Pod
	begun := time.Now()
	j := newJourney(b, c, spec)
	release, err := j.kept.Lead(b.Context()) // as the command does
	if err != nil {
		b.Fatal(err)
	}
	_, result := j.drive(b, run.Options{Build: func(in pod.Input) (*pod.Objects, error) {
		o, err := run.Build(in)
		if err == nil {
			mu.Lock()
			pods = append(pods, annotated(o))
			mu.Unlock()
		}
		return o, err
	}})
	took := time.Since(begun)
	release()
	if result.Phase != engine.Succeeded {
		b.Fatal(result)
	}
	kubelet.once(b)
	return took, pods
}

// barePods is how long it takes until clients have created these Pods, and until
// the Pods have ended, which they do at once.
func barePods(b *testing.B, pods []*corev1.Pod, clients int) (created, ended time.Duration) {
	b.Helper()
	c, kubelet := newPlace(b, func(*corev1.Pod) play { return play{} })
	defer kubelet.stop()
	var next atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(len(pods)); i = next.Add(1) {
				p := pods[i-1].DeepCopy()
				p.Namespace = c.Namespace
				if err := c.create(b.Context(), podResource, p, &corev1.Pod{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	created = time.Since(begun)
	for {
		var left corev1.PodList
		err := c.core.Get().Namespace(c.Namespace).Resource(podResource).
			VersionedParams(&metav1.ListOptions{FieldSelector: "status.phase!=Succeeded", ResourceVersion: "0"}, c.parameters).Do(b.Context()).Into(&left)
		if err != nil {
			b.Fatal(err)
		}
		if len(left.Items) == 0 {
			return created, time.Since(begun)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
