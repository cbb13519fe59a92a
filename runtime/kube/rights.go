package kube

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
)

// A Right is what whoever drives a run may do in its namespace.
type Right struct {
	Group    string
	Resource string // or resource/subresource
	Verbs    []string
}

// Rights are all that driving runs takes, and looking at them. Nothing outside of
// the namespace is among them.
func Rights() []Right {
	return []Right{
		{"", mapResource, []string{"create", "delete", "get", "list", "patch", "update"}},
		{"", claimResource, []string{"create", "get"}},
		{"", podResource, []string{"create", "delete", "get", "list", "watch"}},
		{"", podResource + "/log", []string{"get"}},
		{"", secretResource, []string{"get"}},
		{"coordination.k8s.io", leaseResource, []string{"create", "get", "list", "update"}},
	}
}

// BudgetRights are what workflows with a podDisruptionBudget take beside Rights.
func BudgetRights() []Right {
	return []Right{{"policy", budgetResource, []string{"create", "get"}}}
}

// Lacks lists those of the rights that the user does not have, as "watch pods". A
// cluster that does not tell lacks nothing.
func (c *Cluster) Lacks(ctx context.Context, rights []Right) ([]string, error) {
	var lacks []string
	for _, right := range rights {
		resource, sub, _ := strings.Cut(right.Resource, "/")
		for _, verb := range right.Verbs {
			review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
				ResourceAttributes: &authorizationv1.ResourceAttributes{
					Namespace: c.Namespace, Verb: verb, Group: right.Group, Resource: resource, Subresource: sub,
				},
			}}
			allowed, err := c.review(ctx, review)
			if err != nil {
				return nil, err
			}
			if !allowed {
				lacks = append(lacks, verb+" "+right.Resource)
			}
		}
	}
	return lacks, nil
}

func (c *Cluster) review(ctx context.Context, review *authorizationv1.SelfSubjectAccessReview) (bool, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	err := c.authorization.Post().Resource("selfsubjectaccessreviews").Body(review).Do(ctx).Into(review)
	if refusalOf(err) != nil {
		return true, nil // whoever may not even ask hears of it later
	}
	if err != nil {
		return false, fmt.Errorf("ask for rights: %w", err)
	}
	return review.Status.Allowed, nil
}
