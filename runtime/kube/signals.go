package kube

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
)

// Signal is what somebody left for the driver of a run.
type Signal struct {
	Data []byte
	name string
	uid  types.UID
}

// Send leaves a signal for the process that drives the run, now or later. What a
// signal says is between sender and driver.
func (r *Run) Send(ctx context.Context, data []byte) error {
	// Names sort as signals were sent.
	name := fmt.Sprintf("weft-signal-%s-%020d-%s", r.Name, r.cluster.clock.now().UnixNano(), strings.ToLower(rand.Text()[:6]))
	object := &corev1.ConfigMap{ObjectMeta: r.owned(kindSignal, name), BinaryData: map[string][]byte{dataKey: data}}
	if err := r.cluster.create(ctx, mapResource, object, &corev1.ConfigMap{}); err != nil {
		return fmt.Errorf("send a signal: %w", err)
	}
	return nil
}

// Signals are those that were sent and not taken, in order.
func (r *Run) Signals(ctx context.Context) ([]Signal, error) {
	var signals []Signal
	_, err := list(ctx, r.cluster, mapResource, r.selector(kindSignal), func(l *corev1.ConfigMapList) {
		for i := range l.Items {
			signals = append(signals, Signal{Data: l.Items[i].BinaryData[dataKey], name: l.Items[i].Name, uid: l.Items[i].UID})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	slices.SortFunc(signals, func(a, b Signal) int { return strings.Compare(a.name, b.name) })
	return signals, nil
}

// Taken removes a signal that the driver has in its journal.
func (r *Run) Taken(ctx context.Context, s Signal) error {
	err := r.cluster.delete(ctx, mapResource, s.name, s.uid)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("take a signal: %w", err)
	}
	return nil
}
