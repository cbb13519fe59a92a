package kube

import (
	"errors"
	"io"
	"net"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Hint says what a person can do about an error of a cluster whose words do not, ""
// about others.
func Hint(err error) string {
	var request *url.Error
	switch {
	case apierrors.IsUnauthorized(err):
		return "the cluster does not take your credentials: they are missing, or have expired"
	case isDenied(err):
		return "you lack this right there; docs/running-rbac.yaml has all that runs take"
	case errors.As(err, &request) && unreached(request):
		return "the cluster does not answer: is it the one that the kubeconfig and its context should name, and does it run?"
	}
	return ""
}

// unreached reports whether a request failed on the network: not over a certificate,
// or credentials that cannot be had, of which the error itself says enough.
func unreached(request *url.Error) bool {
	var network *net.OpError
	return request.Timeout() || errors.As(request, &network) || errors.Is(request, io.EOF)
}
