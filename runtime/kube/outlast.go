package kube

import (
	"cmp"
	"context"
	"math/rand/v2"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// outage is for how long a cluster may be out of reach, deniedPatience for how long
// it may say that the user is not allowed to.
const (
	outage         = 5 * time.Minute
	deniedPatience = 30 * time.Second
)

// outlast does a request again as long as that may help: while the cluster is out of
// reach, and for some time when it says that the user may not do so.
func outlast(ctx context.Context, patience time.Duration, request func() error) error {
	ctx, cancel := context.WithTimeout(ctx, outage)
	defer cancel()
	var pause backoff
	var denied time.Time // since when
	for {
		err := request()
		switch {
		case err == nil:
			return nil
		case !isDenied(err):
			denied = time.Time{}
		case denied.IsZero():
			denied = time.Now()
		}
		again := passing(err) || !denied.IsZero() && time.Since(denied) < patience
		if !again || !pause.wait(ctx) {
			return err
		}
	}
}

// rewrite replaces what others write, too: prepare reads it and makes the request that
// writes it, nil when there is nothing to write. When somebody came in between it
// is prepared again.
func (c *Cluster) rewrite(ctx context.Context, prepare func() (write func() error, err error)) error {
	patience := time.Duration(0)
	if c.outlasting {
		patience = deniedPatience
	}
	var unready error
	err := outlast(ctx, patience, func() error {
		var write func() error
		if write, unready = prepare(); unready != nil || write == nil {
			return nil
		}
		return write()
	})
	return cmp.Or(unready, err)
}

// passing reports whether the same request may go well later, or one that was made
// from what is there then.
func passing(err error) bool {
	return refusalOf(err) == nil || apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || isQuota(err) || isStarting(err)
}

// isStarting reports whether an API server has just begun and does not know yet
// what it would have to know to judge.
func isStarting(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "not yet ready to handle request")
}

// isDenied reports whether the user may not do this: for good, or as long as an
// API server that has just begun does not know the rights of users.
func isDenied(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), " cannot ") && strings.Contains(err.Error(), "User ")
}

// isQuota reports whether a quota is used up, or was made a moment ago.
func isQuota(err error) bool {
	return apierrors.IsForbidden(err) && (strings.Contains(err.Error(), "exceeded quota") || strings.Contains(err.Error(), "status unknown for quota"))
}

// Pauses between tries.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 10 * time.Second
)

// backoff is a pause that grows as long as nothing goes well.
type backoff struct{ pause time.Duration }

func (b *backoff) reset() { b.pause = 0 }

func (b *backoff) wait(ctx context.Context) bool {
	b.pause = min(max(2*b.pause, firstPause), lastPause)
	return sleep(ctx, b.pause/2+rand.N(b.pause/2+1))
}

// sleep waits, or returns false because the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
