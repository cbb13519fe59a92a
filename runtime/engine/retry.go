package engine

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/weft-lang/weft/lang/pattern"
)

// retried is what an attempt knows of the one before it.
type retried struct {
	retries                                      int
	exitCode, status, duration, message, failure string
}

// lastRetry is what the template that a node runs knows of earlier attempts; nil
// when the node is no attempt.
func (e *Engine) lastRetry(id NodeID) *retried {
	if id == NoNode {
		return nil
	}
	n := e.at(id)
	if n.label != labelAttempt {
		return nil
	}
	return n.more.retry
}

// retriedOf describes an attempt that has ended.
func retriedOf(n *node) retried {
	r := retried{retries: int(n.index), exitCode: "-1", status: n.phase.String(), message: n.message, failure: string(classes[n.class])}
	r.duration = strconv.FormatInt(int64(time.Duration(n.finished-n.started).Seconds()), 10)
	if n.outputs != nil && n.outputs.ExitCode != nil {
		r.exitCode = strconv.Itoa(*n.outputs.ExitCode)
	}
	return r
}

func (r *retried) lookup(name string) (string, bool) {
	if r == nil {
		return "", false
	}
	switch name {
	case "retries":
		return strconv.Itoa(r.retries), true
	case "lastRetry.exitCode":
		return r.exitCode, true
	case "lastRetry.status":
		return r.status, true
	case "lastRetry.duration":
		return r.duration, true
	case "lastRetry.message":
		return r.message, true
	case "lastRetry.class":
		return r.failure, true
	}
	return "", false
}

func (r *retried) each(root string, yield func(string, any)) {
	names := []string{"retries"}
	if root == "lastRetry" {
		names = []string{"lastRetry.exitCode", "lastRetry.status", "lastRetry.duration", "lastRetry.message", "lastRetry.class"}
	}
	for _, name := range names {
		if v, ok := r.lookup(name); ok {
			yield(name, v)
		}
	}
}

// attempt begins the next attempt of a Retry node.
func (e *Engine) attempt(id NodeID) {
	r := e.at(id)
	if e.shut(r) && r.more.attempts > 0 {
		e.endRetry(id, e.retryMessage())
		return
	}
	r.message = ""
	e.changed(id)
	known := &retried{exitCode: "0", duration: "0"}
	if r.more.attempts > 0 {
		before := retriedOf(e.at(r.more.last))
		known = &before
	}
	aid := e.create(id, labelAttempt, r.more.attempts, r.call)
	known.retries = int(r.more.attempts)
	r.more.attempts++
	r.more.last = aid
	a := e.at(aid)
	a.extra().retry = known
	a.plan, a.frame, a.typ = r.plan, r.frame, r.plan.typ
	e.markActive(aid)
	e.execute(aid)
}

// lastAttempt is the last attempt of a Retry node, NoNode for any other.
func (e *Engine) lastAttempt(id NodeID) NodeID {
	n := e.at(id)
	if n.typ != RetryNode || n.more == nil || n.more.attempts == 0 {
		return NoNode
	}
	return n.more.last
}

// firstAttempt is where the time of all attempts begins to count.
func (e *Engine) firstAttempt(r *node) *node {
	id := r.first
	for e.at(id).label != labelAttempt {
		id = e.at(id).next
	}
	return e.at(id)
}

// attemptDone decides what follows on an attempt.
func (e *Engine) attemptDone(id, aid NodeID) {
	r, a := e.at(id), e.at(aid)
	switch {
	case r.phase.Fulfilled() || aid != r.more.last:
	case !a.phase.Fulfilled(): // a daemon that is ready
		r.flags |= flagDaemon
		if a.more != nil {
			r.extra().ip = a.more.ip
		}
		e.changed(id)
		e.settle(id)
	case !a.phase.Bad():
		r.outputs = a.outputs
		e.finish(id, Succeeded, "")
	case e.shut(r):
		e.endRetry(id, e.retryMessage())
	default:
		e.again(id, aid)
	}
}

// retryMessage is the message of Retry nodes that were stopped.
func (e *Engine) retryMessage() string {
	if e.shutdown == pastDeadline {
		return "retry exceeded workflow deadline " + nanos(e.deadline).Format(time.RFC3339)
	}
	return e.stopMessage()
}

// endRetry ends a Retry node as its last attempt ended.
func (e *Engine) endRetry(id NodeID, message string) {
	r := e.at(id)
	p := Failed
	if last := e.lastAttempt(id); last != NoNode {
		a := e.at(last)
		r.outputs, r.class = a.outputs, a.class
		r.flags |= a.flags & flagErrored
		if p = a.phase; !p.Fulfilled() {
			p = Failed
		}
	}
	e.finish(id, p, message)
}

// again begins another attempt, now or after the backoff, or gives up.
func (e *Engine) again(id, aid NodeID) {
	r, a := e.at(id), e.at(aid)
	wait, stop, err := e.giveUp(id, a)
	switch {
	case err != nil:
		e.fail(id, err)
	case stop != "":
		e.endRetry(id, stop)
	case a.finished+int64(wait) > e.now:
		r.stage = stageBackoff
		r.message = "Backoff for " + wait.String()
		e.changed(id)
		e.setTimer(id, timerBackoff, a.finished+int64(wait))
	default:
		e.attempt(id)
	}
}

// giveUp says why there is no further attempt, or how long to wait for it.
func (e *Engine) giveUp(id NodeID, a *node) (wait time.Duration, stop string, err error) {
	r := e.at(id)
	plan, s := r.plan.retry, e.inside(id)
	wait, stop, err = e.backoff(r, a)
	if err != nil || stop != "" {
		return 0, stop, err
	}
	ok, err := plan.retries(s, a)
	if err != nil {
		return 0, "", err
	}
	if !ok {
		if a.message == "" {
			return 0, "the retry policy does not cover " + a.phase.String(), nil
		}
		return 0, a.message, nil
	}
	if plan.hasLimit {
		limit, err := s.number(&plan.limit, "limit")
		if err != nil {
			return 0, "", err
		}
		if int(r.more.attempts) > limit {
			return 0, "No more retries left", nil
		}
	}
	if plan.expression.raw != "" {
		ok, err := plan.condition(s, a)
		if err != nil {
			return 0, "", err
		}
		if !ok {
			return 0, "retryStrategy.expression evaluated to false", nil
		}
	}
	return wait, "", nil
}

// backoff is the wait before the next attempt.
func (e *Engine) backoff(r, a *node) (wait time.Duration, stop string, err error) {
	plan := r.plan.retry
	if !plan.backoff {
		return 0, "", nil
	}
	s := &scope{e: e, node: a.up, frame: r.frame}
	if plan.duration.raw == "" {
		return 0, "", fmt.Errorf("the backoff has no duration")
	}
	base, err1 := s.duration(&plan.duration, "duration")
	most, err2 := s.duration(&plan.cap, "cap")
	whole, err3 := s.duration(&plan.maxDuration, "maxDuration")
	factor := 1
	if plan.factor.raw != "" {
		v, err := s.fill(&plan.factor)
		if err != nil {
			return 0, "", err
		}
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return 0, "", fmt.Errorf("factor is not a number: %q", v)
		}
		factor = int(f)
	}
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return 0, "", err
		}
	}
	first := e.firstAttempt(r).started
	if whole > 0 && e.now > first+int64(whole) {
		return 0, "Max duration limit exceeded", nil
	}
	wait = grow(base, factor, int(r.more.attempts)-1)
	if most > 0 && wait > most {
		wait = most
	}
	if whole > 0 && a.finished+int64(wait) > first+int64(whole) {
		return 0, "Backoff would exceed max duration limit", nil
	}
	return wait, "", nil
}

// grow is base × factor^times, at most as much as there is time.
func grow(base time.Duration, factor, times int) time.Duration {
	const most = time.Duration(math.MaxInt64 / 4)
	for range times {
		if factor <= 1 {
			break
		}
		if base > most/time.Duration(factor) {
			return most
		}
		base *= time.Duration(factor)
	}
	if factor < 1 && times > 0 {
		return 0
	}
	return base
}

// retries reports whether the policy covers how an attempt ended.
func (p *retryPlan) retries(s *scope, a *node) (bool, error) {
	policy, err := s.fill(&p.policy)
	if err != nil {
		return false, err
	}
	if policy == "" {
		policy = "OnFailure"
		if p.expression.raw != "" {
			policy = "Always"
		}
	}
	switch policy {
	case "Always":
		return true, nil
	case "OnFailure":
		return a.phase == Failed, nil
	case "OnError":
		return a.phase == Error, nil
	case "OnTransientError":
		return transient().MatchString(a.message), nil
	}
	return false, fmt.Errorf("there is no retry policy %q", policy)
}

// transient are messages of failures that pass by themselves.
var transient = pattern.New(`(?i)i/o timeout|timed? ?out|connection (refused|reset|closed)|broken pipe|unexpected EOF|TLS handshake|` +
	`too many requests|server is currently unable|service unavailable|exceeded quota|no such host|network is unreachable|etcdserver|` +
	`object has been modified|try again`)

// condition evaluates the expression after an attempt.
func (p *retryPlan) condition(s *scope, a *node) (bool, error) {
	text, err := s.fill(&p.expression)
	if err != nil {
		return false, err
	}
	x := newExpression(text)
	if x.fault != nil {
		return false, x.fault
	}
	r := retriedOf(a)
	env := s.env(x)
	env["retries"] = strconv.Itoa(r.retries)
	last := map[string]any{}
	r.each("lastRetry", func(name string, v any) { last[name[len("lastRetry."):]] = v })
	env["lastRetry"] = last
	v, err := x.Eval(x.WithHelpersAt(env, s.moment(x)))
	if err != nil {
		return false, fmt.Errorf("retryStrategy.expression: %w", err)
	}
	ok, isBool := v.(bool)
	if !isBool {
		return false, fmt.Errorf("retryStrategy.expression is %v, not true or false", v)
	}
	return ok, nil
}
