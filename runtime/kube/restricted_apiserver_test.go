//go:build apiserver

package kube

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// strictly has every container say for itself what the level "restricted" asks;
// what weft adds has to follow.
const strictly = `
entrypoint: main
templates:
- name: main
  steps:
  - - {name: all, template: all}
    - {name: set, template: set}
    - {name: made, template: made}
- name: all
  inputs: {artifacts: [{name: in, path: /in, raw: {data: x}}]}
  outputs:
    parameters: [{name: p, valueFrom: {path: /tmp/p}}]
    artifacts:
    - name: out
      path: /tmp/out
      s3: {endpoint: "s3:9000", bucket: b, key: k, accessKeySecret: {name: s, key: a}, secretKeySecret: {name: s, key: b}}
  script: {image: "i:1", command: [sh], source: "true", securityContext: SAFE}
  initContainers: [{name: first, image: "i:1", command: [c], securityContext: SAFE}]
  sidecars: [{name: beside, image: "i:1", command: [c], securityContext: SAFE}]
- name: set
  containerSet:
    containers:
    - {name: a, image: "i:1", command: [c], securityContext: SAFE}
    - {name: b, image: "i:1", command: [c], securityContext: SAFE, dependencies: [a]}
- name: made
  resource: {action: get, manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"}
`

func TestAPIServerRestricted(t *testing.T) {
	c, _ := newPlace(t, func(*corev1.Pod) play { return play{} })
	strict := []byte(`{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}`)
	if err := c.core.Patch("application/merge-patch+json").Resource("namespaces").Name(c.Namespace).Body(strict).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	safe := "{runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}"
	e, _ := newJourney(t, c, strings.ReplaceAll(strictly, "SAFE", safe)).drive(t, run.Options{})
	pods := 0
	_, err := list(t.Context(), c, podResource, "", func(l *corev1.PodList) { pods += len(l.Items) })
	if err != nil || pods != 3 {
		t.Errorf("%d Pods, %v", pods, err)
		for id := range e.Len() {
			v := e.View(engine.NodeID(id))
			t.Logf("%s: %s", v.Path, v.Message)
		}
	}
}
