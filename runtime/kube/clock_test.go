package kube

import (
	"net/http"
	"testing"
	"time"
)

// dated answers with a time, and takes a while for it.
type dated struct {
	at    time.Time
	takes func()
}

func (d dated) RoundTrip(*http.Request) (*http.Response, error) {
	answer := &http.Response{Header: http.Header{"Date": {d.at.Format(http.TimeFormat)}}}
	d.takes()
	return answer, nil
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name   string
		server time.Duration // by which the server is ahead
		takes  time.Duration
		want   time.Duration
	}{
		{"alike", time.Second, 0, 0},
		{"ahead", time.Minute, time.Second, 59 * time.Second},
		{"behind", -time.Minute, time.Second, -61 * time.Second},
		{"an answer that took long", 0, 30 * time.Second, 0},
	} {
		now := start
		clock := &clock{local: func() time.Time { return now }}
		next := dated{start.Add(c.server), func() { now = now.Add(c.takes) }}
		if _, err := clock.learn(next).RoundTrip(nil); err != nil {
			t.Fatal(err)
		}
		if got := clock.now().Sub(now); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// Answers say whole seconds, and some take longer than others: a clock that follows
// each of them would go back again and again.
func TestClockIsSteady(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := &clock{local: func() time.Time { return now }}
	for i := range 40 {
		now = now.Add(300 * time.Millisecond)
		last := clock.now()
		next := dated{now.Add(time.Minute), func() { now = now.Add(time.Duration(i%3) * time.Second) }}
		if _, err := clock.learn(next).RoundTrip(nil); err != nil {
			t.Fatal(err)
		}
		if got := clock.now(); got.Before(last) {
			t.Errorf("answer %d takes the clock back by %s", i, last.Sub(got))
		}
	}
	if ahead := clock.now().Sub(now); (ahead - time.Minute).Abs() > closeEnough {
		t.Errorf("%s ahead", ahead)
	}
}
