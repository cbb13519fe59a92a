//go:build apiserver

package kube

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
	"github.com/weft-lang/weft/runtime/run"
)

const everything = `
  entrypoint: main
  onExit: bye
  templates:
  - name: main
    steps:
    - - {name: server, template: server}
      - {name: gen, template: gen}
    - - {name: graph, template: graph, arguments: {parameters: [{name: x, value: "{{steps.gen.outputs.result}}"}]}}
      - {name: loop, template: leaf, withItems: [a, b, c]}
    - - {name: flaky, template: flaky}
  - name: server
    daemon: true
    container: {image: "i:1", command: [serve]}
  - name: gen
    script: {image: "i:1", command: [sh], source: "echo 7"}
  - name: graph
    inputs: {parameters: [{name: x}]}
    dag:
      tasks:
      - {name: a, template: leaf}
      - {name: b, template: leaf, depends: a, when: "{{inputs.parameters.x}} == 7"}
      - {name: c, template: leaf, depends: a, when: "{{inputs.parameters.x}} == 8"}
      - {name: d, template: leaf, depends: "b && c.Skipped"}
  - name: flaky
    retryStrategy: {limit: 3}
    container: {image: "i:1", command: [x]}
  - name: leaf
    container: {image: "i:1", command: [x]}
  - name: bye
    container: {image: "i:1", command: [x]}`

// everythingPlay is what becomes of its Pods.
func everythingPlay(p *corev1.Pod) play {
	switch path := p.Annotations[pod.AnnotationNode]; {
	case strings.HasSuffix(path, ".server"):
		return play{forever: true}
	case strings.HasSuffix(path, ".gen"):
		seven := "7"
		return play{record: &record.Record{Container: "main", Result: &seven}}
	case strings.HasSuffix(path, ".flaky(0)"), strings.HasSuffix(path, ".flaky(1)"):
		return play{code: 3}
	}
	return play{after: 20 * time.Millisecond}
}

var everythingWant = map[string]string{
	"wf": "Succeeded", "wf[0]": "Succeeded", "wf[1]": "Succeeded", "wf[2]": "Succeeded", "wf.onExit": "Succeeded",
	"wf[0].server": "Succeeded", "wf[0].gen": "Succeeded 7",
	"wf[1].graph": "Succeeded", "wf[1].graph.a": "Succeeded", "wf[1].graph.b": "Succeeded", "wf[1].graph.c": "Skipped", "wf[1].graph.d": "Succeeded",
	"wf[1].loop(0:a)": "Succeeded", "wf[1].loop(1:b)": "Succeeded", "wf[1].loop(2:c)": "Succeeded",
	"wf[2].flaky": "Succeeded", "wf[2].flaky(0)": "Failed user", "wf[2].flaky(1)": "Failed user", "wf[2].flaky(2)": "Succeeded",
}

func TestAPIServerRuns(t *testing.T) {
	c, kubelet := newPlace(t, everythingPlay)
	e, result := newJourney(t, c, everything).drive(t, run.Options{})
	if result.Phase != engine.Succeeded {
		t.Error(result)
	}
	compare(t, outcomes(e), everythingWant)
	if n := kubelet.once(t); n != 12 {
		t.Errorf("%d Pods", n)
	}
}

// A driver that ends again and again leaves nothing undone and does nothing
// twice.
func TestAPIServerDriverKilled(t *testing.T) {
	c, kubelet := newPlace(t, everythingPlay)
	j := newJourney(t, c, everything)
	for kills := 0; ; kills++ {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		changes := 0
		r := j.driver(t, ctx, run.Options{Observe: func(*engine.Engine, []engine.NodeID) {
			if changes++; changes == 3 && kills < 20 {
				cancel()
			}
		}})
		result, err := r.Go(ctx)
		cancel()
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil || result.Phase != engine.Succeeded {
			t.Fatalf("%v, %v", result, err)
		}
		compare(t, outcomes(r.Engine()), everythingWant)
		t.Logf("%d drivers were ended", kills)
		break
	}
	kubelet.once(t)
}

// Claims, scripts that are too long for an annotation, mutexes and memoization
// leave objects of their own.
func TestAPIServerRunMakesObjects(t *testing.T) {
	const shared = `
  entrypoint: main
  volumeClaimTemplates:
  - metadata: {name: work}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
  templates:
  - name: main
    steps:
    - - {name: long, template: long}
      - {name: one, template: alone}
      - {name: two, template: alone}
    - - {name: kept, template: kept}
    - - {name: again, template: kept}
  - name: long
    script: {image: "i:1", command: [sh], source: "SOURCE", volumeMounts: [{name: work, mountPath: /work}]}
  - name: alone
    synchronization: {mutexes: [{name: m}]}
    container: {image: "i:1", command: [x]}
  - name: kept
    memoize: {key: k, maxAge: 1h, cache: {configMap: {name: memo}}}
    outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}
    container: {image: "i:1", command: [x]}`
	var alone, most atomic.Int64
	c, kubelet := newPlace(t, func(p *corev1.Pod) play {
		switch p.Annotations[pod.AnnotationTemplate] {
		case "alone":
			most.Store(max(most.Load(), alone.Add(1)))
			time.AfterFunc(40*time.Millisecond, func() { alone.Add(-1) })
			return play{after: 50 * time.Millisecond}
		case "kept":
			return play{record: &record.Record{Container: "main", Parameters: []record.Value{{Name: "o", Value: "v"}}}}
		}
		return play{}
	})
	j := newJourney(t, c, strings.Replace(shared, "SOURCE", strings.Repeat("echo hello; ", 15_000), 1))
	e, result := j.drive(t, run.Options{})
	if result.Phase != engine.Succeeded || most.Load() != 1 {
		t.Errorf("%v; %d had the mutex at once", result, most.Load())
	}
	for id := range e.Len() {
		v := e.View(engine.NodeID(id))
		if v.DisplayName == "again" && (v.Outputs == nil || v.Outputs.Parameters[0].Value != "v") {
			t.Errorf("from the cache: %+v", v.Outputs)
		}
	}
	if n := kubelet.once(t); n != 4 {
		t.Errorf("%d Pods", n)
	}
	claim := &corev1.PersistentVolumeClaim{}
	if err := c.get(t.Context(), claimResource, "wf-work", claim); err != nil {
		t.Fatal(err)
	}
	owned := []metav1.ObjectMeta{claim.ObjectMeta}
	_, err := list(t.Context(), c, podResource, "", func(l *corev1.PodList) {
		for _, p := range l.Items {
			owned = append(owned, p.ObjectMeta)
			for _, v := range p.Spec.Volumes {
				if v.ConfigMap != nil {
					m := &corev1.ConfigMap{}
					if err := c.get(t.Context(), mapResource, v.ConfigMap.Name, m); err != nil {
						t.Error(err)
					}
					owned = append(owned, m.ObjectMeta)
				}
			}
		}
	})
	if err != nil || len(owned) != 6 {
		t.Errorf("%d objects, %v", len(owned), err)
	}
	for _, o := range owned {
		if len(o.OwnerReferences) != 1 || string(o.OwnerReferences[0].UID) != j.kept.OwnerUID() {
			t.Errorf("%s is not owned by the run", o.Name)
		}
	}
}

// A Pod that ends well without the record that its template needs is an Error, not
// a step without outputs.
func TestAPIServerRecordLost(t *testing.T) {
	for name, do := range map[string]play{"none": {}, "damaged": {message: "weft1 100 00000000 abc"}} {
		t.Run(name, func(t *testing.T) {
			c, _ := newPlace(t, func(*corev1.Pod) play { return do })
			e, result := newJourney(t, c, `
  entrypoint: leaf
  templates:
  - name: leaf
    container: {image: "i:1", command: [x]}
    outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}`).drive(t, run.Options{})
			if v := e.View(0); result.Phase != engine.Error || v.Class != engine.ClassInfrastructure || v.Message == "" {
				t.Errorf("%v: %s %q", result, v.Class, v.Message)
			}
		})
	}
}
