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
	if keep := patch.Get("$retainKeys"); keep != nil {
		out.Entries = slices.DeleteFunc(out.Entries, func(o tree.Entry) bool {
			return !slices.ContainsFunc(keep.List(), func(k *tree.Node) bool { return k.Text() == o.Key.Value })
		})
	}
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
		order := e.Value
		if said := patch.Get(setOrder + key); said != nil {
			order = said
		}
		setEntry(&out, e.Key, key, mergeField(out.Get(key), e.Value, order, t, key))
	}
	return &out
}

// mergeField merges the values of the field key of type t. A list that is merged
// item by item takes the order that another list has.
func mergeField(base, patch, order *tree.Node, t reflect.Type, key string) *tree.Node {
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
	out := mergeLists(base, patch, f.Type.Elem(), by)
	out.Items = arranged(out.Items, base, order, func(n *tree.Node) string { return n.Get(by).Text() })
	return out
}

// arranged puts items in order: those that the patch names as there, each behind
// the others that stood before it in base.
func arranged(items []*tree.Node, base, order *tree.Node, name func(*tree.Node) string) []*tree.Node {
	place := func(n *tree.Node, in *tree.Node) int {
		return slices.IndexFunc(in.List(), func(o *tree.Node) bool { return name(o) == name(n) })
	}
	var named, others, out []*tree.Node
	for _, n := range items {
		if place(n, order) >= 0 {
			named = append(named, n)
		} else {
			others = append(others, n)
		}
	}
	slices.SortStableFunc(named, func(a, b *tree.Node) int { return place(a, order) - place(b, order) })
	for len(named) > 0 && len(others) > 0 {
		from := &named
		if place(others[0], base) < place(named[0], base) {
			from = &others
		}
		out, *from = append(out, (*from)[0]), (*from)[1:]
	}
	return slices.Concat(out, named, others)
}

// mergeLists merges items that have the same value under the key by.
func mergeLists(base, patch *tree.Node, item reflect.Type, by string) *tree.Node {
	replaces := func(n *tree.Node) bool { return n.Get("$patch").Text() == "replace" && !n.Has(by) }
	out := *base
	out.Items = slices.Clone(base.Items)
	if slices.ContainsFunc(patch.Items, replaces) {
		out.Items = nil
	}
	for _, p := range patch.Items {
		same := func(n *tree.Node) bool { return n.Get(by).Text() == p.Get(by).Text() }
		i := slices.IndexFunc(out.Items, same)
		switch {
		case replaces(p):
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

// setOrder begins the key of a list that says in which order another one is.
const setOrder = "$setElementOrder/"

func isDirective(key string) bool {
	return key == "$patch" || key == "$retainKeys" || strings.HasPrefix(key, setOrder)
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
		alone := it.Get("$patch").Text() == "replace" && len(it.Entries) == 1
		if !alone && it.Get("$patch").Text() != "delete" {
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
