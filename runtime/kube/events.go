package kube

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Trouble is what keeps a Pod from starting of which its status says nothing: a
// volume that is not to be had, a sandbox that cannot be made. Events tell, and only
// whoever may list them hears of it; others, and a Pod without trouble, get "".
func (r *Run) Trouble(ctx context.Context, pod string) string {
	options := metav1.ListOptions{Limit: page, FieldSelector: "involvedObject.kind=Pod,type=Warning,involvedObject.name=" + pod}
	var found corev1.EventList
	if err := r.cluster.listPage(ctx, eventResource, &options, &found); err != nil {
		return ""
	}
	var last *corev1.Event
	for i := range found.Items {
		e := &found.Items[i]
		if strings.HasPrefix(e.Reason, "Failed") && (last == nil || seen(last).Before(seen(e))) {
			last = e
		}
	}
	if last == nil {
		return ""
	}
	return joined(last.Reason, strings.TrimSpace(last.Message))
}

// seen is when an event happened last.
func seen(e *corev1.Event) *metav1.Time {
	if e.LastTimestamp.IsZero() {
		return &metav1.Time{Time: e.EventTime.Time}
	}
	return &e.LastTimestamp
}
