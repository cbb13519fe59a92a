package artifact

import (
	"context"
	"errors"
	"time"
)

// A transientError may be gone at the next try.
type transientError struct{ error }

func (e *transientError) Unwrap() error { return e.error }

// Tries and the waits between them, which grow.
const (
	tries    = 5
	waitBase = time.Second
)

// retry tries again what may pass. The wait grows as the reference's does.
func retry(ctx context.Context, try func() error) error {
	wait := waitBase
	for n := 1; ; n++ {
		err := try()
		var transient *transientError
		if !errors.As(err, &transient) || n == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
		wait = wait * 8 / 5
	}
}
