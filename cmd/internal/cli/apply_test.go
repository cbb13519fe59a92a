package cli

import (
	"testing"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
)

func TestPlaceOf(t *testing.T) {
	const text = `apiVersion: v1
kind: Pod
metadata:
  name: a
  labels: {app.kubernetes.io/name: x, app: y}
spec:
  containers:
  - image: one
    ports: [{containerPort: 80, protocol: TCP}, {containerPort: 53, protocol: UDP, name: dns}]
  - {image: two, name: main}
`
	docs, _ := yaml.Parse(source.NewFile("a.yaml", text))
	for _, tt := range []struct{ path, line, text string }{
		{"", "2:7", "Pod"},
		{".spec.containers[0].image", "8:12", "one"},
		{"spec.containers[1].image", "10:13", "two"},
		{`.spec.containers[name="main"].image`, "10:13", "two"},
		{`.spec.containers[name="other"].image`, "7:3", "containers"},
		{`.spec.containers[0].ports[containerPort=53,protocol="UDP"].hostPort`, "9:90", "dns"},
		{"spec.containers[0].ports[0].hostPort", "9:14", "containerPort"},
		{"spec.containers[7].image", "7:3", "containers"},
		{"spec.restartPolicy", "6:1", "spec"},
		{"metadata.labels.app.kubernetes.io/name", "5:36", "x"},
		{"metadata.labels[app.kubernetes.io/name]", "5:36", "x"},
		{"metadata.labels.app", "5:44", "y"},
		{"metadata.labels", "5:3", "labels"},
		{"status.phase", "2:7", "Pod"},
		{"[", "2:7", "Pod"},
		{"..[]", "2:7", "Pod"},
	} {
		got := placeOf(docs[0].Root, tt.path)
		if got.Text() != tt.text || got.String() != "a.yaml:"+tt.line {
			t.Errorf("%q is at %s (%q), want %s (%q)", tt.path, got, got.Text(), tt.line, tt.text)
		}
	}
}
