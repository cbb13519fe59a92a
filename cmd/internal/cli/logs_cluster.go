package cli

import (
	"context"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/local"
	"github.com/weft-lang/weft/runtime/run"
)

// A logReader prints what the containers of a run in a cluster write.
type logReader struct {
	*clusterRun
	driving *driving
	options logsOptions
	steps   []string
	replay  *run.Replay
	tail    *kube.Tail

	from   map[string]bool      // what lines are printed behind
	last   map[string]time.Time // what was read last, by Pod and container
	over   map[string]bool      // Pods that write no more
	told   bool                 // what there is not was told
	alone  bool                 // nobody drove the run when it was looked at last
	outage outage
}

// logsLook is how often a log is looked at that is followed.
const logsLook = time.Second

// printLogs prints what the containers of the run wrote, and with follow what
// they write, until it ends.
func (c *clusterRun) printLogs(d *driving, o logsOptions, steps []string) error {
	replay, tail, err := c.replaying(d)
	if err != nil {
		return err
	}
	r := logReader{
		clusterRun: c, driving: d, options: o, steps: steps, replay: replay, tail: tail,
		from: map[string]bool{}, last: map[string]time.Time{}, over: map[string]bool{}, outage: outage{say: d.say},
	}
	for {
		ended, err := r.look()
		if !o.follow {
			return ending(err)
		}
		if err := r.outage.bear(err); err != nil {
			return err
		}
		if ended && err == nil {
			return nil
		}
		select {
		case <-c.ctx.Done():
			return failure("%w", c.ctx.Err())
		case <-time.After(logsLook):
		}
	}
}

// look prints what is new, and reports whether that was all.
func (r *logReader) look() (ended bool, err error) {
	if err := catchUp(r.ctx, r.replay, r.tail); err != nil {
		return false, err
	}
	e := r.replay.Engine()
	ended = e.Run().Phase.Completed()
	wanted, err := wantedPaths(e, r.steps)
	if err != nil {
		return false, err
	}
	pods, err := r.run.Pods(r.ctx)
	if err != nil {
		return false, err
	}
	lines, err := r.read(pods, wanted)
	if wrote := printLines(r.driving.streams.Out, lines, r.options.timestamps, prefixed(r.steps, r.from)); wrote != nil {
		return false, failure("cannot write: %w", wrote)
	}
	if err != nil {
		return false, err
	}
	r.options.tail = -1
	if !r.told {
		r.told = true
		r.tellNone(e, pods, wanted, len(lines) > 0)
	}
	if ended || !r.options.follow {
		return true, nil
	}
	return false, r.lonely(pods)
}

// read reads what was written since the last time, as far as it can be read.
func (r *logReader) read(pods []kube.Pod, wanted map[string]bool) (all []logLine, failed error) {
	for _, p := range pods {
		if r.over[p.Name] || len(wanted) > 0 && !within(p.Node, wanted) {
			continue
		}
		read := true
		for _, name := range p.Containers {
			if !r.options.shows(name) {
				continue
			}
			key, step := p.Name+"/"+name, stepOf(p.Node, r.driving.header.Name, name)
			r.from[step] = true
			lines, err := r.run.Log(r.ctx, p.Name, name, r.last[key])
			if err != nil {
				failed, read = err, false
			}
			if len(lines) > 0 {
				r.last[key] = lines[len(lines)-1].Time
			}
			if r.options.tail >= 0 && len(lines) > r.options.tail {
				lines = lines[len(lines)-r.options.tail:]
			}
			for _, l := range lines {
				all = append(all, logLine{local.Line{Time: l.Time, Text: l.Text}, step})
			}
		}
		r.over[p.Name] = read && p.Over // when it was listed, so its logs were complete when they were read
	}
	sortLines(all)
	return all, failed
}

// tellNone says which logs are not to be had, and why nothing is printed if so.
func (r *logReader) tellNone(e *engine.Engine, pods []kube.Pod, wanted map[string]bool, some bool) {
	if gone := goneLogs(e, pods, wanted); gone != "" {
		r.driving.say(gone)
		return
	}
	if some {
		return
	}
	began := map[string][]string{}
	for _, p := range pods {
		began[p.Node] = append(began[p.Node], p.Containers...)
	}
	r.driving.say(r.driving.nothingWritten(e, r.options, wanted, began))
}

// lonely fails when nothing more will be written: all Pods have ended, and nobody
// drives the run.
func (r *logReader) lonely(pods []kube.Pod) error {
	for _, p := range pods {
		if !p.Over {
			r.alone = false
			return nil
		}
	}
	driven, err := r.expected()
	if err != nil {
		return err
	}
	if !driven && r.alone { // else it may just have ended
		return failure("nobody drives %s: nothing new starts; go on with it by %s", r.driving.header.Name, r.driving.command("run --resume"))
	}
	r.alone = !driven
	return nil
}

// replaying is the run as far as its journal goes, and what tells how it goes on.
func (c *clusterRun) replaying(d *driving) (*run.Replay, *kube.Tail, error) {
	history, err := c.history()
	if err != nil {
		return nil, nil, err
	}
	replay, err := run.NewReplay(d.project.checked, d.config())
	if err != nil {
		return nil, nil, failure("%w", err)
	}
	for ev, err := range history.Events() {
		if err != nil {
			return nil, nil, failure("%w", err)
		}
		replay.Take(ev)
	}
	return replay, c.run.Tail(history), nil
}

// catchUp takes what has come to the journal.
func catchUp(ctx context.Context, replay *run.Replay, tail *kube.Tail) error {
	for {
		events, err := tail.More(ctx)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, ev := range events {
			replay.Take(ev)
		}
	}
}

// goneLogs says of which steps the logs went with their Pods, "" when of none.
func goneLogs(e *engine.Engine, pods []kube.Pod, wanted map[string]bool) string {
	there := map[string]bool{}
	for _, p := range pods {
		there[p.Node] = true
	}
	var gone []string
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if v.Type == engine.PodNode && v.Phase.Completed() && v.Host != "" && !there[v.Path] && (len(wanted) == 0 || within(v.Path, wanted)) {
			gone = append(gone, v.Path)
		}
	}
	if len(gone) == 0 {
		return ""
	}
	return "Pods were deleted, and their logs with them (archiveLogs would keep them as artifacts): " + someOf(gone)
}
