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
		c, _ := newPlace(b, func(*corev1.Pod) play { return play{} })
		begun := time.Now()
		_, result := newJourney(b, c, spec.String()).drive(b, run.Options{})
		hops += time.Since(begun) / steps
		if result.Phase != engine.Succeeded {
			b.Fatal(result)
		}
		bare += barePods(b, steps, 1) / steps
	}
	b.ReportMetric(float64(hops.Microseconds())/1000/float64(b.N), "ms/hop")
	b.ReportMetric(float64(hops)/float64(bare), "x/bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkAPIServerFanOut is the time of a run of many Pods that end at once,
// compared with bare clients that only create them.
func BenchmarkAPIServerFanOut(b *testing.B) {
	const count = 5000
	spec := strings.ReplaceAll(fan, `"60"`, strconv.Quote(strconv.Itoa(count)))
	var ours, bare time.Duration
	for b.Loop() {
		c, kubelet := newPlace(b, func(*corev1.Pod) play { return play{} })
		begun := time.Now()
		j := newJourney(b, c, spec)
		release, err := j.kept.Lead(b.Context()) // as the command does
		if err != nil {
			b.Fatal(err)
		}
		_, result := j.drive(b, run.Options{})
		ours += time.Since(begun)
		release()
		if result.Phase != engine.Succeeded {
			b.Fatal(result)
		}
		kubelet.once(b)
		h, err := j.kept.History(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(h.chunks), "chunks")
		bare += barePods(b, count, 64)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/run")
	b.ReportMetric(bare.Seconds()/float64(b.N), "s/bare")
	b.ReportMetric(float64(ours)/float64(bare), "x/bare")
	b.ReportMetric(0, "ns/op")
}

// barePods is how long it takes until Pods that clients create have ended, which a
// kubelet does at once. How long it took to create them is printed as well.
func barePods(b *testing.B, count, clients int) time.Duration {
	b.Helper()
	c, _ := newPlace(b, func(*corev1.Pod) play { return play{} })
	var next atomic.Int64
	var wg sync.WaitGroup
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(count); i = next.Add(1) {
				p := &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("bare-", i)},
					Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "i:1"}}},
				}
				if err := c.create(b.Context(), podResource, p, p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(time.Since(begun).Seconds(), "s/created")
	for {
		var left corev1.PodList
		err := c.core.Get().Namespace(c.Namespace).Resource(podResource).
			VersionedParams(&metav1.ListOptions{FieldSelector: "status.phase!=Succeeded", ResourceVersion: "0"}, c.parameters).Do(b.Context()).Into(&left)
		if err != nil {
			b.Fatal(err)
		}
		if len(left.Items) == 0 {
			return time.Since(begun)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
