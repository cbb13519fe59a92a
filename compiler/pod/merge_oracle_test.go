package pod

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"pgregory.net/rapid"

	"github.com/weft-lang/weft/lang/yaml"
)

// TestMergeAsKubectl holds that a patch means what it means to kubectl.
func TestMergeAsKubectl(t *testing.T) {
	base := `{"containers":[
		{"name":"main","image":"a","args":["x"],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":1}],
		 "volumeMounts":[{"name":"v","mountPath":"/v"},{"name":"w","mountPath":"/w"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}}},
		{"name":"side","image":"b"}],
	"volumes":[{"name":"v","configMap":{"name":"c"}},{"name":"w","emptyDir":{}}],
	"nodeSelector":{"x":"1","y":"2"},"tolerations":[{"key":"a"}],"imagePullSecrets":[{"name":"p"}],"hostAliases":[{"ip":"1.1.1.1","hostnames":["h"]}],
	"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"Exists"}]}]}}}}`
	for _, patch := range fixedPatches {
		agree(t, base, patch)
	}
	rapid.Check(t, func(r *rapid.T) {
		patch, err := json.Marshal(patchFor(r))
		if err != nil {
			t.Fatal(err)
		}
		agree(r, base, string(patch))
	})
}

type fails interface {
	Helper()
	Fatalf(format string, args ...any)
}

var fixedPatches = []string{
	`{"containers":[{"name":"main","$setElementOrder/env":[{"name":"C"},{"name":"B"},{"name":"A"}],"env":[{"name":"C","value":"3"}]}]}`,
	`{"volumes":[{"name":"v","$retainKeys":["name","emptyDir"],"emptyDir":{}}]}`,
	`{"containers":[{"name":"new","image":"c"},{"$patch":"replace"}]}`,
	`{"$patch":"replace","hostNetwork":true}`,
}

func agree(t fails, base, patch string) {
	t.Helper()
	want, err := strategicpatch.StrategicMergePatch([]byte(base), []byte(patch), corev1.PodSpec{})
	if err != nil || strings.Contains(string(want), `"$`) {
		return // kubectl does not take it, or leaves directives in what it makes
	}
	parsed := func(text string) any {
		var v corev1.PodSpec
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return v
	}
	got := string(yaml.JSON(merge(parseText(t, base), parseText(t, patch), reflect.TypeFor[corev1.PodSpec]())))
	if !reflect.DeepEqual(parsed(got), parsed(string(want))) {
		t.Fatalf("%s:\ngot  %s\nwant %s", patch, got, want)
	}
}

// patchFor makes patches out of parts that have something to do with the base.
func patchFor(r *rapid.T) map[string]any {
	maybe := func(m map[string]any, key string, value func() any) {
		switch rapid.IntRange(0, 7).Draw(r, key) {
		case 0:
			m[key] = nil
		case 1, 2, 3:
			m[key] = value()
		}
	}
	names := func(of ...string) string { return rapid.SampledFrom(of).Draw(r, "name") }
	items := func(by string, of []string, fill func(m map[string]any)) func() any {
		return func() any {
			var list []any
			seen := map[string]bool{}
			for range rapid.IntRange(0, 3).Draw(r, "items") {
				m := map[string]any{by: names(of...)}
				if seen[m[by].(string)] {
					continue
				}
				seen[m[by].(string)] = true
				if rapid.IntRange(0, 5).Draw(r, "delete") == 0 {
					m["$patch"] = "delete"
				} else {
					fill(m)
				}
				list = append(list, m)
			}
			if rapid.IntRange(0, 8).Draw(r, "replace") == 0 {
				list = append([]any{map[string]any{"$patch": "replace"}}, list...)
			}
			return list
		}
	}
	text := func() any { return names("1", "2", "z") }
	env := items("name", []string{"A", "B", "C"}, func(m map[string]any) { maybe(m, "value", text) })
	mounts := items("mountPath", []string{"/v", "/w", "/x"}, func(m map[string]any) { maybe(m, "name", text) })
	out := map[string]any{}
	maybe(out, "containers", items("name", []string{"main", "side", "new"}, func(m map[string]any) {
		maybe(m, "image", text)
		maybe(m, "args", func() any { return []any{"y"} })
		maybe(m, "env", env)
		maybe(m, "volumeMounts", mounts)
		maybe(m, "resources", func() any { return map[string]any{"limits": map[string]any{"cpu": "2"}} })
	}))
	maybe(out, "volumes", items("name", []string{"v", "w", "n"}, func(m map[string]any) {
		m["emptyDir"] = map[string]any{}
		if rapid.Bool().Draw(r, "retain") {
			m["$retainKeys"] = []any{"name", "emptyDir"}
		}
	}))
	maybe(out, "nodeSelector", func() any {
		m := map[string]any{}
		maybe(m, "x", text)
		maybe(m, "w", text)
		if rapid.IntRange(0, 8).Draw(r, "whole") == 0 {
			m["$patch"] = "replace"
		}
		return m
	})
	maybe(out, "tolerations", func() any { return []any{map[string]any{"key": "b"}} })
	maybe(out, "imagePullSecrets", items("name", []string{"p", "q"}, func(map[string]any) {}))
	maybe(out, "hostAliases", items("ip", []string{"1.1.1.1", "2.2.2.2"}, func(m map[string]any) { m["hostnames"] = []any{"i"} }))
	maybe(out, "hostNetwork", func() any { return true })
	return out
}
