//go:build unix

package local

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// probe asks the container how it is until it is over: first whether it has
// started, then whether it is ready and alive.
func (r *runner) probe(over <-chan struct{}) {
	c := r.container
	if c.Startup != nil && !r.poll(c.Startup, over, func(good bool) bool { return good }, func() { r.fail("startup") }) {
		return
	}
	r.upOnce.Do(func() { close(r.startedUp) })
	if c.Liveness != nil {
		go r.poll(c.Liveness, over, func(bool) bool { return false }, func() { r.fail("liveness") })
	}
	if c.Readiness == nil {
		r.ready.Store(true)
		return
	}
	r.poll(c.Readiness, over, func(good bool) bool { r.ready.Store(good); return false }, func() { r.ready.Store(false) })
}

// poll probes until done says so, and reports whether it did. failed is called
// each time when the probe has failed too often.
func (r *runner) poll(p *probe, over <-chan struct{}, done func(good bool) bool, failed func()) bool {
	sleep := func(d time.Duration) bool {
		select {
		case <-over:
			return false
		case <-time.After(d):
			return true
		}
	}
	if !sleep(p.Delay) {
		return false
	}
	successes, failures := 0, 0
	// Something that has just started is asked often at first: a step waits for it.
	quick := firstProbes
	for {
		if err := r.ask(p); err == nil {
			successes, failures = successes+1, 0
			if successes >= p.Successes && done(true) {
				return true
			}
		} else if quick == 0 {
			successes, failures = 0, failures+1
			if failures >= p.Failures {
				failed()
			}
		}
		wait := p.Period
		if quick > 0 && successes < p.Successes {
			quick--
			wait = min(wait, quickProbe)
		} else {
			quick = 0
		}
		if !sleep(wait) {
			return false
		}
	}
}

const (
	firstProbes = 10
	quickProbe  = 100 * time.Millisecond
)

func (r *runner) ask(p *probe) error {
	if len(p.Exec) == 0 {
		return p.ask()
	}
	r.mu.Lock()
	pid := r.pid
	r.mu.Unlock()
	if pid == 0 {
		return fmt.Errorf("container %q does not run", r.container.Name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.Timeout)
	defer cancel()
	if r.s.launch.Mode == Namespaces {
		return execIn(ctx, pid, r.container.Env, p.Exec)
	}
	cmd := exec.CommandContext(ctx, p.Exec[0], p.Exec[1:]...)
	cmd.Env, cmd.WaitDelay = r.container.Env, time.Second
	return cmd.Run()
}

// fail ends a container that does not answer.
func (r *runner) fail(what string) {
	r.log.line("stderr", fmt.Appendf(nil, "weft: the %s probe failed\n", what))
	r.mu.Lock()
	pid := r.pid
	r.mu.Unlock()
	if pid != 0 {
		r.kill()
	}
}
