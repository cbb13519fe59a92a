//go:build apiserver

package kube

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

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
