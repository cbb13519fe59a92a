package kube

import (
	"context"
	"encoding/json"
	"fmt"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// Holders tells the name of a lock and who holds it.
func (l *Locks) Holders(ctx context.Context, lock engine.Lock) (name string, holders []store.Holder, err error) {
	lock = l.at(lock)
	name = lock.String()
	lease := &coordinationv1.Lease{}
	err = l.cluster.in(lock.Namespace).get(ctx, leaseResource, leaseOf(lock), lease)
	if apierrors.IsNotFound(err) {
		return name, nil, nil
	}
	var q lockQueue
	if text := lease.Annotations[annotationQueue]; err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &q)
	}
	if err != nil {
		return name, nil, fmt.Errorf("ask who holds %s: %w", name, err)
	}
	for _, t := range q.Holding {
		holders = append(holders, t.Holder)
	}
	return name, holders, nil
}
