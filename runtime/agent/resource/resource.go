// Package resource does the work of resource templates: it gets, creates,
// applies, patches, replaces or deletes objects of the cluster as kubectl would,
// waits until a condition holds, and reads outputs from what it has seen.
//
// It speaks to the API server through net/http, with the service account of the
// Pod that it runs in. A client library would be several times larger than all
// the rest of the agent, which is copied into every Pod.
package resource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/record"
)

// Options are about the Pod that the work is done in.
type Options struct {
	Node string // ID of the node
	// Env reads variables of the environment, os.Getenv in a Pod.
	Env func(string) string
	Log io.Writer // for people: what was done, and what is waited for
	// Account replaces the folder in which Kubernetes leaves the service account.
	Account string
	// Patience is how long a server is asked that does not answer; 0 is minutes.
	Patience time.Duration
	// Poll is the pause between two looks at an object that cannot be watched; 0
	// is seconds.
	Poll time.Duration
}

func (o Options) say(format string, args ...any) {
	fmt.Fprintf(o.Log, format+"\n", args...)
}

// Do does the work and returns the output parameters. An error is the user's to
// mend, but for a *Trouble.
func Do(ctx context.Context, work *instructions.Resource, opts Options) ([]record.Value, error) {
	w, err := newWorker(work, opts)
	if err != nil {
		return nil, err
	}
	if w.client, err = newClient(opts); err != nil {
		return nil, err
	}
	targets, err := w.targets(ctx)
	if err != nil {
		return nil, err
	}
	found, err := w.act(ctx, targets)
	if err != nil {
		return nil, err
	}
	if err := w.wait(ctx, found); err != nil {
		return nil, err
	}
	return w.outputs(ctx, found)
}

// worker is one resource template at work.
type worker struct {
	*client
	work             *instructions.Resource
	opts             Options
	flags            *flags
	docs             []any // of the manifest
	success, failure condition
	paths            []path // of the output parameters
}

// newWorker reads all that can be wrong before anything is done.
func newWorker(work *instructions.Resource, opts Options) (*worker, error) {
	w := &worker{work: work, opts: opts}
	if _, ok := actions[work.Action]; !ok {
		return nil, fmt.Errorf("there is no action %q: write get, create, apply, patch, replace or delete", work.Action)
	}
	args := work.Flags
	if work.Action == "patch" && work.MergeStrategy != "" {
		args = append([]string{"--type=" + work.MergeStrategy}, args...)
	}
	var err error
	if w.flags, err = parseFlags(work.Action, args); err != nil {
		return nil, err
	}
	if w.success, err = parseCondition(work.SuccessCondition); err != nil {
		return nil, err
	}
	if w.failure, err = parseCondition(work.FailureCondition); err != nil {
		return nil, err
	}
	if w.paths, err = parsePaths(work.Parameters); err != nil {
		return nil, err
	}
	text := work.Manifest
	if work.ManifestPath != "" {
		file, err := os.ReadFile(work.ManifestPath)
		if err != nil {
			return nil, fmt.Errorf("read the manifest: %w", err)
		}
		text = string(file)
	}
	w.docs, err = readManifest(text)
	return w, err
}

// target is an object that something is to be done with, or with an empty name
// all objects of its kind that the flags select.
type target struct {
	kind      kind
	namespace string // "" is all, or that there is none
	name      string
	manifest  object // nil when flags say what is meant
}

func (t target) String() string { return t.kind.describe(t.name) }

// path is where the API server has the object.
func (t target) path(subresource string) string { return t.kind.path(t.namespace, t.name, subresource) }

// targets finds out what the manifest or the flags mean.
func (w *worker) targets(ctx context.Context) ([]target, error) {
	if !w.flags.selects() {
		return w.described(ctx)
	}
	switch {
	case !slices.Contains([]string{"get", "delete", "patch"}, w.work.Action):
		return nil, fmt.Errorf("action %q takes no names, and the flags hold %q: the manifest says what is meant", w.work.Action, w.flags.names[0])
	case w.work.Action != "patch" && len(w.docs) > 0:
		return nil, errors.New("the flags and the manifest both name objects: leave one of them out")
	}
	return w.named(ctx)
}

// described are the objects of the manifest.
func (w *worker) described(ctx context.Context) ([]target, error) {
	if w.flags.patchType == "json" {
		return nil, errors.New(`a JSON patch does not say which object it is for: name it in flags, as in flags: [pod, my-pod]`)
	}
	objects, err := objectsOf(w.docs)
	if err != nil {
		return nil, err
	}
	if len(objects) == 0 {
		return nil, errors.New("there is no manifest, and no flags say which object is meant")
	}
	var targets []target
	for _, o := range objects {
		k, err := w.kindOf(ctx, o.str("apiVersion"), o.str("kind"))
		if err != nil {
			return nil, err
		}
		t := target{kind: k, name: o.name(), manifest: o}
		if t.namespace, err = w.namespaceOf(k, o.namespace()); err != nil {
			return nil, err
		}
		if t.name == "" && (w.work.Action != "create" || o.str("metadata", "generateName") == "") {
			return nil, fmt.Errorf("the manifest of a %s has no metadata.name", k.name)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// namespaceOf is the namespace of an object whose manifest says own.
func (w *worker) namespaceOf(k kind, own string) (string, error) {
	switch {
	case !k.namespaced:
		return "", nil
	case own != "" && w.flags.namespace != "" && own != w.flags.namespace:
		return "", fmt.Errorf("the manifest says namespace %q, and the flags say %q", own, w.flags.namespace)
	case own != "":
		return own, nil
	case w.flags.namespace != "":
		return w.flags.namespace, nil
	}
	return w.namespace, nil
}

// named are the objects that the flags name: pod x y, pod/x, or pods alone with
// a selector.
func (w *worker) named(ctx context.Context) ([]target, error) {
	var targets []target
	add := func(word, name string) error {
		k, err := w.kindNamed(ctx, word)
		if err != nil {
			return err
		}
		t := target{kind: k, name: name}
		if t.namespace, err = w.namespaceOf(k, ""); err != nil {
			return err
		}
		if name == "" && w.flags.allNamespaces {
			t.namespace = ""
		}
		targets = append(targets, t)
		return nil
	}
	words, names := strings.Split(w.flags.names[0], ","), w.flags.names[1:]
	if strings.Contains(w.flags.names[0], "/") {
		words, names = nil, w.flags.names
	}
	for _, name := range names {
		pairs := words
		if kindName, rest, ok := strings.Cut(name, "/"); ok {
			pairs, name = []string{kindName}, rest
		}
		if len(pairs) == 0 {
			return nil, fmt.Errorf("nothing says of which kind %q is: write kind/%s", name, name)
		}
		for _, word := range pairs {
			if err := add(word, name); err != nil {
				return nil, err
			}
		}
	}
	if len(names) > 0 {
		return targets, w.checkSelection(true)
	}
	for _, word := range words {
		if err := add(word, ""); err != nil {
			return nil, err
		}
	}
	return targets, w.checkSelection(false)
}

// checkSelection refuses to take many objects for what was to be one.
func (w *worker) checkSelection(byName bool) error {
	f := w.flags
	selecting := f.selector != "" || f.fieldSelector != "" || f.all || f.allNamespaces
	switch {
	case byName && selecting:
		return errors.New("the flags name objects and select some: leave one of them out")
	case byName || w.work.Action == "get":
		return nil
	case w.work.Action == "patch":
		return fmt.Errorf("the flags say what to patch by its kind alone: add the name, as in flags: [%s, NAME]", f.names[0])
	case f.selector == "" && f.fieldSelector == "" && !f.all:
		return fmt.Errorf("the flags would delete all of %s: add a name, --selector, or --all", f.names[0])
	}
	return nil
}
