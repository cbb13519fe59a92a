package kube

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

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

// reviews is how many rights are asked for at once.
const reviews = 8

// Lacks lists those of the rights that the user does not have, as "watch pods". A
// cluster that does not tell lacks nothing.
func (c *Cluster) Lacks(ctx context.Context, rights []Right) ([]string, error) {
	var names []string
	var asks []*authorizationv1.SelfSubjectAccessReview
	for _, right := range rights {
		resource, sub, _ := strings.Cut(right.Resource, "/")
		for _, verb := range right.Verbs {
			names = append(names, verb+" "+right.Resource)
			asks = append(asks, &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
				ResourceAttributes: &authorizationv1.ResourceAttributes{
					Namespace: c.Namespace, Verb: verb, Group: right.Group, Resource: resource, Subresource: sub,
				},
			}})
		}
	}
	allowed, errs := make([]bool, len(asks)), make([]error, len(asks))
	var work sync.WaitGroup
	for first := range reviews {
		work.Go(func() {
			for i := first; i < len(asks); i += reviews {
				allowed[i], errs[i] = c.review(ctx, asks[i])
			}
		})
	}
	work.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	var lacks []string
	for i, name := range names {
		if !allowed[i] {
			lacks = append(lacks, name)
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
