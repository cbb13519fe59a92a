package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/store"
)

// ttlOf is how long a run of the object is kept.
func ttlOf(object *ir.Object) *store.TTL {
	ttl := store.TTL(pod.Run{Spec: object.Spec}.TTL())
	if ttl == (store.TTL{}) {
		return nil
	}
	return &ttl
}

// expired are the runs whose ttlStrategy says that they are to be deleted.
func (f *folderFlags) expired(ctx context.Context) (names []string, err error) {
	now := time.Now()
	if f.cluster {
		place, err := f.connect("")
		if err != nil {
			return nil, err
		}
		runs, err := expiredIn(ctx, place)
		for _, r := range runs {
			names = append(names, r.Name)
		}
		return names, err
	}
	folder, err := f.folder()
	if err != nil {
		return nil, err
	}
	runs, err := folder.List()
	if err != nil {
		return nil, failure("%w", err)
	}
	for _, r := range runs {
		h, err := r.Header()
		if err != nil {
			continue // weft runs tells of it
		}
		status, err := r.Status()
		if at, ok := h.TTL.Expires(status); err == nil && ok && !at.After(now) {
			names = append(names, r.Name)
		}
	}
	return names, nil
}

// expiredIn are the runs of a namespace that are to be deleted.
func expiredIn(ctx context.Context, place *kube.Cluster) ([]*kube.Run, error) {
	runs, err := place.Runs(ctx)
	if err != nil {
		return nil, failure("%w", err)
	}
	var expired []*kube.Run
	for _, r := range runs {
		if at, ok := r.Header.TTL.Expires(r.Status); ok && !at.After(place.Now()) {
			expired = append(expired, r)
		}
	}
	return expired, nil
}

// sweep deletes the runs of the namespace that have expired: nobody else is there to
// do so. What cannot be deleted now is left to the next driver.
func (c *clusterRun) sweep(s Streams) {
	runs, err := expiredIn(c.ctx, c.place)
	if err != nil {
		return
	}
	var names []string
	for _, r := range runs {
		if err := r.Delete(c.ctx); err == nil {
			names = append(names, r.Name)
		} else if !errors.Is(err, store.ErrLocked) {
			return
		}
	}
	if len(names) > 0 {
		fmt.Fprintf(s.Err, "weft: deleted, as ttlStrategy wants it: %s\n", strings.Join(names, ", "))
	}
}
