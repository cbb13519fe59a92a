// Package kube talks to Kubernetes clusters. It is the only package that links
// client-go.
package kube

import (
	"fmt"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

// Access says which cluster, as kubectl's flags do. The zero Access is the one
// that kubectl talks to.
type Access struct {
	Kubeconfig string // file; "" means $KUBECONFIG, else ~/.kube/config
	Context    string // "" means the current one
	Namespace  string // "" means what the command makes of it
}

// Client connects to the cluster.
func (a Access) Client() (dynamic.Interface, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = a.Kubeconfig
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: a.Context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("cannot find the cluster: %w", err)
	}
	config.UserAgent = "weft"
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the cluster: %w", err)
	}
	return client, nil
}
