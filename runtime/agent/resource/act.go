package resource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// manager is who weft is among those who set fields of objects.
const manager = "weft"

// An action does its work on one target and returns the objects that it has to
// do with then.
type action func(*worker, context.Context, target) ([]seen, error)

// seen is an object as it was seen last.
type seen struct {
	target
	object object
}

var actions = map[string]action{
	"get":     (*worker).get,
	"create":  one((*worker).create),
	"apply":   one((*worker).apply),
	"patch":   one((*worker).patch),
	"replace": one((*worker).replace),
	"delete":  (*worker).delete,
}

// one is an action that has to do with one object, whose name the API server
// may have given.
func one(do func(*worker, context.Context, target) (object, error)) action {
	return func(w *worker, ctx context.Context, t target) ([]seen, error) {
		o, err := do(w, ctx, t)
		if err != nil {
			return nil, err
		}
		t.name = o.name()
		w.did(t, done[w.work.Action])
		return []seen{{t, o}}, nil
	}
}

// done are what actions are called when they are over.
var done = map[string]string{"create": "created", "apply": "applied", "patch": "patched", "replace": "replaced", "delete": "deleted"}

func (w *worker) did(t target, what string) {
	if w.flags.dryRun {
		what += " (dry run)"
	}
	w.opts.say("%s %s", t, what)
}

// act does what is to be done with each target.
func (w *worker) act(ctx context.Context, targets []target) ([]seen, error) {
	var found []seen
	for _, t := range targets {
		if err := w.own(t); err != nil {
			return nil, err
		}
	}
	for _, t := range targets {
		s, err := actions[w.work.Action](w, ctx, t)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", w.work.Action, t, err)
		}
		found = append(found, s...)
	}
	if w.work.Action == "delete" {
		return nil, w.gone(ctx, found)
	}
	return found, nil
}

// own makes the run the owner of what a manifest describes, or of what a patch is
// for, so that it goes when the run is deleted.
func (w *worker) own(t target) error {
	owner := w.work.Owner
	if owner == nil || owner.UID == "" || w.work.Action == "get" || w.work.Action == "delete" {
		return nil
	}
	manifest := t.manifest
	if manifest == nil && len(w.docs) == 1 {
		patch, ok := w.docs[0].(map[string]any)
		if !ok {
			return fmt.Errorf("a JSON patch cannot make %s belong to the run: leave setOwnerReference out, or write mergeStrategy: merge", t)
		}
		manifest = patch
	}
	if manifest == nil {
		return nil // patch says what is wrong
	}
	if t.namespace != w.namespace {
		where := "is in no namespace"
		if t.namespace != "" {
			where = fmt.Sprintf("is in namespace %q", t.namespace)
		}
		return fmt.Errorf("%s cannot belong to the run, which is in namespace %q: it %s; leave setOwnerReference out", t, w.namespace, where)
	}
	meta := manifest.meta()
	owners, _ := meta["ownerReferences"].([]any)
	ours := reference(owner)
	same := func(o any) bool { return reflect.DeepEqual(o, ours) }
	if !slices.ContainsFunc(owners, same) { // one patch may be for several
		meta["ownerReferences"] = append(slices.Clip(owners), any(ours))
	}
	return nil
}

func reference(o *instructions.Owner) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "name": o.Name, "uid": o.UID}
}

// query are the parameters of a request that changes something.
func (w *worker) query(own string) url.Values {
	q := url.Values{"fieldManager": {own}, "fieldValidation": {w.flags.validation}}
	if w.flags.manager != "" {
		q.Set("fieldManager", w.flags.manager)
	}
	if w.flags.dryRun {
		q.Set("dryRun", "All")
	}
	return q
}

func (w *worker) get(ctx context.Context, t target) ([]seen, error) {
	if t.name == "" {
		return w.list(ctx, t)
	}
	o, err := w.do(ctx, request{method: http.MethodGet, path: t.path(w.flags.subresource)})
	if refused(err, http.StatusNotFound) && w.flags.ignoreNotFound {
		w.opts.say("%s is not there", t)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []seen{{t, o}}, nil
}

// list finds all objects that the flags select.
func (w *worker) list(ctx context.Context, t target) ([]seen, error) {
	q := url.Values{}
	if w.flags.selector != "" {
		q.Set("labelSelector", w.flags.selector)
	}
	if w.flags.fieldSelector != "" {
		q.Set("fieldSelector", w.flags.fieldSelector)
	}
	list, err := w.do(ctx, request{method: http.MethodGet, path: t.path(""), query: q})
	if err != nil {
		return nil, err
	}
	items, _ := list["items"].([]any)
	found := make([]seen, 0, len(items))
	for _, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, errors.New("the API server answers with a list of what are no objects")
		}
		o := object(m)
		o["kind"], o["apiVersion"] = t.kind.name, list["apiVersion"] // which items of a list leave out
		found = append(found, seen{target{kind: t.kind, namespace: o.namespace(), name: o.name()}, o})
	}
	return found, nil
}

// names is how often another name is tried when a made-up one is taken.
const names = 8

// create creates an object. It makes up the name itself where one is to be made
// up, so that it finds the object again when an answer does not arrive.
func (w *worker) create(ctx context.Context, t target) (object, error) {
	prefix := t.manifest.str("metadata", "generateName")
	made := t.name == ""
	for try := 1; ; try++ {
		if made {
			t.name = madeUp(prefix)
			t.manifest.meta()["name"] = t.name
		}
		q := request{
			method: http.MethodPost, path: t.kind.path(t.namespace, "", ""), body: encode(t.manifest),
			query: w.query(manager + "-" + w.opts.Node),
		}
		o, err := w.do(ctx, q)
		var r *refusal
		if err == nil || !errors.As(err, &r) || r.reason != "AlreadyExists" {
			return o, err
		}
		if r.maybe {
			return w.adopt(ctx, t, q.query.Get("fieldManager"), err)
		}
		if !made || try == names {
			return nil, err
		}
	}
}

// adopt takes an object that is there already for the one that an earlier try
// created, if it did.
func (w *worker) adopt(ctx context.Context, t target, by string, exists error) (object, error) {
	o, err := w.do(ctx, request{method: http.MethodGet, path: t.path("")})
	if err != nil {
		return nil, err
	}
	fields, _ := o.at("metadata", "managedFields").([]any)
	for _, f := range fields {
		if m, _ := f.(map[string]any); m["manager"] == by {
			return o, nil
		}
	}
	return nil, exists
}

// madeUp is a name that begins with prefix, as the API server makes them.
func madeUp(prefix string) string {
	const longest, letters = 58, "bcdfghjklmnpqrstvwxz2456789"
	name := []byte(prefix[:min(len(prefix), longest)])
	for range 5 {
		name = append(name, letters[rand.IntN(len(letters))])
	}
	return string(name)
}

// apply applies on the server's side. What the manifest says is set whoever set
// it before.
func (w *worker) apply(ctx context.Context, t target) (object, error) {
	q := w.query(manager)
	if w.flags.forceConflicts {
		q.Set("force", "true")
	}
	return w.do(ctx, request{
		method: http.MethodPatch, path: t.path(w.flags.subresource), body: encode(t.manifest), query: q, contentType: "application/apply-patch+yaml",
	})
}

// patchForms are the kinds of patch.
var patchForms = map[string]string{
	"strategic": "application/strategic-merge-patch+json", "merge": "application/merge-patch+json", "json": "application/json-patch+json",
}

func (w *worker) patch(ctx context.Context, t target) (object, error) {
	var body any = map[string]any(t.manifest)
	if t.manifest == nil {
		if len(w.docs) != 1 {
			return nil, fmt.Errorf("the manifest holds %d documents, and a patch is one", len(w.docs))
		}
		body = w.docs[0]
	}
	o, err := w.do(ctx, request{
		method: http.MethodPatch, path: t.path(w.flags.subresource), body: encode(body), query: w.query(manager),
		contentType: patchForms[w.flags.patchType], once: w.flags.patchType == "json",
	})
	switch {
	case refused(err, http.StatusUnsupportedMediaType):
		return nil, fmt.Errorf("objects of kind %s take no %s patch; write mergeStrategy: merge", t.kind.name, w.flags.patchType)
	case refused(err, http.StatusUnprocessableEntity) && w.flags.patchType == "json":
		return nil, fmt.Errorf("%w; does every path of the patch lead somewhere?", err)
	}
	return o, err
}

// conflicts is how often an object is replaced anew when somebody else changes
// it meanwhile.
const conflicts = 5

// replace replaces an object, whatever it was before unless the manifest says
// which version it is for.
func (w *worker) replace(ctx context.Context, t target) (object, error) {
	if w.flags.force {
		found, err := w.delete(ctx, t)
		if err == nil {
			err = w.gone(ctx, found)
		}
		if err != nil {
			return nil, err
		}
		return w.create(ctx, t)
	}
	for try := 1; ; try++ {
		body := object(maps.Clone(t.manifest))
		if t.manifest.version() == "" {
			current, err := w.do(ctx, request{method: http.MethodGet, path: t.path("")})
			if err != nil {
				return nil, err
			}
			meta := maps.Clone(t.manifest.meta())
			meta["resourceVersion"] = current.version()
			body["metadata"] = meta
		}
		o, err := w.do(ctx, request{method: http.MethodPut, path: t.path(w.flags.subresource), body: encode(body), query: w.query(manager)})
		if !refused(err, http.StatusConflict) || t.manifest.version() != "" || try == conflicts {
			return o, err
		}
	}
}

// delete deletes what a target means, and returns what was there.
func (w *worker) delete(ctx context.Context, t target) ([]seen, error) {
	targets := []seen{{target: t}}
	if t.name == "" {
		var err error
		if targets, err = w.list(ctx, t); err != nil {
			return nil, err
		}
	}
	var found []seen
	for _, s := range targets {
		o, err := w.do(ctx, request{method: http.MethodDelete, path: s.path(""), body: encode(w.deletion())})
		if refused(err, http.StatusNotFound) && (w.flags.ignoreNotFound || w.flags.force || t.name == "") {
			w.opts.say("%s is not there", s)
			continue
		}
		if err != nil {
			return nil, err
		}
		w.did(s.target, done["delete"])
		found = append(found, seen{s.target, o})
	}
	return found, nil
}

// deletion is how to delete.
func (w *worker) deletion() map[string]any {
	d := map[string]any{"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": w.flags.propagation}
	if w.flags.force && w.flags.grace == nil {
		d["gracePeriodSeconds"] = 0
	}
	if w.flags.grace != nil {
		d["gracePeriodSeconds"] = *w.flags.grace
	}
	if w.flags.dryRun {
		d["dryRun"] = []string{"All"}
	}
	return d
}

// uidOf is the identity of what a DELETE has answered for: the object, or a
// status with its details.
func uidOf(o object) string {
	if uid := o.str("details", "uid"); uid != "" {
		return uid
	}
	return strings.TrimSpace(o.uid())
}
