package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// FieldManager is the name under which weft owns the fields it applies.
const FieldManager = "weft"

// An Applier applies objects to one cluster, on the server's side: the API server
// merges what is written with what is there, and remembers who wrote what. It is
// not for use by several goroutines.
type Applier struct {
	// Host is where the API server is.
	Host string

	client    dynamic.Interface
	known     *kinds
	warnings  warnings
	namespace string // for objects that name none
	only      string // the one namespace allowed, if any

	// What a dry run has seen that would be made: later objects may need it.
	namespaces map[string]bool
	kinds      map[schema.GroupKind]bool
}

// NewApplier connects to the cluster.
func NewApplier(access Access) (*Applier, error) {
	config, namespace, err := access.config()
	if err != nil {
		return nil, err
	}
	a := &Applier{
		Host: config.Host, namespace: namespace, only: access.Namespace,
		namespaces: map[string]bool{}, kinds: map[schema.GroupKind]bool{},
	}
	config.WarningHandlerWithContext = &a.warnings
	if a.client, err = dynamicClient(config); err != nil {
		return nil, err
	}
	a.known, err = newKinds(config)
	return a, err
}

// ApplyOptions say how to apply. The zero options change the cluster and take no
// field from anybody.
type ApplyOptions struct {
	DryRun bool // the API server does all but keep the result
	Force  bool // take fields that others own
}

// Outcome is what became of an object, or would become of it.
type Outcome string

// The outcomes.
const (
	Created    Outcome = "created"
	Configured Outcome = "configured"
	Unchanged  Outcome = "unchanged"
	// Pending is an object whose namespace or kind the same dry run would make:
	// the API server cannot judge it before that is there.
	Pending Outcome = "pending"
)

// Applied is what the API server made of an object.
type Applied struct {
	Outcome Outcome
	// Before and After are the object in the cluster without what the API server
	// notes for itself, and without what a Secret holds. Before is nil when it was
	// not there, After when the outcome is Pending.
	Before, After *unstructured.Unstructured
	Warnings      []string
}

// Apply applies one object. A *Refusal says that the API server does not want
// it; any other error, that it could not be asked.
func (a *Applier) Apply(ctx context.Context, object *unstructured.Unstructured, options ApplyOptions) (*Applied, error) {
	a.warnings.take()
	kind := object.GroupVersionKind()
	home, err := a.known.find(ctx, kind)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot reach the cluster: %w", err)
	case home == nil && options.DryRun && a.kinds[kind.GroupKind()]:
		return &Applied{Outcome: Pending}, nil
	case home == nil:
		return nil, unknownKind(kind)
	}
	object = object.DeepCopy()
	resource, refusal := a.resource(home, object)
	if refusal != nil {
		return nil, refusal
	}
	if options.DryRun && a.namespaces[object.GetNamespace()] {
		return &Applied{Outcome: Pending}, nil
	}
	before, err := resource.Get(ctx, object.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		before, err = nil, nil
	}
	if err != nil {
		return nil, a.failed("read", object, err)
	}
	after, err := a.patch(ctx, resource, object, options)
	if err != nil {
		return nil, a.failed("apply", object, err)
	}
	applied := outcome(before, after)
	applied.Warnings = a.warnings.take()
	return applied, a.remember(ctx, after, applied.Outcome, options)
}

// resource is where object belongs, which gets the namespace it lacks.
func (a *Applier) resource(home *home, object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	if object.GetName() == "" {
		return nil, &Refusal{Message: "an object without a name cannot be applied", Causes: []Cause{{Field: "metadata"}}}
	}
	if !home.namespaced {
		return a.client.Resource(home.resource), nil
	}
	switch object.GetNamespace() {
	case "":
		object.SetNamespace(a.namespace)
	case a.only:
	default:
		if a.only != "" {
			message := fmt.Sprintf("its namespace is %q, and the one to apply to is %q", object.GetNamespace(), a.only)
			return nil, &Refusal{Causes: []Cause{{Field: "metadata.namespace", Message: message}}}
		}
	}
	return a.client.Resource(home.resource).Namespace(object.GetNamespace()), nil
}

func (a *Applier) patch(ctx context.Context, resource dynamic.ResourceInterface, object *unstructured.Unstructured, options ApplyOptions) (*unstructured.Unstructured, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	patch := metav1.PatchOptions{FieldManager: FieldManager, Force: &options.Force, FieldValidation: metav1.FieldValidationStrict}
	if options.DryRun {
		patch.DryRun = []string{metav1.DryRunAll}
	}
	return resource.Patch(ctx, object.GetName(), types.ApplyPatchType, text, patch)
}

// remember notes what later objects may need, and waits until they may have it.
func (a *Applier) remember(ctx context.Context, made *unstructured.Unstructured, o Outcome, options ApplyOptions) error {
	if o != Created {
		return nil
	}
	switch made.GroupVersionKind().GroupKind() {
	case schema.GroupKind{Kind: "Namespace"}:
		a.namespaces[made.GetName()] = options.DryRun
	case schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:
		kind := definedBy(made)
		a.kinds[kind.GroupKind()] = true
		if !options.DryRun {
			return a.awaitKind(ctx, kind)
		}
	}
	return nil
}

// definedBy is the kind that a CustomResourceDefinition defines, in its first
// version.
func definedBy(definition *unstructured.Unstructured) schema.GroupVersionKind {
	group, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "kind")
	versions, _, _ := unstructured.NestedSlice(definition.Object, "spec", "versions")
	for _, v := range versions {
		if v, ok := v.(map[string]any); ok && v["served"] == true {
			name, _, _ := unstructured.NestedString(v, "name")
			return schema.GroupVersionKind{Group: group, Version: name, Kind: kind}
		}
	}
	return schema.GroupVersionKind{Group: group, Kind: kind}
}

// awaitKind waits until the cluster knows a kind that was just defined.
func (a *Applier) awaitKind(ctx context.Context, kind schema.GroupVersionKind) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		found, err := a.known.find(ctx, kind)
		if found != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for kind %s: %w", kind.Kind, errors.Join(err, ctx.Err()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// outcome compares an object before and after.
func outcome(before, after *unstructured.Unstructured) *Applied {
	applied := &Applied{Outcome: Configured, Before: plain(before), After: plain(after)}
	switch {
	case before == nil:
		applied.Outcome = Created
	case reflect.DeepEqual(applied.Before.Object, applied.After.Object):
		applied.Outcome = Unchanged
	}
	hideSecrets(applied.Before, applied.After)
	return applied
}

// notes are what the API server keeps in metadata for itself.
var notes = []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}

// plain is an object without the notes of the API server.
func plain(object *unstructured.Unstructured) *unstructured.Unstructured {
	if object == nil {
		return nil
	}
	object = object.DeepCopy()
	for _, name := range notes {
		unstructured.RemoveNestedField(object.Object, "metadata", name)
	}
	return object
}

// hideSecrets takes the values out of a Secret, and leaves which of them differ.
func hideSecrets(before, after *unstructured.Unstructured) {
	if after.GroupVersionKind().GroupKind() != (schema.GroupKind{Kind: "Secret"}) {
		return
	}
	now, _, _ := unstructured.NestedMap(after.Object, "data")
	if before == nil {
		hide(after, now, func(string) string { return "(hidden)" })
		return
	}
	old, _, _ := unstructured.NestedMap(before.Object, "data")
	same := func(key string) bool { return reflect.DeepEqual(old[key], now[key]) }
	word := func(differs string) func(string) string {
		return func(key string) string {
			if same(key) {
				return "(hidden)"
			}
			return differs
		}
	}
	hide(after, now, word("(hidden, new)"))
	hide(before, old, word("(hidden, old)"))
}

// hide replaces the data of a Secret, and the note in which kubectl repeats it.
func hide(secret *unstructured.Unstructured, data map[string]any, word func(key string) string) {
	shown := map[string]any{}
	for key := range data {
		shown[key] = word(key)
	}
	if len(shown) > 0 {
		secret.Object["data"] = shown
	}
	unstructured.RemoveNestedField(secret.Object, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
}
