package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A Refusal is an object that a cluster does not take.
type Refusal struct {
	Message string
	// Causes are the places in the object that are wrong; there may be none.
	Causes []Cause
	// Conflict says that somebody else owns the fields.
	Conflict bool
	// UnknownKind says that the cluster has no such kind.
	UnknownKind bool
}

// A Cause is one thing that is wrong with an object.
type Cause struct {
	Field   string // path as the API server writes it, such as spec.templates[0].name
	Message string // "" where the message of the refusal says it
}

func (r *Refusal) Error() string {
	if r.Message != "" {
		return r.Message
	}
	var parts []string
	for _, c := range r.Causes {
		parts = append(parts, c.Field+": "+c.Message)
	}
	return strings.Join(parts, "; ")
}

func unknownKind(kind schema.GroupVersionKind) *Refusal {
	return &Refusal{
		Message:     fmt.Sprintf("the cluster knows no kind %q of %s", kind.Kind, kind.GroupVersion()),
		Causes:      []Cause{{Field: "kind"}},
		UnknownKind: true,
	}
}

// failed tells refusals from failures.
func (a *Applier) failed(verb string, object *unstructured.Unstructured, err error) error {
	if refusal := refusalOf(err); refusal != nil {
		return refusal
	}
	return fmt.Errorf("%s %s %q: %w", verb, object.GetKind(), object.GetName(), err)
}

// typed begins a message of the API server, which calls it a fault of its own
// that fields are unknown or of the wrong type.
const typed = "failed to create typed patch object"

// converted matches a message that also counts as a fault of the API server:
// that a text is no value of its type. It says which type, and not where.
var converted = regexp.MustCompile(`^failed to convert new object \(.*?\) to proper version: (?:unable to convert unstructured object to [^:]*: )?(.*)$`)

// fieldFault is one of the faults in a message that begins with typed.
var fieldFault = regexp.MustCompile(`(?m)(?:^|: )\s*\.?(\.[^\s:]+): (.+)$`)

// refusalOf is err as a refusal, nil when the API server could not judge.
func refusalOf(err error) *Refusal {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return nil
	}
	s := status.Status()
	if m := converted.FindStringSubmatch(s.Message); m != nil {
		return &Refusal{Message: m[1]}
	}
	switch {
	case strings.HasPrefix(s.Message, typed):
		refusal := &Refusal{}
		for _, m := range fieldFault.FindAllStringSubmatch(s.Message, -1) {
			refusal.Causes = append(refusal.Causes, Cause{Field: m[1], Message: readable(m[2])})
		}
		if refusal.Causes == nil {
			refusal.Message = s.Message
		}
		return refusal
	case s.Code == http.StatusUnauthorized || s.Code >= http.StatusInternalServerError || s.Code == http.StatusTooManyRequests:
		return nil
	}
	refusal := &Refusal{Message: s.Message, Conflict: s.Reason == metav1.StatusReasonConflict}
	if s.Details != nil {
		for _, c := range s.Details.Causes {
			if c.Field != "" {
				refusal.Causes = append(refusal.Causes, Cause{Field: c.Field, Message: c.Message})
			}
		}
	}
	if len(refusal.Causes) > 0 {
		refusal.Message = "" // which repeats them all
	}
	return refusal
}

// got is a value as the API server prints it in a fault of type.
var got = regexp.MustCompile(`, got &value\.valueUnstructured\{Value:(.*)\}$`)

// readable is a fault of type without the innards of the API server.
func readable(message string) string {
	return got.ReplaceAllString(message, ", not $1")
}

// warnings collects what the API server warns of.
type warnings struct {
	mu   sync.Mutex
	seen []string
}

// HandleWarningHeaderWithContext takes one warning.
func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, code int, _, text string) {
	if code != 299 || text == "" { // other codes are those of caches on the way
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.seen, text) {
		w.seen = append(w.seen, text)
	}
}

// take returns the warnings since it was last called.
func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen
}
