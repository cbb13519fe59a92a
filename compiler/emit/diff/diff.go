// Package diff says how two versions of a project differ in meaning: by object,
// template, step and field. The order of keys, templates, tasks and parameters,
// comments, quotes and the spelling of numbers do not count, nor does it matter
// which of the two languages a version is written in.
//
// A comparison runs in two passes. The first turns each document into a shape
// in which everything that can be named is found by its name (shape.go); the
// second walks two shapes side by side.
package diff

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/lang/tree"
)

// Action says what became of something.
type Action string

// The actions.
const (
	Added   Action = "added"
	Removed Action = "removed"
	Changed Action = "changed"
)

// An Object is one document that differs.
type Object struct {
	Action    Action   `json:"action"`
	Kind      string   `json:"kind"`
	Namespace string   `json:"namespace,omitempty"`
	Name      string   `json:"name"`
	Old       string   `json:"oldFile,omitempty"`
	New       string   `json:"newFile,omitempty"`
	Changes   []Change `json:"changes,omitempty"`
	Pods      []Pods   `json:"pods,omitempty"`
}

// A Change is one difference. A field inside a template names it, and a field
// inside a step or task names that, too; one inside a container of a Pod names
// the container. A field is "" when the step, template, container or object as a
// whole came or went.
type Change struct {
	Action    Action `json:"action"`
	Template  string `json:"template,omitempty"`
	Step      string `json:"step,omitempty"`
	Container string `json:"container,omitempty"`
	Field     string `json:"field,omitempty"`
	Old       string `json:"old,omitempty"` // a scalar's text, else YAML
	New       string `json:"new,omitempty"`

	block bool // Old or New is YAML
}

// A Version is what is compared: documents and, where they have no errors, what
// their runs make.
type Version struct {
	Documents []*tree.Document
	Manifests []pods.Manifest
}

// Compare returns what differs, in the order of the old documents, new ones
// last.
func Compare(before, after []*tree.Document) []Object {
	return CompareVersions(Version{Documents: before}, Version{Documents: after})
}

// CompareVersions is Compare with the Pods of what is in both versions.
func CompareVersions(before, after Version) []Object {
	pairs := match(before.Documents, after.Documents)
	var out []Object
	for _, p := range pairs {
		o, same := p.compare()
		o.Pods = comparePods(before.of(p.before), after.of(p.after))
		if !same || len(o.Pods) > 0 {
			out = append(out, o)
		}
	}
	return out
}

// A pair is a document before and after; either may be nil.
type pair struct{ before, after *tree.Document }

// match pairs documents by kind and name. What is left over is paired when each
// side has one of its kind: it was renamed.
func match(before, after []*tree.Document) []pair {
	var pairs []pair
	rest := slices.DeleteFunc(slices.Clone(after), func(d *tree.Document) bool { return d.Root == nil })
	take := func(key func(*tree.Document) string, want string) *tree.Document {
		i := slices.IndexFunc(rest, func(d *tree.Document) bool { return key(d) == want })
		if i < 0 {
			return nil
		}
		d := rest[i]
		rest = slices.Delete(rest, i, i+1)
		return d
	}
	for _, d := range before {
		if d.Root != nil {
			pairs = append(pairs, pair{d, take(identity, identity(d))})
		}
	}
	for i, p := range pairs {
		if p.after == nil && only(kind(p.before), unmatched(pairs)) && only(kind(p.before), rest) {
			pairs[i].after = take(kind, kind(p.before))
		}
	}
	for _, d := range rest {
		pairs = append(pairs, pair{nil, d})
	}
	return pairs
}

func unmatched(pairs []pair) []*tree.Document {
	var out []*tree.Document
	for _, p := range pairs {
		if p.after == nil {
			out = append(out, p.before)
		}
	}
	return out
}

// only reports whether exactly one of the documents is of the kind.
func only(want string, docs []*tree.Document) bool {
	n := 0
	for _, d := range docs {
		if kind(d) == want {
			n++
		}
	}
	return n == 1
}

func kind(d *tree.Document) string { return d.Root.Get("kind").Text() }

func identity(d *tree.Document) string {
	return kind(d) + "/" + d.Root.At("metadata", "namespace").Text() + "/" + name(d)
}

func name(d *tree.Document) string {
	m := d.Root.Get("metadata")
	if n := m.Get("name").Text(); n != "" {
		return n
	}
	return m.Get("generateName").Text()
}

func (p pair) compare() (o Object, same bool) {
	present := p.after
	o.Action = Changed
	switch {
	case p.before == nil:
		o.Action = Added
	case p.after == nil:
		o.Action, present = Removed, p.before
	}
	o.Kind, o.Namespace, o.Name = kind(present), present.Root.At("metadata", "namespace").Text(), name(present)
	if p.before != nil {
		o.Old = p.before.File.Name
	}
	if p.after != nil {
		o.New = p.after.File.Name
	}
	if o.Action != Changed {
		return o, false
	}
	w := walker{}
	w.compare(shapeOf(p.before.Root), shapeOf(p.after.Root), place{})
	o.Changes = w.changes
	return o, len(w.changes) == 0
}

// A place is where the walk is.
type place struct {
	template, step, container string
	field                     []string
}

// enter is the place below the key of a shape.
func (at place) enter(in *shape, key string) place {
	switch in.role {
	case templates:
		return place{template: key}
	case steps:
		return place{template: at.template, step: key}
	case containers:
		return place{container: key}
	}
	at.field = append(slices.Clip(at.field), key)
	return at
}

type walker struct{ changes []Change }

func (w *walker) add(at place, c Change) {
	c.Template, c.Step, c.Container, c.Field = at.template, at.step, at.container, path(at.field)
	w.changes = append(w.changes, c)
}

// path joins keys as weft lint writes paths.
func path(keys []string) string {
	var b strings.Builder
	for _, k := range keys {
		switch {
		case strings.HasPrefix(k, "["):
		case strings.ContainsAny(k, ". /"):
			k = `["` + k + `"]`
		case b.Len() > 0:
			b.WriteByte('.')
		}
		b.WriteString(k)
	}
	return b.String()
}

func (w *walker) compare(before, after *shape, at place) {
	if before.children == nil || after.children == nil || before.role != after.role {
		if before.text != after.text || (before.children == nil) != (after.children == nil) || before.role != after.role {
			w.add(at, Change{Action: Changed, Old: before.show(), New: after.show(), block: before.block() || after.block()})
		}
		return
	}
	for _, key := range before.keys {
		old, now := before.children[key], after.children[key]
		if now == nil {
			w.add(at.enter(before, key), Change{Action: Removed, Old: old.show(), block: old.block()})
			continue
		}
		w.compare(old, now, at.enter(before, key))
	}
	for _, key := range after.keys {
		if before.children[key] == nil {
			now := after.children[key]
			w.add(at.enter(after, key), Change{Action: Added, New: now.show(), block: now.block()})
		}
	}
}
