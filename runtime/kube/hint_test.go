package kube

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestHint(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{apierrors.NewUnauthorized("Unauthorized"), "credentials"},
		{apierrors.NewForbidden(corev1.Resource("configmaps"), "", errors.New(`User "me" cannot list resource "configmaps" in API group "" in the namespace "ci"`)), "lack this right"},
		{&url.Error{Op: "Get", URL: "https://127.0.0.1:9", Err: errors.New("connection refused")}, "does not answer"},
		{apierrors.NewForbidden(corev1.Resource("pods"), "p", errors.New("exceeded quota: few")), ""},
		{errors.New("else"), ""},
	} {
		got := Hint(fmt.Errorf("list runs: %w", c.err))
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v: got %q", c.err, got)
		}
	}
}

func TestDoomed(t *testing.T) {
	ending := apierrors.NewForbidden(corev1.Resource("configmaps"), "c", errors.New("unable to create new content in namespace n because it is being terminated"))
	ending.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{ending, true},
		{apierrors.NewNotFound(corev1.Resource("namespaces"), "n"), true},
		{apierrors.NewNotFound(corev1.Resource("configmaps"), "c"), false},
		{apierrors.NewForbidden(corev1.Resource("configmaps"), "c", errors.New("not you")), false},
		{errors.New("else"), false},
	} {
		if got := Doomed(fmt.Errorf("write the journal: %w", c.err)); got != c.want {
			t.Errorf("%v: %t", c.err, got)
		}
	}
}
