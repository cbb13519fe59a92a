package kube

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// kinds knows where a cluster keeps the objects of a kind. It asks for one group
// and version at a time: few are ever needed.
type kinds struct {
	client rest.Interface
	lists  map[schema.GroupVersion][]metav1.APIResource
}

// A home is where the objects of a kind are kept.
type home struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

func newKinds(config *rest.Config) (*kinds, error) {
	config = rest.CopyConfig(config)
	config.NegotiatedSerializer = serializer.NewCodecFactory(runtime.NewScheme()).WithoutConversion()
	client, err := rest.UnversionedRESTClientFor(config)
	return &kinds{client: client, lists: map[schema.GroupVersion][]metav1.APIResource{}}, err
}

// find returns nil when the cluster does not know the kind.
func (k *kinds) find(ctx context.Context, kind schema.GroupVersionKind) (*home, error) {
	group := kind.GroupVersion()
	find := func() *home {
		i := slices.IndexFunc(k.lists[group], func(r metav1.APIResource) bool {
			return r.Kind == kind.Kind && !strings.Contains(r.Name, "/") // which is part of another one
		})
		if i < 0 {
			return nil
		}
		return &home{resource: group.WithResource(k.lists[group][i].Name), namespaced: k.lists[group][i].Namespaced}
	}
	if found := find(); found != nil {
		return found, nil
	}
	list, err := k.list(ctx, group)
	if err != nil {
		return nil, err
	}
	k.lists[group] = list
	return find(), nil
}

// list asks for all resources of a group and version; there are none when the
// cluster does not know it.
func (k *kinds) list(ctx context.Context, group schema.GroupVersion) ([]metav1.APIResource, error) {
	path := []string{"apis", group.Group, group.Version}
	if group.Group == "" {
		path = []string{"api", group.Version}
	}
	text, err := k.client.Get().AbsPath(path...).Do(ctx).Raw()
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list metav1.APIResourceList
	err = json.Unmarshal(text, &list)
	return list.APIResources, err
}
