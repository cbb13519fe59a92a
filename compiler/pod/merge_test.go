package pod

import (
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

func parse(t *testing.T, text string) *tree.Node { return parseText(t, text) }

func parseText(t fails, text string) *tree.Node {
	t.Helper()
	docs, findings := yaml.Parse(source.NewFile("in.yaml", text))
	if findings.Len() > 0 || len(docs) != 1 {
		t.Fatalf("%s: %v", text, findings.Sorted())
	}
	return docs[0].Root
}

func TestMerge(t *testing.T) {
	const base = `{containers: [{name: main, args: [a], env: [{name: A, value: "1"}]}, {name: b}], nodeSelector: {x: "1"}, tolerations: [{key: a}], hostNetwork: true, schedulingGates: [{name: g}]}`
	for _, tt := range []struct{ patch, want string }{
		{`{}`, `{"containers":[{"name":"main","args":["a"],"env":[{"name":"A","value":"1"}]},{"name":"b"}],"nodeSelector":{"x":"1"},"tolerations":[{"key":"a"}],"hostNetwork":true,"schedulingGates":[{"name":"g"}]}`},
		{`{containers: null, tolerations: null, schedulingGates: null, hostNetwork: null, nodeSelector: {x: null, w: "2"}}`, `{"nodeSelector":{"w":"2"}}`},
		{`{containers: [{name: main, args: [b], env: [{name: B, value: "2"}]}, {name: c}], nodeSelector: null, tolerations: [{key: b}], hostNetwork: null, schedulingGates: null}`,
			`{"containers":[{"name":"main","args":["b"],"env":[{"name":"B","value":"2"},{"name":"A","value":"1"}]},{"name":"c"},{"name":"b"}],"tolerations":[{"key":"b"}]}`},
		{`{$setElementOrder/containers: [{name: b}], containers: [{name: main, $patch: delete}, {name: gone, $patch: delete}], nodeSelector: {$patch: replace, z: "3"}, tolerations: [], hostNetwork: false, schedulingGates: [{$patch: replace}, {name: h}]}`,
			`{"containers":[{"name":"b"}],"nodeSelector":{"z":"3"},"tolerations":[],"hostNetwork":false,"schedulingGates":[{"name":"h"}]}`},
		{`{containers: [{name: main, $patch: replace, image: i}], nodeSelector: {}, unknown: {a: [{$patch: delete}, {b: 1, $patch: merge}]}, hostNetwork: [1]}`,
			`{"containers":[{"name":"main","image":"i"},{"name":"b"}],"nodeSelector":{"x":"1"},"tolerations":[{"key":"a"}],"hostNetwork":[1],"schedulingGates":[{"name":"g"}],"unknown":{"a":[{"b":1}]}}`},
	} {
		root := parse(t, base)
		got := string(yaml.JSON(merge(root, parse(t, tt.patch), reflect.TypeFor[corev1.PodSpec]())))
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.patch, got, tt.want)
		}
		if after := string(yaml.JSON(root)); after != string(yaml.JSON(parse(t, base))) {
			t.Errorf("%s: the base was changed to %s", tt.patch, after)
		}
	}
}

func TestMergePrimitives(t *testing.T) {
	type meta struct {
		Finalizers []string `json:"finalizers" patchStrategy:"merge"`
	}
	for _, tt := range []struct{ patch, want string }{
		{`{finalizers: [b, c]}`, `{"finalizers":["a","b","c"]}`},
		{`{$deleteFromPrimitiveList/finalizers: [a], finalizers: [c]}`, `{"finalizers":["b","c"]}`},
		{`{$deleteFromPrimitiveList/others: [a]}`, `{"finalizers":["a","b"],"others":[]}`},
	} {
		got := string(yaml.JSON(merge(parse(t, `{finalizers: [a, b]}`), parse(t, tt.patch), reflect.TypeFor[meta]())))
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.patch, got, tt.want)
		}
	}
}
