package pods_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

// TestStoreFaults holds that a run tells all its artifacts that would be lost,
// once, and none that another step hands on.
func TestStoreFaults(t *testing.T) {
	const text = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec:
  entrypoint: main
  archiveLogs: true
  templates:
  - name: main
    steps:
    - - {name: make, template: make, withItems: [1, 2]}
    - - {name: use, template: use, arguments: {artifacts: [{name: in, from: "{{steps.make.outputs.artifacts.out}}"}]}}
      - {name: other, template: use, arguments: {artifacts: [{name: in, gcs: {bucket: b, key: k}}]}}
      - {name: key, template: use, arguments: {artifacts: [{name: in, s3: {key: k}}]}}
  - name: make
    container: {image: i, command: [c]}
    outputs: {artifacts: [{name: out, path: /out}, {name: own, path: /own, http: {url: "http://x"}}]}
  - name: use
    archiveLocation: {archiveLogs: false}
    inputs: {artifacts: [{name: in, path: /in}]}
    container: {image: i, command: [c]}
  - name: idle
    container: {image: i, command: [c]}
    outputs: {artifacts: [{name: idle, path: /out}]}
`
	checked, findings := check("in.yaml", text)
	if checked == nil {
		t.Fatalf("the input has errors: %v", findings)
	}
	var o pods.Options
	o.Pod.Reachable = func(location json.RawMessage) error {
		if strings.Contains(string(location), "gcs") {
			return errors.New("no gcs")
		}
		return nil
	}
	told := func() (messages []string) {
		for _, d := range pods.StoreFaults(checked, checked.Project().Objects[0], o) {
			messages = append(messages, d.Message)
		}
		return messages
	}
	want := []string{
		`the log of container "main" is to be kept, and has nowhere to go`, `output artifact "out" has nowhere to go`,
		`input artifact "in" has a key and no store to find it in`, `no gcs`,
	}
	if got := told(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("%q, want %q", got, want)
	}
	docs, _ := yaml.Parse(source.NewFile("store.yaml", "s3: {bucket: b}"))
	o.Pod.Store = docs[0].Root
	if got := told(); !slices.Equal(got, []string{"no gcs"}) {
		t.Errorf("with a store: %q", got)
	}
}
