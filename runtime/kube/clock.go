package kube

import (
	"net/http"
	"sync/atomic"
	"time"
)

// A clock tells the time as the API server does, in whose answers it is: what
// several machines compare must not depend on how right the clock of each is.
type clock struct {
	local func() time.Time
	ahead atomic.Int64 // nanoseconds by which that of the server is ahead
}

func newClock() *clock { return &clock{local: time.Now} }

// closeEnough is a difference that counts as none: the server says seconds, and
// its answers take a while. A clock that followed each of them would go back now
// and then.
const closeEnough = 3 * time.Second

func (c *clock) now() time.Time { return c.local().Add(time.Duration(c.ahead.Load())) }

// Now is the time of the API server, as far as it is known.
func (c *Cluster) Now() time.Time { return c.clock.now() }

// learn reads the time in the answers that next brings.
func (c *clock) learn(next http.RoundTripper) http.RoundTripper { return learning{c, next} }

type learning struct {
	clock *clock
	next  http.RoundTripper
}

func (l learning) RoundTrip(q *http.Request) (*http.Response, error) {
	asked := l.clock.local()
	answer, err := l.next.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	if l.clock.local().Sub(asked) > closeEnough {
		return answer, nil // nobody knows when the server looked at its clock
	}
	if then, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		ahead := then.Sub(l.clock.local())
		if known := time.Duration(l.clock.ahead.Load()); (ahead - known).Abs() > closeEnough {
			l.clock.ahead.Store(int64(ahead))
		}
	}
	return answer, nil
}
