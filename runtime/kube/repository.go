package kube

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/store"
)

// ErrNoRepository says that the artifact store that a workflow names is not
// there.
var ErrNoRepository = errors.New("no such artifact repository")

// Repository reads the artifact store of the namespace that a workflow names, or
// the one that counts where it names none; nil when there is none of those.
func (c *Cluster) Repository(ctx context.Context, ref pod.RepositoryRef) (*store.Repository, error) {
	m := &corev1.ConfigMap{}
	err := c.get(ctx, mapResource, ref.ConfigMap, m)
	switch {
	case apierrors.IsNotFound(err) && ref.Node == nil:
		return nil, nil
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("%w: there is no ConfigMap %q in namespace %q", ErrNoRepository, ref.ConfigMap, c.Namespace)
	case err != nil:
		return nil, fmt.Errorf("read the artifact repositories: %w", err)
	}
	key := ref.Key
	if key == "" {
		key = m.Annotations[pod.AnnotationDefaultRepository]
	}
	if key == "" && ref.Node == nil {
		return nil, nil
	}
	if key == "" {
		return nil, fmt.Errorf("%w: ConfigMap %q has no annotation %s that says which one counts", ErrNoRepository, ref.ConfigMap, pod.AnnotationDefaultRepository)
	}
	text, ok := m.Data[key]
	if !ok {
		return nil, fmt.Errorf("%w: ConfigMap %q has no key %q, only %s", ErrNoRepository, ref.ConfigMap, key, strings.Join(slices.Sorted(maps.Keys(m.Data)), ", "))
	}
	return &store.Repository{Name: fmt.Sprintf("ConfigMap %s, key %s", ref.ConfigMap, key), Text: text}, nil
}
