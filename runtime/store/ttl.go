package store

import (
	"time"

	"github.com/weft-lang/weft/runtime/engine"
)

// TTL is how many seconds a run is kept that has ended, by how it ended. What is nil
// is not said; a run of which nothing is said is kept until somebody deletes it.
type TTL struct {
	Completion *int64 `json:"completion,omitempty"`
	Success    *int64 `json:"success,omitempty"`
	Failure    *int64 `json:"failure,omitempty"`
}

// Expires tells when a run is to be deleted; it is false for one that is to be kept.
func (t *TTL) Expires(s Status) (time.Time, bool) {
	if t == nil || !s.Phase.Completed() || s.Finished.IsZero() {
		return time.Time{}, false
	}
	seconds := t.Failure
	if s.Phase == engine.Succeeded {
		seconds = t.Success
	}
	if seconds == nil {
		seconds = t.Completion
	}
	if seconds == nil {
		return time.Time{}, false
	}
	return s.Finished.Add(time.Duration(*seconds) * time.Second), true
}
