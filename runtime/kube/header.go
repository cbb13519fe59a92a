package kube

import (
	"context"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/store"
)

// SetHeader keeps another header of the run. It is for whoever drives the run.
func (r *Run) SetHeader(ctx context.Context, h store.Header) error {
	text, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("write the run: %w", err)
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": r.uid}, "data": map[string]string{headerKey: string(text)}})
	if err == nil {
		err = r.cluster.patch(ctx, mapResource, pod.RunObject(r.Name), patch)
	}
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%s: %w", r.Name, store.ErrNoRun)
	}
	if err != nil {
		return fmt.Errorf("write the run: %w", err)
	}
	r.Header = h
	return nil
}
