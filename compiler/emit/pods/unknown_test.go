package pods_test

import (
	"slices"
	"testing"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/pod"
)

// TestUnknownImages holds that a run is asked for all images that the agent has
// to start by itself, in all turns of loops, and for no others.
func TestUnknownImages(t *testing.T) {
	const text = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: main
  serviceAccountName: builder
  imagePullSecrets: [{name: registry}]
  templates:
  - name: main
    steps:
    - - {name: quiet, template: own, arguments: {parameters: [{name: image, value: "left/alone:1"}]}}
      - {name: told, template: known}
      - {name: loud, template: own, withItems: ["item/a:1", "item/b:1", "item/a:1"], arguments: {parameters: [{name: image, value: "{{item}}"}]}}
      - {name: files, template: files}
    - - {name: reads, template: print, arguments: {parameters: [{name: text, value: "{{steps.told.outputs.result}}{{steps.loud.outputs.result}}"}]}}
    - - {name: soon, template: own, arguments: {parameters: [{name: image, value: "{{steps.told.outputs.result}}"}]}}
  - name: own
    inputs: {parameters: [{name: image}]}
    container: {image: "{{inputs.parameters.image}}"}
  - name: known
    container: {image: "known:1"}
  - name: files
    container: {image: "files:1"}
    sidecars: [{name: s, image: "sidecar:1"}, {name: p, image: "probed:1", readinessProbe: {tcpSocket: {port: 1}}}]
    outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}
  - name: print
    inputs: {parameters: [{name: text}]}
    container: {image: "busybox:1", command: [echo], args: ["{{inputs.parameters.text}}"]}
`
	checked, findings := check("in.yaml", text)
	if checked == nil {
		t.Fatalf("the input has errors: %v", findings)
	}
	var o pods.Options
	o.Pod.Entrypoints = map[string]pod.Entrypoint{"known:1": {Command: []string{"k"}}}
	var got []string
	for _, u := range pods.UnknownImages(checked, checked.Project().Objects[0], o) {
		got = append(got, u.Image)
		if u.Pod == nil || u.Pod.ServiceAccountName != "builder" || u.Pod.ImagePullSecrets[0].Name != "registry" {
			t.Errorf("the Pod of %s is %v", u.Image, u.Pod)
		}
		if place := u.At.Text(); place != u.Image && place != "{{inputs.parameters.image}}" {
			t.Errorf("%s is said to stand at %q", u.Image, place)
		}
	}
	if want := []string{"item/a:1", "item/b:1", "files:1", "sidecar:1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
