package resource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// kind is a kind of object as the API server serves it.
type kind struct {
	group, version string
	name           string // Pod
	resource       string // pods
	namespaced     bool
}

// path is where the API server has an object of the kind, or with an empty name
// all of them, in one namespace or with an empty one in all.
func (k kind) path(namespace, name, subresource string) string {
	path := "/apis/" + k.group + "/" + k.version
	if k.group == "" {
		path = "/api/" + k.version
	}
	if k.namespaced && namespace != "" {
		path += "/namespaces/" + url.PathEscape(namespace)
	}
	path += "/" + k.resource
	for _, part := range []string{name, subresource} {
		if part != "" {
			path += "/" + url.PathEscape(part)
		}
	}
	return path
}

// describe is an object of the kind as kubectl writes it: deployment.apps/web.
func (k kind) describe(name string) string {
	what := strings.ToLower(k.name)
	if k.group != "" {
		what += "." + k.group
	}
	if name != "" {
		what += "/" + name
	}
	return what
}

// kindOf asks for the kind of a manifest.
func (c *client) kindOf(ctx context.Context, apiVersion, name string) (kind, error) {
	group, version, found := strings.Cut(apiVersion, "/")
	path := "/apis/" + apiVersion
	if !found {
		group, version, path = "", apiVersion, "/api/"+apiVersion
	}
	list, err := c.do(ctx, request{method: http.MethodGet, path: path})
	if err != nil && !refused(err, http.StatusNotFound) {
		return kind{}, fmt.Errorf("ask which kinds %s has: %w", apiVersion, err)
	}
	resources, _ := list["resources"].([]any)
	for _, r := range resources {
		m, _ := r.(map[string]any)
		o := object(m)
		if o.str("kind") == name && !strings.Contains(o.str("name"), "/") {
			namespaced, _ := o["namespaced"].(bool)
			return kind{group, version, name, o.str("name"), namespaced}, nil
		}
	}
	return kind{}, fmt.Errorf("the cluster has no kind %q in version %q; is its CustomResourceDefinition installed?", name, apiVersion)
}

// discoveryForm asks for everything in one answer. Kubernetes gives it since 1.27.
const discoveryForm = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

// kindNamed finds what a user calls pod, pods, po, deployments.apps or
// deployments.v1.apps.
func (c *client) kindNamed(ctx context.Context, name string) (kind, error) {
	word, rest, _ := strings.Cut(strings.ToLower(name), ".")
	for _, path := range []string{"/api", "/apis"} {
		list, err := c.do(ctx, request{method: http.MethodGet, path: path, accept: discoveryForm})
		if err != nil {
			return kind{}, fmt.Errorf("ask which kinds there are: %w", err)
		}
		groups, ok := list["items"].([]any)
		if !ok {
			return kind{}, errors.New("the API server does not tell which kinds it has; name the object by its manifest")
		}
		for _, g := range groups {
			m, _ := g.(map[string]any)
			if k, ok := kindIn(m, word, rest); ok {
				return k, nil
			}
		}
	}
	return kind{}, fmt.Errorf("the cluster has no kind %q", name)
}

// kindIn looks for a word in a group. The group's preferred version comes first;
// rest is empty, a group, or a version and a group.
func kindIn(group object, word, rest string) (kind, bool) {
	name := group.name()
	versions, _ := group["versions"].([]any)
	for _, v := range versions {
		m, _ := v.(map[string]any)
		version := object(m)
		if rest != "" && rest != name && rest != version.str("version")+"."+name {
			continue
		}
		resources, _ := version["resources"].([]any)
		for _, r := range resources {
			m, _ := r.(map[string]any)
			if o := object(m); calls(o, word) {
				return kind{
					group: name, version: version.str("version"), name: o.str("responseKind", "kind"),
					resource: o.str("resource"), namespaced: o.str("scope") == "Namespaced",
				}, true
			}
		}
	}
	return kind{}, false
}

// calls reports whether a word is one of the names of a resource.
func calls(resource object, word string) bool {
	if word == resource.str("resource") || word == resource.str("singularResource") || word == strings.ToLower(resource.str("responseKind", "kind")) {
		return true
	}
	short, _ := resource["shortNames"].([]any)
	for _, s := range short {
		if s == word {
			return true
		}
	}
	return false
}
