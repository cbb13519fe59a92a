package kube

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// NoNamespace is the name of a namespace that is not there.
type NoNamespace string

func (n NoNamespace) Error() string { return fmt.Sprintf("there is no namespace %q", string(n)) }

// Exists fails with NoNamespace when the namespace is not there. Whoever may not
// look is believed: the API server lists nothing in namespaces that are not there.
func (c *Cluster) Exists(ctx context.Context) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	err := c.core.Get().Resource("namespaces").Name(c.Namespace).Do(ctx).Into(&corev1.Namespace{})
	if apierrors.IsNotFound(err) {
		return NoNamespace(c.Namespace)
	}
	return nil
}

// Doomed reports whether err says that the namespace is being deleted, or is gone,
// with all that is in it.
func Doomed(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || apierrors.IsNotFound(err) && details != nil && details.Kind == "namespaces"
}
