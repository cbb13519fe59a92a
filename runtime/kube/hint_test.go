package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

func TestHint(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{apierrors.NewUnauthorized("Unauthorized"), "credentials"},
		{apierrors.NewForbidden(corev1.Resource("configmaps"), "", errors.New(`User "me" cannot list resource "configmaps" in API group "" in the namespace "ci"`)), "lack this right"},
		{&url.Error{Op: "Get", URL: "https://127.0.0.1:9", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, "does not answer"},
		{&url.Error{Op: "Get", URL: "https://127.0.0.1:9", Err: context.DeadlineExceeded}, "does not answer"},
		{&url.Error{Op: "Get", URL: "https://127.0.0.1:9", Err: errors.New("getting credentials: exec: executable aws not found")}, ""},
		{&url.Error{Op: "Get", URL: "https://127.0.0.1:9", Err: context.Canceled}, ""},
		{apierrors.NewForbidden(corev1.Resource("pods"), "p", errors.New("exceeded quota: few")), ""},
		{errors.New("else"), ""},
	} {
		got := Hint(fmt.Errorf("list runs: %w", c.err))
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v: got %q", c.err, got)
		}
	}
}

// Real servers: one that is gone, and one with a certificate that nobody has signed.
func TestHintOfServers(t *testing.T) {
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = log.New(io.Discard, "", 0)
	strange.StartTLS()
	defer strange.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for host, want := range map[string]string{gone.URL: "does not answer", strange.URL: ""} {
		c, err := newCluster(&rest.Config{Host: host}, "n")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Runs(t.Context())
		if got := Hint(err); err == nil || (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%v: got %q", err, got)
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
