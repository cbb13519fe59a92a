//go:build apiserver

package kube

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

const collectedSpec = `
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: good, template: labelled}
      - {name: bad, template: leaf, continueOn: {failed: true}}
    - - {name: last, template: leaf}
  - name: leaf
    container: {image: "i:1", command: [x]}
  - name: labelled
    metadata: {labels: {keep: "no"}}
    container: {image: "i:1", command: [x]}`

// TestAPIServerCollect goes through what podGC leaves of the Pods of a run.
func TestAPIServerCollect(t *testing.T) {
	labelled := &metav1.LabelSelector{MatchLabels: map[string]string{"keep": "no"}}
	for _, tt := range []struct {
		name         string
		gc           pod.GC
		during, left string // the Pods that are there when the last one begins, and at the end
	}{
		{"completion", pod.GC{Strategy: pod.OnPodCompletion}, "last", ""},
		{"delayed", pod.GC{Strategy: pod.OnPodCompletion, Delay: time.Hour}, "bad good last", ""},
		{"success", pod.GC{Strategy: pod.OnPodSuccess}, "bad last", "bad"},
		{"labelled", pod.GC{Strategy: pod.OnPodCompletion, Selector: labelled}, "bad last", "bad last"},
		{"workflow", pod.GC{Strategy: pod.OnWorkflowCompletion}, "bad good last", ""},
		{"workflow success", pod.GC{Strategy: pod.OnWorkflowSuccess}, "bad good last", ""},
		{"workflow labelled", pod.GC{Strategy: pod.OnWorkflowSuccess, Selector: labelled}, "bad good last", "bad last"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newPlace(t, func(p *corev1.Pod) play {
				if strings.HasSuffix(p.Annotations[pod.AnnotationNode], ".bad") {
					return play{code: 1}
				}
				if strings.HasSuffix(p.Annotations[pod.AnnotationNode], ".last") {
					return play{after: 6 * time.Second}
				}
				return play{}
			})
			j := newJourney(t, c, collectedSpec)
			b := NewBackend(c, pod.Run{Name: j.kept.Name, UID: j.kept.Header.UID})
			collector, err := b.Collect(t.Context(), tt.gc)
			if err != nil {
				t.Fatal(err)
			}
			during := make(chan string, 1)
			go func() {
				for there(t, j.kept, "last") == "" && t.Context().Err() == nil {
					time.Sleep(20 * time.Millisecond)
				}
				got := ""
				time.Sleep(time.Second) // for what should not happen
				for range 40 {
					if got = there(t, j.kept, ""); got == tt.during {
						break
					}
					time.Sleep(100 * time.Millisecond)
				}
				during <- got
			}()
			_, result := j.drive(t, run.Options{Ended: collector.Ended})
			if result.Phase != engine.Succeeded {
				t.Fatal(result)
			}
			if got := <-during; got != tt.during {
				t.Errorf("while it runs: %q, want %q", got, tt.during)
			}
			if err := collector.Finish(t.Context(), result.Phase); err != nil {
				t.Error(err)
			}
			until(t, func() bool { return there(t, j.kept, "") == tt.left })
		})
	}
}

// there are the steps whose Pods are there and not on their way out.
func there(t *testing.T, r *Run, only string) string {
	pods, err := r.Pods(t.Context())
	if err != nil {
		return ""
	}
	var names []string
	for _, p := range pods {
		if name := p.Node[strings.LastIndexByte(p.Node, '.')+1:]; only == "" || name == only {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
