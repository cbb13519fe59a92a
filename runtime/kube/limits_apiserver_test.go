//go:build apiserver

package kube

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// bounds are what a namespace may demand of every container: the least, the most
// and how far the two may be apart.
const bounds = `{"metadata": {"name": "limits"}, "spec": {"limits": [{"type": "Container",
	"min": {"cpu": "50m", "memory": "64Mi"}, "max": {"cpu": "1", "memory": "512Mi"}, "maxLimitRequestRatio": {"cpu": "2", "memory": "2"}}]}}`

const allotment = `{"metadata": {"name": "quota"}, "spec": {"hard": {"limits.cpu": "10", "limits.memory": "10Gi", "requests.cpu": "10", "requests.memory": "10Gi"}}}`

// TestAPIServerLimits has Pods of a namespace with limits that their own containers
// keep, one of them with a patch for the container that runs beside main.
func TestAPIServerLimits(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{} })
	for resource, object := range map[string]string{"limitranges": bounds, "resourcequotas": allotment} {
		if err := c.core.Post().Namespace(c.Namespace).Resource(resource).Body([]byte(object)).SetHeader("Content-Type", "application/json").Do(t.Context()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := newJourney(t, c, `
entrypoint: main
templates:
- name: main
  steps: [[{name: loads, template: loads}, {name: saves, template: saves}]]
- name: loads
  inputs: {artifacts: [{name: in, path: /in, raw: {data: x}}]}
  outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p, default: x}}]}
  container: {image: "i:1", command: [c], resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 200m, memory: 256Mi}}}
- name: saves
  podSpecPatch: |
    containers: [{name: wait, resources: {limits: {cpu: 100m, memory: 128Mi}}}]
  outputs:
    artifacts:
    - {name: out, path: /out, optional: true, s3: {endpoint: "s3:9000", bucket: b, key: k, accessKeySecret: {name: s, key: a}, secretKeySecret: {name: s, key: b}}}
  container: {image: "i:1", command: [c], resources: {limits: {cpu: 200m, memory: 256Mi}}}
`).drive(t, run.Options{})
	pods := 0
	_, err := list(t.Context(), c, podResource, "", func(l *corev1.PodList) { pods += len(l.Items) })
	if err != nil || pods != 2 {
		t.Errorf("%d Pods, %v", pods, err)
		for id := range e.Len() {
			v := e.View(engine.NodeID(id))
			t.Logf("%s: %s", v.Path, v.Message)
		}
	}
}
