package kube

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// page is how many objects are asked for at a time.
const page = 250

// Templates lists the WorkflowTemplates and ClusterWorkflowTemplates of a
// cluster, each as JSON. With a namespace they are those that its workflows can
// refer to, and carry no namespace.
func Templates(ctx context.Context, a Access) ([][]byte, error) {
	client, err := a.Client()
	if err != nil {
		return nil, err
	}
	return templates(ctx, client, a.Namespace)
}

func templates(ctx context.Context, client dynamic.Interface, namespace string) ([][]byte, error) {
	group := schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}
	var out [][]byte
	for _, from := range []struct {
		what string
		list dynamic.ResourceInterface
	}{
		{"WorkflowTemplates", client.Resource(group.WithResource("workflowtemplates")).Namespace(namespace)},
		{"ClusterWorkflowTemplates", client.Resource(group.WithResource("clusterworkflowtemplates"))},
	} {
		options := metav1.ListOptions{Limit: page}
		for {
			list, err := from.list.List(ctx, options)
			if apierrors.IsNotFound(err) {
				return nil, fmt.Errorf("the cluster knows no %s of %s: is Argo Workflows installed there?", from.what, group)
			}
			if err != nil {
				return nil, fmt.Errorf("list %s: %w", from.what, err)
			}
			for i := range list.Items {
				text, err := encode(&list.Items[i], namespace)
				if err != nil {
					return nil, err
				}
				out = append(out, text)
			}
			if options.Continue = list.GetContinue(); options.Continue == "" {
				break
			}
		}
	}
	return out, nil
}

func encode(o *unstructured.Unstructured, namespace string) ([]byte, error) {
	if namespace != "" {
		o.SetNamespace("")
	}
	text, err := o.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode %s %q: %w", o.GetKind(), o.GetName(), err)
	}
	return text, nil
}
