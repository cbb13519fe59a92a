package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// Who follows a run looks for what is new, and now and then whether anybody still
// drives it.
const (
	attachLook     = 300 * time.Millisecond
	attachCheck    = 3 * time.Second
	attachPatience = 2 * time.Minute  // with a cluster that does not answer
	attachAlone    = 20 * time.Second // with a run that nobody drives any more
)

// attach follows a run that another process drives.
func (o *runOptions) attachTo(ctx context.Context, s Streams) error {
	d, err := o.openKept(ctx, s, o.attach)
	if err != nil {
		return err
	}
	d.flags.output = o.output
	return d.cluster.attach(d)
}

func (c *clusterRun) attach(d *driving) error {
	replay, err := run.NewReplay(d.project.checked, d.config())
	if err != nil {
		return failure("%w", err)
	}
	history, err := c.history()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(c.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	watch := newWatcher(d.streams, d.header.Name, d.flags.output)
	f := follower{run: c, driving: d, replay: replay, tail: c.run.Tail(history), watch: watch}
	f.outage.say = f.say
	err = f.replayAll(history)
	if err == nil {
		err = f.follow(ctx)
	}
	watch.close()
	switch {
	case err != nil && ctx.Err() != nil && c.ctx.Err() == nil:
		return failure("left %s, which goes on; %s follows it again", d.header.Name, c.command("run --attach", d.header.Name))
	case err != nil:
		return err
	}
	return d.show(replay.Engine())
}

// A follower shows a run from its journal while that grows.
type follower struct {
	run     *clusterRun
	driving *driving
	replay  *run.Replay
	tail    *kube.Tail
	watch   watcher

	outage outage
	driven bool      // somebody drove the run, or was about to
	alone  time.Time // since when nobody has driven the run
	told   string    // of which Pod a word was said
}

// replayAll takes what is in the journal already.
func (f *follower) replayAll(h *kube.History) error {
	seen := map[engine.NodeID]bool{}
	var changed []engine.NodeID
	for ev, err := range h.Events() {
		if err != nil {
			return failure("%w", err)
		}
		for _, id := range f.replay.Take(ev) {
			if !seen[id] {
				seen[id] = true
				changed = append(changed, id)
			}
		}
	}
	f.watch.observe(f.replay.Engine(), changed)
	return nil
}

// follow returns when the run has ended.
func (f *follower) follow(ctx context.Context) error {
	next := time.Now()
	for !f.replay.Engine().Run().Phase.Completed() {
		events, err := f.tail.More(ctx)
		if err = f.outage.bear(err); err != nil {
			return err
		}
		var changed []engine.NodeID
		for _, ev := range events {
			changed = append(changed, f.replay.Take(ev)...)
		}
		if len(events) > 0 {
			f.watch.observe(f.replay.Engine(), changed)
			continue
		}
		if now := time.Now(); now.After(next) {
			next = now.Add(attachCheck)
			if err = f.outage.bear(f.check(ctx)); err != nil {
				return err
			}
			if !f.alone.IsZero() && !f.driven {
				next = now // unless it has just ended, nobody need wait
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(attachLook):
		}
	}
	return nil
}

// check fails when nobody drives the run, and nobody is about to.
func (f *follower) check(ctx context.Context) error {
	name := f.driving.header.Name
	kept, err := f.run.place.OpenRun(ctx, name)
	if errors.Is(err, store.ErrNoRun) || err == nil && kept.OwnerUID() != f.run.run.OwnerUID() {
		return failure("%s was deleted", name)
	}
	if err != nil {
		return err
	}
	leader, err := f.run.run.Leader(ctx)
	if err != nil {
		return err
	}
	if leader != nil {
		f.driven, f.alone, f.told = true, time.Time{}, ""
		return nil
	}
	drivers, err := f.run.run.Drivers(ctx)
	if err != nil {
		return err
	}
	if len(drivers) > 0 && !drivers[0].Ended {
		f.driven, f.alone = true, time.Time{}
		if drivers[0].Message != "" && drivers[0].Pod != f.told {
			f.told = drivers[0].Pod
			f.say(toCome(drivers[0]))
		}
		return nil
	}
	switch {
	case f.alone.IsZero():
		f.alone = time.Now()
		if f.driven {
			f.say(fmt.Sprintf("nobody drives %s any more; waiting %s for somebody to go on with it", name, report.Short(attachAlone)))
		}
	case !f.driven:
		return failure("nobody drives %s: nothing new starts; go on with it by %s", name, f.run.command("run --resume", name))
	case time.Since(f.alone) > attachAlone:
		return failure("nobody drives %s any more; go on with it by %s", name, f.run.command("run --resume", name))
	}
	return nil
}

// say tells a person something beside what is shown of the run.
func (f *follower) say(text string) {
	resume := f.watch.pause()
	f.driving.say(text)
	resume()
}

// toCome says why a Job does not drive its run yet, or any more.
func toCome(d kube.Driver) string {
	text := "the Job that drives the run has not begun"
	if d.Exited {
		text = "the Job that drives the run begins again"
	}
	if d.Message != "" {
		text += ": " + d.Message
	}
	return text
}
