//go:build apiserver

package kube

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

const fan = `
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: a, template: leaf, withSequence: {count: "60"}}], [{name: b, template: leaf}]]
  - name: leaf
    container: {image: "i:1", command: [x]}`

// trouble lets an API server look worse than it is.
type trouble struct {
	mu     sync.Mutex
	random *rand.Rand
	busy   atomic.Int64 // answers 429
	mute   atomic.Int64 // answers that never came
	cuts   atomic.Int64 // watches that broke
	gone   atomic.Int64 // watches that were too old
}

func (t *trouble) chance(percent int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.random.IntN(100) < percent
}

// A troubled transport is one of a client with trouble.
type troubled struct {
	*trouble
	next http.RoundTripper
}

func (t troubled) RoundTrip(q *http.Request) (*http.Response, error) {
	watching := q.URL.Query().Get("watch") != ""
	switch {
	case q.Method == http.MethodPost && t.chance(15):
		t.busy.Add(1)
		return status(q, http.StatusTooManyRequests, "TooManyRequests", "wait a little"), nil
	case watching && t.chance(20):
		t.gone.Add(1)
		return status(q, http.StatusGone, "Expired", "too old resource version"), nil
	}
	answer, err := t.next.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	switch {
	case q.Method == http.MethodPost && t.chance(15):
		t.mute.Add(1)
		answer.Body.Close()
		return nil, errors.New("connection reset by peer")
	case watching:
		t.cuts.Add(1)
		answer.Body = &cut{answer.Body, 4000}
	}
	return answer, nil
}

func status(q *http.Request, code int, reason, message string) *http.Response {
	body := fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"message":%q,"code":%d}`, reason, message, code)
	return &http.Response{
		StatusCode: code, Status: http.StatusText(code), Request: q, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// cut is a body that breaks off.
type cut struct {
	io.ReadCloser
	left int
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.ReadCloser.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// Whatever the network and the API server do, nothing is lost and nothing is done
// twice.
func TestAPIServerTrouble(t *testing.T) {
	trouble := &trouble{random: rand.New(rand.NewPCG(1, 2))}
	c, kubelet := newPlaceWith(t, func(*corev1.Pod) play { return play{after: 5 * time.Millisecond} }, func(next http.RoundTripper) http.RoundTripper {
		return troubled{trouble, next}
	})
	j := newJourney(t, kubelet.cluster, fan)
	j.cluster, j.kept.cluster = c, c
	e, result := j.drive(t, run.Options{})
	if result.Phase != engine.Succeeded {
		t.Error(result)
	}
	for path, phase := range outcomes(e) {
		if phase != "Succeeded" {
			t.Errorf("%s: %s", path, phase)
		}
	}
	if n := kubelet.once(t); n != 61 {
		t.Errorf("%d Pods", n)
	}
	t.Logf("429: %d, answers lost: %d, watches cut: %d, too old: %d", trouble.busy.Load(), trouble.mute.Load(), trouble.cuts.Load(), trouble.gone.Load())
	if trouble.busy.Load()*trouble.mute.Load()*trouble.cuts.Load() == 0 {
		t.Error("there was no trouble")
	}
}

// brief is a client the watches of which end after one event each, as those of a
// busy API server do, sooner or later.
type brief struct{ next http.RoundTripper }

func (b brief) RoundTrip(q *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(q)
	if err == nil && q.URL.Query().Get("watch") != "" {
		answer.Body = &oneEvent{ReadCloser: answer.Body}
	}
	return answer, err
}

// oneEvent is a body that ends well behind its first event, which its length comes before.
type oneEvent struct {
	io.ReadCloser
	event io.Reader // nil before it was read
}

func (o *oneEvent) Read(p []byte) (int, error) {
	if o.event == nil {
		length := make([]byte, 4)
		if _, err := io.ReadFull(o.ReadCloser, length); err != nil {
			return 0, err
		}
		o.event = io.MultiReader(bytes.NewReader(length), io.LimitReader(o.ReadCloser, int64(binary.BigEndian.Uint32(length))))
	}
	return o.event.Read(p)
}

// A driver keeps up with its Pods even where no watch lasts: pauses that grow with
// each of them would be longer than the run may take.
func TestAPIServerBriefWatches(t *testing.T) {
	c, kubelet := newPlaceWith(t, func(*corev1.Pod) play { return play{after: 5 * time.Millisecond} }, func(next http.RoundTripper) http.RoundTripper {
		return brief{next}
	})
	j := newJourney(t, kubelet.cluster, fan)
	j.cluster, j.kept.cluster = c, c
	if _, result := j.drive(t, run.Options{}); result.Phase != engine.Succeeded {
		t.Error(result)
	}
	if n := kubelet.once(t); n != 61 {
		t.Errorf("%d Pods", n)
	}
}

// Pods that are deleted under way end in Error, and nothing else does.
func TestAPIServerPodsDeleted(t *testing.T) {
	victim := func(p *corev1.Pod) bool {
		path := p.Annotations[pod.AnnotationNode]
		return strings.Contains(path, "(7:") || strings.Contains(path, "(33:")
	}
	c, kubelet := newPlace(t, func(p *corev1.Pod) play {
		if victim(p) {
			return play{forever: true}
		}
		return play{after: 5 * time.Millisecond}
	})
	j := newJourney(t, c, fan)
	deleted := map[string]bool{}
	r := j.driver(t, t.Context(), run.Options{Observe: func(e *engine.Engine, _ []engine.NodeID) {
		for id := range e.Len() {
			v := e.View(engine.NodeID(id))
			if v.Phase != engine.Running || v.Type != engine.PodNode || deleted[v.Path] || !strings.Contains(v.Path, "(7:") && !strings.Contains(v.Path, "(33:") {
				continue
			}
			deleted[v.Path] = true
			name := (pod.Input{
				Run: pod.Run{Name: "wf", UID: j.kept.Header.UID}, Node: pod.Node{Path: v.Path}, Template: j.checked.Project().Objects[0].Spec.Templates[1],
			}).PodName()
			go func() {
				err := c.core.Delete().Namespace(c.Namespace).Resource(podResource).Name(name).Do(context.WithoutCancel(t.Context())).Error()
				if err != nil {
					t.Error(err)
				}
			}()
		}
	}})
	result, err := r.Go(t.Context())
	if err != nil || result.Phase != engine.Error && result.Phase != engine.Failed {
		t.Errorf("%v, %v", result, err)
	}
	for path, got := range outcomes(r.Engine()) {
		want := "Succeeded"
		switch {
		case strings.Contains(path, "(7:"), strings.Contains(path, "(33:"):
			want = "Error infrastructure"
		case path == "wf", path == "wf[0]":
			continue
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if n := kubelet.once(t); n != 60 {
		t.Errorf("%d Pods", n)
	}
}

// Of two drivers of one run the one that comes later drives it, and the other
// one does nothing more.
func TestAPIServerFence(t *testing.T) {
	c, kubelet := newPlace(t, func(*corev1.Pod) play { return play{after: 30 * time.Millisecond} })
	j := newJourney(t, c, fan)
	started := make(chan struct{})
	var once sync.Once
	first := j.driver(t, t.Context(), run.Options{Creates: 4, Observe: func(*engine.Engine, []engine.NodeID) { once.Do(func() { close(started) }) }})
	over := make(chan error, 1)
	go func() {
		_, err := first.Go(t.Context())
		over <- err
	}()
	<-started
	time.Sleep(100 * time.Millisecond)
	// The second one reads the journal while the first one writes it, so its first
	// words may be refused, too.
	for {
		second := j.driver(t, t.Context(), run.Options{})
		result, err := second.Go(t.Context())
		if errors.Is(err, ErrFenced) {
			continue
		}
		if err != nil || result.Phase != engine.Succeeded {
			t.Fatalf("%v, %v", result, err)
		}
		break
	}
	if err := <-over; err != nil && !errors.Is(err, ErrFenced) {
		t.Errorf("the first driver ends with %v", err)
	}
	if n := kubelet.once(t); n != 61 {
		t.Errorf("%d Pods", n)
	}
}

// Pods wait for a quota, and say so.
func TestAPIServerQuota(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{after: 5 * time.Millisecond} })
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "few"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("10")}},
	}
	if err := c.create(t.Context(), "resourcequotas", quota, quota); err != nil {
		t.Fatal(err)
	}
	allow := func(n string) error {
		patch := fmt.Sprintf(`{"spec": {"hard": {"pods": %q}}, "status": {"hard": {"pods": %q}, "used": {"pods": "0"}}}`, n, n)
		for _, sub := range []string{"", "status"} {
			err := c.core.Patch("application/merge-patch+json").Namespace(c.Namespace).Resource("resourcequotas").Name("few").
				SubResource(strings.Fields(sub)...).Body([]byte(patch)).Do(context.WithoutCancel(t.Context())).Error()
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := allow("10"); err != nil {
		t.Fatal(err)
	}
	j := newJourney(t, c, fan)
	waited := false
	_, result := j.drive(t, run.Options{Observe: func(e *engine.Engine, changed []engine.NodeID) {
		for _, id := range changed {
			if v := e.View(id); strings.Contains(v.Message, "exceeded quota") && !waited {
				waited = true
				go func() {
					if err := allow("1000"); err != nil {
						t.Error(err)
					}
				}()
			}
		}
	}})
	if result.Phase != engine.Succeeded || !waited {
		t.Errorf("%v; it waited: %v", result, waited)
	}
}

// A Pod that nobody may create is refused once, with the words of the API server.
func TestAPIServerRefusal(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{} })
	e, result := newJourney(t, c, `
  entrypoint: leaf
  templates:
  - name: leaf
    priorityClassName: nobody
    container: {image: "i:1", command: [x]}`).drive(t, run.Options{})
	v := e.View(0)
	if result.Phase != engine.Error || v.Class != engine.ClassUser || !strings.Contains(v.Message, "no PriorityClass with name nobody") {
		t.Errorf("%v: %s %q", result, v.Class, v.Message)
	}
}
