package resource

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Bounds of watching. A connection that broke without a word shows only when the
// next watch is begun, so watches are short.
const (
	watchFor  = 30 * time.Second
	pollEvery = 2 * time.Second
	// moreWaiting is how much longer than others a waiting step bears a server that
	// does not answer: what it waits for goes on without it.
	moreWaiting = 30
)

// errGone says that an object was deleted.
var errGone = errors.New("deleted")

// wait waits until the conditions hold for every object. The first that fails
// ends it.
func (w *worker) wait(ctx context.Context, found []seen) error {
	if len(w.success)+len(w.failure) == 0 || w.flags.dryRun {
		return nil
	}
	w.patience *= moreWaiting
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var waiting sync.WaitGroup
	for i := range found {
		waiting.Go(func() {
			if err := w.settle(ctx, &found[i]); err != nil {
				cancel(err)
			}
		})
	}
	waiting.Wait()
	return context.Cause(ctx)
}

// settle waits until the conditions hold for one object.
func (w *worker) settle(ctx context.Context, s *seen) error {
	told := ""
	err := w.follow(ctx, s.target, s.object, func(o object) (bool, error) {
		s.object = o
		if r, ok := w.failure.any(o); ok {
			return false, fmt.Errorf("%s: the failure condition %q is true: %s", s, r, condition{r}.values(o))
		}
		if w.success.all(o) {
			return true, nil
		}
		if now := w.success.values(o); now != told {
			told = now
			w.opts.say("waiting for %s: %s", s, now)
		}
		return false, nil
	})
	if errors.Is(err, errGone) {
		return fmt.Errorf("%s was deleted before the success condition %q held: %s", s, w.success, w.success.values(s.object))
	}
	return err
}

// gone waits until what was deleted is not there any more. Who may delete but
// not look does not wait.
func (w *worker) gone(ctx context.Context, deleted []seen) error {
	if !w.flags.wait || w.flags.dryRun {
		return nil
	}
	if w.flags.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.flags.timeout, fmt.Errorf("what was deleted is still there after %s", w.flags.timeout))
		defer cancel()
	}
	for _, s := range deleted {
		o, err := w.do(ctx, request{method: http.MethodGet, path: s.path("")})
		if err == nil && o.uid() == uidOf(s.object) {
			err = w.follow(ctx, s.target, o, func(object) (bool, error) { return false, nil })
		}
		switch {
		case err == nil, errors.Is(err, errGone), refused(err, http.StatusNotFound):
		case refused(err, http.StatusForbidden), refused(err, http.StatusMethodNotAllowed):
			w.opts.say("not waited for the end of %s: %v", s, err)
		default:
			return cmp.Or(context.Cause(ctx), err)
		}
	}
	return nil
}

// follow has look see an object and every change of it, until look is content.
// It watches, and where it may not, it asks again and again.
func (w *worker) follow(ctx context.Context, t target, o object, look func(object) (bool, error)) error {
	uid, blind := o.uid(), false
	for {
		if content, err := look(o); content || err != nil {
			return err
		}
		begun := time.Now()
		if !blind {
			over, err := w.watch(ctx, t, o, look)
			if over {
				return err
			}
			if refused(err, http.StatusForbidden) || refused(err, http.StatusMethodNotAllowed) {
				blind = true
				w.opts.say("%s cannot be watched, and is asked for every %s: %v", t, w.pollEvery(), err)
			}
		}
		if err := sleep(ctx, w.pollEvery()-time.Since(begun)); err != nil {
			return err
		}
		var err error
		if o, err = w.do(ctx, request{method: http.MethodGet, path: t.path("")}); refused(err, http.StatusNotFound) {
			return errGone
		}
		if err != nil {
			return err
		}
		if o.uid() != uid {
			return errGone
		}
	}
}

func (w *worker) pollEvery() time.Duration { return cmp.Or(w.opts.Poll, pollEvery) }

// watch has look see every change of an object after o. It is over when look is
// content or fails, or the object is gone; otherwise the watch itself broke off.
func (w *worker) watch(ctx context.Context, t target, o object, look func(object) (bool, error)) (over bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, watchFor+answerWithin)
	defer cancel()
	answer, err := w.send(ctx, request{method: http.MethodGet, path: t.kind.path(t.namespace, "", ""), query: url.Values{
		"watch": {"true"}, "fieldSelector": {"metadata.name=" + t.name}, "resourceVersion": {o.version()},
		"timeoutSeconds": {strconv.Itoa(int(watchFor.Seconds()))},
	}})
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	events := json.NewDecoder(answer.Body)
	events.UseNumber()
	for {
		var event struct {
			Type   string
			Object object
		}
		if err := events.Decode(&event); err != nil {
			return false, err
		}
		switch event.Type {
		case "ADDED", "MODIFIED", "DELETED":
		case "BOOKMARK":
			continue
		default:
			return false, nil // an error: the version is too old
		}
		if event.Object.uid() != o.uid() {
			return true, errGone
		}
		content, err := look(event.Object)
		if content || err != nil {
			return true, err
		}
		if event.Type == "DELETED" {
			return true, errGone
		}
	}
}
