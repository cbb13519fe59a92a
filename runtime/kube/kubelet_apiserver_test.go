//go:build apiserver

package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
	"github.com/weft-lang/weft/validate/lint"
)

// A player plays the kubelet: every Pod of its namespace comes to the end that
// its script says.
type player struct {
	cluster *Cluster
	script  func(*corev1.Pod) play
	stop    func() // it happens by itself when the test ends

	mu      sync.Mutex
	created map[string][]types.UID // by path of the node
}

// A play is what becomes of a Pod.
type play struct {
	code    int32
	record  *record.Record
	message string // instead of a record
	after   time.Duration
	forever bool // it gets ready and does not end
	silent  bool // nothing ever happens to it
}

// newPlace makes a namespace with its kubelet.
func newPlace(t testing.TB, script func(*corev1.Pod) play) (*Cluster, *player) {
	t.Helper()
	return newPlaceWith(t, script, nil)
}

// newPlaceWith lets a client of weft go through wrap, but not the kubelet.
func newPlaceWith(t testing.TB, script func(*corev1.Pod) play, wrap func(http.RoundTripper) http.RoundTripper) (*Cluster, *player) {
	t.Helper()
	namespace := fmt.Sprintf("run-%d", places.Add(1))
	config, _, err := access.config()
	if err != nil {
		t.Fatal(err)
	}
	config.Timeout = 0
	own, err := newCluster(config, namespace)
	if err != nil {
		t.Fatal(err)
	}
	all := own.in("")
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := all.core.Post().Resource("namespaces").Body(ns).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	if err := own.create(t.Context(), "serviceaccounts", account, &corev1.ServiceAccount{}); err != nil {
		t.Fatal(err)
	}
	p := &player{cluster: own, script: script, created: map[string][]types.UID{}}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { p.follow(ctx, t) })
	p.stop = func() { cancel(); work.Wait() }
	t.Cleanup(p.stop)
	c := own
	if wrap != nil {
		config.Wrap(wrap)
		if c, err = newCluster(config, namespace); err != nil {
			t.Fatal(err)
		}
	}
	return c, p
}

var places atomic.Int64

func (p *player) follow(ctx context.Context, t testing.TB) {
	version := "0"
	for ctx.Err() == nil {
		w, err := p.cluster.watch(ctx, podResource, "", version, 3600)
		if err != nil {
			sleep(ctx, 100*time.Millisecond)
			continue
		}
		for event := range w.ResultChan() {
			object, ok := event.Object.(*corev1.Pod)
			if !ok {
				version = "0" // it has become too old
				break
			}
			version = object.ResourceVersion
			if event.Type == watch.Added && object.Status.Phase == corev1.PodPending && p.isNew(object) {
				go p.play(ctx, t, object)
			}
		}
		w.Stop()
	}
}

// isNew counts a Pod, and is false for one that was counted.
func (p *player) isNew(object *corev1.Pod) bool {
	path := object.Annotations[pod.AnnotationNode]
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.created[path], object.UID) {
		return false
	}
	p.created[path] = append(p.created[path], object.UID)
	return true
}

func (p *player) play(ctx context.Context, t testing.TB, object *corev1.Pod) {
	do := p.script(object)
	if do.silent {
		return
	}
	now := metav1.Now()
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	if do.after > 0 || do.forever {
		status := corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.0.0.7", ContainerStatuses: states(object, running)}
		if do.forever {
			status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		}
		p.set(ctx, t, object, status)
		if do.forever || !sleep(ctx, do.after) {
			return
		}
	}
	message := do.message
	if do.record != nil {
		text, _, err := record.Encode(*do.record, 4000)
		if err != nil {
			t.Error(err)
		}
		message = text
	}
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: do.code, StartedAt: now, FinishedAt: metav1.Now(), Message: message}}
	phase := corev1.PodSucceeded
	if do.code != 0 {
		phase = corev1.PodFailed
	}
	p.set(ctx, t, object, corev1.PodStatus{Phase: phase, ContainerStatuses: states(object, ended)})
}

func states(object *corev1.Pod, state corev1.ContainerState) []corev1.ContainerStatus {
	var out []corev1.ContainerStatus
	for _, c := range object.Spec.Containers {
		out = append(out, corev1.ContainerStatus{Name: c.Name, Image: c.Image, State: state})
	}
	return out
}

func (p *player) set(ctx context.Context, t testing.TB, object *corev1.Pod, status corev1.PodStatus) {
	patch, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		t.Error(err)
		return
	}
	for range 300 { // the API server may be out of reach for half a minute
		err = p.cluster.core.Patch(types.MergePatchType).Namespace(p.cluster.Namespace).Resource(podResource).Name(object.Name).
			SubResource("status").Body(patch).Do(quiet(ctx)).Error()
		if err == nil || refusalOf(err) != nil && !isStarting(err) || !sleep(ctx, 100*time.Millisecond) {
			break
		}
	}
	if err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
		t.Errorf("play %s: %v", object.Name, err)
	}
}

// once fails the test where a node has had several Pods.
func (p *player) once(t testing.TB) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, uids := range p.created {
		if len(uids) != 1 {
			t.Errorf("%s has had %d Pods", path, len(uids))
		}
	}
	return len(p.created)
}

// check checks the spec of a workflow called wf.
func check(t testing.TB, spec string) *ir.Checked {
	t.Helper()
	text := "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:" + strings.ReplaceAll(spec, "\n", "\n  ")
	r := lint.Run(fstest.MapFS{}, []string{load.Stdin}, lint.Options{
		NoConfig: true, Load: load.Options{Stdin: strings.NewReader(text), StdinName: "wf.yaml"},
	})
	if r.Checked == nil {
		t.Fatalf("%v", r.Findings.Sorted())
	}
	return r.Checked
}

// A journey is a run of a workflow in a cluster.
type journey struct {
	checked *ir.Checked
	cluster *Cluster
	kept    *Run
	tune    func(*Backend) // nil changes nothing
}

func newJourney(t testing.TB, c *Cluster, spec string) *journey {
	t.Helper()
	kept, err := c.CreateRun(t.Context(), store.Header{
		Name: "wf", UID: fmt.Sprintf("%08d-1111-2222-3333-444444444444", places.Load()), Namespace: c.Namespace, Created: time.Now().UTC(),
	}, []store.File{{Name: "wf.yaml", Data: []byte(spec)}})
	if err != nil {
		t.Fatal(err)
	}
	return &journey{checked: check(t, spec), cluster: c, kept: kept}
}

// driver drives the run on from where its journal ends.
func (j *journey) driver(t testing.TB, ctx context.Context, opts run.Options) *run.Run {
	t.Helper()
	object := j.checked.Project().Objects[0]
	h := j.kept.Header
	history, err := j.kept.Claim(ctx)
	if err != nil {
		t.Fatal(err)
	}
	backend := NewBackend(j.cluster, pod.Run{Name: h.Name, UID: h.UID, OwnerUID: j.kept.OwnerUID(), Spec: object.Spec})
	if j.tune != nil {
		j.tune(backend)
	}
	opts.Backend = backend
	opts.Journal = j.kept.Journal(ctx, history)
	if history.Groups > 0 {
		opts.History = history.Events()
	}
	if opts.Creates == 0 {
		opts.Creates = Creates
	}
	opts.OwnerUID = j.kept.OwnerUID()
	shared := j.cluster.Outlasting()
	opts.Values, opts.Caches, opts.Locks = shared.Values(), shared.Caches(), shared.Locks()
	r, err := run.New(j.checked, engine.Config{
		Object: object, Name: h.Name, Namespace: h.Namespace, UID: h.UID, Created: h.Created,
	}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (j *journey) drive(t testing.TB, opts run.Options) (*engine.Engine, run.Result) {
	t.Helper()
	r := j.driver(t, t.Context(), opts)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	result, err := r.Go(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r.Engine(), result
}

// outcome is every node of a run with its phase, by path.
func outcomes(e *engine.Engine) map[string]string {
	out := map[string]string{}
	for id := range e.Len() {
		v := e.View(engine.NodeID(id))
		out[v.Path] = v.Phase.String()
		if v.Outputs != nil && v.Outputs.Result != nil {
			out[v.Path] += " " + *v.Outputs.Result
		}
		if v.Class != "" {
			out[v.Path] += " " + string(v.Class)
		}
	}
	return out
}

func compare(t testing.TB, got, want map[string]string) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	for path, phase := range want {
		if got[path] != phase {
			t.Errorf("%s: %q, want %q", path, got[path], phase)
		}
	}
	for path, phase := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s: %q was not expected", path, phase)
		}
	}
}
