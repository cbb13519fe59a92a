package kube

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestRefusalOf(t *testing.T) {
	status := func(code int32, reason metav1.StatusReason, message string, causes ...metav1.StatusCause) error {
		s := &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reason, Message: message}}
		if causes != nil {
			s.ErrStatus.Details = &metav1.StatusDetails{Causes: causes}
		}
		return s
	}
	for _, tt := range []struct {
		name string
		err  error
		want *Refusal
	}{
		{"no answer", errors.New("connection refused"), nil},
		{"unauthorized", status(http.StatusUnauthorized, metav1.StatusReasonUnauthorized, "who are you"), nil},
		{"broken", status(http.StatusInternalServerError, metav1.StatusReasonInternalError, "failed calling webhook"), nil},
		{"busy", status(http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "later"), nil},
		{"forbidden", status(http.StatusForbidden, metav1.StatusReasonForbidden, "not you"), &Refusal{Message: "not you"}},
		{
			"invalid",
			status(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "is invalid: a, b", metav1.StatusCause{Field: "a", Message: "bad"}, metav1.StatusCause{Field: "b", Message: "worse"}),
			&Refusal{Causes: []Cause{{"a", "bad"}, {"b", "worse"}}},
		},
		{
			"conflict",
			status(http.StatusConflict, metav1.StatusReasonConflict, "Apply failed", metav1.StatusCause{Field: ".data.a", Message: `conflict with "x"`}),
			&Refusal{Causes: []Cause{{".data.a", `conflict with "x"`}}, Conflict: true},
		},
		{
			"one fault of type",
			status(http.StatusInternalServerError, "", "failed to create typed patch object (t/a; argoproj.io/v1alpha1, Kind=WorkflowTemplate): .spec.foo: field not declared in schema"),
			&Refusal{Causes: []Cause{{".spec.foo", "field not declared in schema"}}},
		},
		{
			"faults of type",
			status(http.StatusInternalServerError, "", "failed to create typed patch object (t/a; /v1, Kind=ConfigMap): errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .foo: field not declared in schema"),
			&Refusal{Causes: []Cause{{".data.a", "expected string, not 1"}, {".foo", "field not declared in schema"}}},
		},
		{
			"a fault of type in words that nobody knows",
			status(http.StatusInternalServerError, "", "failed to create typed patch object: something"),
			&Refusal{Message: "failed to create typed patch object: something"},
		},
		{
			"a text that is no quantity",
			status(http.StatusInternalServerError, "", "failed to convert new object (t/a; /v1, Kind=Pod) to proper version: unable to convert unstructured object to /v1, Kind=Pod: quantities must match the regular expression"),
			&Refusal{Message: "quantities must match the regular expression"},
		},
	} {
		if got := refusalOf(tt.err); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
