// Package kube talks to Kubernetes clusters. It is the only package that links
// client-go.
package kube

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Access says which cluster, as kubectl's flags do. The zero Access is the one
// that kubectl talks to.
type Access struct {
	Kubeconfig string // file; "" means $KUBECONFIG, else ~/.kube/config
	Context    string // "" means the current one
	Namespace  string // "" means what the command makes of it
}

// patience is how long one request may take.
const patience = time.Minute

// Client connects to the cluster.
func (a Access) Client() (dynamic.Interface, error) {
	config, _, err := a.config()
	if err != nil {
		return nil, err
	}
	return dynamicClient(config)
}

func dynamicClient(config *rest.Config) (dynamic.Interface, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the cluster: %w", err)
	}
	return client, nil
}

// config returns how to reach the cluster, and the namespace for objects that
// name none.
func (a Access) config() (*rest.Config, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = a.Kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: a.Context}
	overrides.Context.Namespace = a.Namespace
	found := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := found.ClientConfig()
	raw, rawErr := found.RawConfig()
	switch {
	case err != nil && rawErr == nil && a.Context != "" && raw.Contexts[a.Context] == nil:
		return nil, "", fmt.Errorf("cannot find the cluster: there is no context %q; kubectl config get-contexts lists those there are", a.Context)
	case clientcmd.IsEmptyConfig(err):
		return nil, "", fmt.Errorf("cannot find the cluster: there is no kubeconfig in %s; --kubeconfig names one", strings.Join(rules.Precedence, ", "))
	case err != nil:
		return nil, "", fmt.Errorf("cannot find the cluster: %w", err)
	}
	namespace, _, err := found.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("cannot find the namespace: %w", err)
	}
	config.UserAgent = "weft"
	config.Timeout = patience
	config.QPS = -1 // the API server knows best how much it takes
	return config, namespace, nil
}
