package pod

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/lang/tree"
)

// Strategic merge, as kubectl patch does it, on trees: so a patched value still
// knows where it was written. Which lists merge item by item, and by which key,
// stands in the tags of Kubernetes' own types.

// merge puts patch over base, which are values of type t; a nil t is a type
// that says nothing about its lists. Neither tree is changed.
func merge(base, patch *tree.Node, t reflect.Type) *tree.Node {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if base.IsNull() || base.Kind != patch.Kind || patch.Kind != tree.Map || patch.Get("$patch").Text() == "replace" {
		return withoutDirectives(patch)
	}
	out := *base
	out.Entries = slices.Clone(base.Entries)
	for _, e := range patch.Entries {
		key := e.Key.Value
		if list, ok := strings.CutPrefix(key, "$deleteFromPrimitiveList/"); ok {
			setEntry(&out, e.Key, list, removeItems(out.Get(list), e.Value))
			continue
		}
		if isDirective(key) {
			continue
		}
		if e.Value.IsNull() {
			out.Entries = slices.DeleteFunc(out.Entries, func(o tree.Entry) bool { return o.Key.Value == key })
			continue
		}
		setEntry(&out, e.Key, key, mergeField(out.Get(key), e.Value, t, key))
	}
	return &out
}

// mergeField merges the values of the field key of type t.
func mergeField(base, patch *tree.Node, t reflect.Type, key string) *tree.Node {
	if t == nil || t.Kind() != reflect.Struct {
		if t != nil && t.Kind() == reflect.Map {
			return merge(base, patch, t.Elem())
		}
		return merge(base, patch, nil)
	}
	index, ok := fieldOf(t, key)
	if !ok {
		return merge(base, patch, nil)
	}
	f := t.FieldByIndex(index)
	strategy, by := f.Tag.Get("patchStrategy"), f.Tag.Get("patchMergeKey")
	switch {
	case patch.Kind != tree.List || base.IsNull() || base.Kind != tree.List || !strings.Contains(strategy, "merge"):
		return merge(base, patch, f.Type)
	case by == "":
		return appendItems(base, patch)
	}
	return mergeLists(base, patch, f.Type.Elem(), by)
}

// mergeLists merges items that have the same value under the key by; items that
// base does not have are added behind.
func mergeLists(base, patch *tree.Node, item reflect.Type, by string) *tree.Node {
	out := *base
	out.Items = slices.Clone(base.Items)
	for _, p := range patch.Items {
		same := func(n *tree.Node) bool { return n.Get(by).Text() == p.Get(by).Text() }
		i := slices.IndexFunc(out.Items, same)
		switch {
		case p.Get("$patch").Text() == "replace" && !p.Has(by):
			out.Items = nil
		case p.Get("$patch").Text() == "delete":
			out.Items = slices.DeleteFunc(out.Items, same)
		case i >= 0:
			out.Items[i] = merge(out.Items[i], p, item)
		default:
			out.Items = append(out.Items, withoutDirectives(p))
		}
	}
	return &out
}

func appendItems(base, patch *tree.Node) *tree.Node {
	out := *base
	out.Items = slices.Clone(base.Items)
	for _, p := range patch.Items {
		if !slices.ContainsFunc(out.Items, func(n *tree.Node) bool { return n.Text() == p.Text() }) {
			out.Items = append(out.Items, p)
		}
	}
	return &out
}

func removeItems(base, gone *tree.Node) *tree.Node {
	if base.IsNull() {
		return &tree.Node{Kind: tree.List, Span: gone.Span}
	}
	out := *base
	out.Items = slices.DeleteFunc(slices.Clone(base.Items), func(n *tree.Node) bool {
		return slices.ContainsFunc(gone.List(), func(g *tree.Node) bool { return g.Text() == n.Text() })
	})
	return &out
}

func setEntry(n *tree.Node, at *tree.Node, key string, value *tree.Node) {
	for i := range n.Entries {
		if n.Entries[i].Key.Value == key {
			n.Entries[i].Value = value
			return
		}
	}
	n.Entries = append(n.Entries, tree.Entry{Key: &tree.Node{Kind: tree.String, Value: key, Span: at.Span}, Value: value})
}

func isDirective(key string) bool {
	return key == "$patch" || key == "$retainKeys" || strings.HasPrefix(key, "$setElementOrder/")
}

// withoutDirectives is a patch where there was nothing to patch.
func withoutDirectives(n *tree.Node) *tree.Node {
	if n == nil || n.Kind != tree.Map && n.Kind != tree.List {
		return n
	}
	out := *n
	out.Entries, out.Items = nil, nil
	for _, e := range n.Entries {
		if !strings.HasPrefix(e.Key.Value, "$") {
			out.Entries = append(out.Entries, tree.Entry{Key: e.Key, Value: withoutDirectives(e.Value)})
		}
	}
	for _, it := range n.Items {
		if it.Get("$patch").Text() != "delete" {
			out.Items = append(out.Items, withoutDirectives(it))
		}
	}
	return &out
}

// templateShape says which parts of a template are Kubernetes' own, for merging
// the defaults of a workflow under its templates.
type templateShape struct {
	Container       *corev1.Container           `json:"container"`
	Script          *corev1.Container           `json:"script"`
	Affinity        *corev1.Affinity            `json:"affinity"`
	SecurityContext *corev1.PodSecurityContext  `json:"securityContext"`
	PodResources    corev1.ResourceRequirements `json:"podResources"`
	Volumes         []corev1.Volume             `json:"volumes" patchStrategy:"merge" patchMergeKey:"name"`
	InitContainers  []corev1.Container          `json:"initContainers" patchStrategy:"merge" patchMergeKey:"name"`
	Sidecars        []corev1.Container          `json:"sidecars" patchStrategy:"merge" patchMergeKey:"name"`
	HostAliases     []corev1.HostAlias          `json:"hostAliases" patchStrategy:"merge" patchMergeKey:"ip"`
}
