package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// listen passes on what people want of the run: Ctrl-C here, and signals that
// other commands left in the cluster. The channel is closed when it has ended.
func (c *clusterRun) listen(ctx context.Context, d *driving, driver *run.Run, watch watcher, leave func()) <-chan struct{} {
	done := make(chan struct{})
	interrupted, stop := interrupts(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		defer close(done)
		defer stop()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		asked := false
		for {
			select {
			case <-ctx.Done():
				return
			case got := <-interrupted:
				// Only Ctrl-C comes from somebody who can answer.
				if _, terminal := terminalWidth(d.streams.Err); asked || !terminal || got != os.Interrupt {
					leave()
					return
				}
				asked = true
				resume := watch.pause()
				fmt.Fprint(d.streams.Err, leaveQuestion)
				go func() {
					c.ask(ctx, d, driver, leave)
					resume()
				}()
			case <-tick.C:
				c.sent(ctx, d, driver)
			}
		}
	}()
	return done
}

// leaveQuestion is what Ctrl-C asks.
const leaveQuestion = `
weft: what becomes of the run?
  leave      its Pods go on, and nothing new starts until somebody resumes it
  detach     a Job in the cluster drives it on
  stop       its Pods are ended, its exit handlers still run
  terminate  it is ended at once
[Leave/detach/stop/terminate] `

// ask reads what is to be done, until it is one of the answers. Whoever says
// nothing leaves the run.
func (c *clusterRun) ask(ctx context.Context, d *driving, driver *run.Run, leave func()) {
	for in := bufio.NewReader(d.streams.In); ; {
		answer, err := in.ReadString('\n')
		switch a := strings.ToLower(strings.TrimSpace(answer)); {
		case strings.HasPrefix("leave", a): // also ""
			leave()
		case strings.HasPrefix("detach", a):
			c.handOver.Store(true)
			leave()
		case strings.HasPrefix("stop", a):
			d.pass(ctx, driver, sentSignal{Signal: engine.Signal{Kind: engine.SignalStop}})
		case strings.HasPrefix("terminate", a):
			d.pass(ctx, driver, sentSignal{Signal: engine.Signal{Kind: engine.SignalTerminate}})
		case err != nil:
			leave()
		default:
			fmt.Fprintf(d.streams.Err, "weft: %q is none of these: leave, detach, stop or terminate? ", a)
			continue
		}
		return
	}
}

// sent passes on the signals that others left.
func (c *clusterRun) sent(ctx context.Context, d *driving, driver *run.Run) {
	signals, err := c.run.Signals(ctx)
	if err != nil {
		return // the cluster is out of reach for a moment; they stay
	}
	for _, s := range signals {
		var got sentSignal
		if err := json.Unmarshal(s.Data, &got); err != nil {
			fmt.Fprintf(d.streams.Err, "weft: cannot read a signal: %v\n", err)
		} else {
			d.pass(ctx, driver, got)
		}
		if err := c.run.Taken(ctx, s); err != nil && ctx.Err() == nil {
			fmt.Fprintf(d.streams.Err, "weft: %v\n", err)
		}
	}
}

// send leaves a signal for whoever drives the run.
func (c *clusterRun) send(d *driving, command signalCommand, s sentSignal) error {
	driven, err := c.run.Driven(c.ctx)
	if err == nil && !driven && !command.drives {
		driven, err = c.expected()
	}
	if err != nil {
		return failure("%w", err)
	}
	if !driven {
		if !command.drives {
			return failure("nobody drives %s; go on with it by %s", d.header.Name, c.command("run --resume", d.header.Name))
		}
		return c.drive(d, s.Signal)
	}
	for _, part := range s.parts() {
		data, err := json.Marshal(part)
		if err == nil {
			err = c.run.Send(c.ctx, data)
		}
		if err != nil {
			return failure("cannot send the signal: %w", err)
		}
	}
	fmt.Fprintf(d.streams.Out, "%s %s\n", d.header.Name, command.done)
	return nil
}

// expected reports whether somebody drives the run, or a Job is about to.
func (c *clusterRun) expected() (bool, error) {
	driven, err := c.run.Driven(c.ctx)
	if err != nil || driven {
		return driven, err
	}
	drivers, err := c.run.Drivers(c.ctx)
	return len(drivers) > 0 && !drivers[0].Ended, err
}

// A clusterStatus keeps the status of a run up to date, beside the driver.
type clusterStatus struct {
	run  *kube.Run
	stop context.CancelFunc
	work sync.WaitGroup

	mu   sync.Mutex
	now  store.Status
	kept store.Status
}

func keepStatus(ctx context.Context, r *kube.Run) *clusterStatus {
	ctx, stop := context.WithCancel(ctx)
	k := &clusterStatus{run: r, stop: stop, kept: r.Status}
	k.work.Go(func() {
		for every := statusEvery / 10; ; every = statusEvery { // the first one comes soon
			select {
			case <-ctx.Done():
				return
			case <-time.After(every):
				_ = k.write(ctx) // tried again the next time
			}
		}
	})
	return k
}

func (k *clusterStatus) observe(e *engine.Engine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = store.StatusOf(e.Run())
}

func (k *clusterStatus) write(ctx context.Context) error {
	k.mu.Lock()
	now := k.now
	k.mu.Unlock()
	if now == k.kept {
		return nil
	}
	err := k.run.SetStatus(ctx, now)
	if err == nil {
		k.kept = now
	}
	return err
}

// lastStatus is for how long the last status is tried to be written.
const lastStatus = 30 * time.Second

// end ends the work. How the run stands is for others to say.
func (k *clusterStatus) end() {
	k.stop()
	k.work.Wait()
}

// close writes the last status: others free the locks of a run that has ended.
func (k *clusterStatus) close(ctx context.Context) {
	k.end()
	ctx, cancel := context.WithTimeout(ctx, lastStatus)
	defer cancel()
	for err := k.write(ctx); err != nil && !errors.Is(err, store.ErrNoRun); err = k.write(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// logs are what the containers of the newest Pod of a node wrote. A log that
// cannot be read is none: the run can be shown without it.
func (c *clusterRun) logs(v engine.View) ([]report.Logs, error) {
	pods, err := c.run.Pods(c.ctx)
	if err != nil {
		return nil, failure("%w", err)
	}
	var newest *kube.Pod
	for i := range pods {
		if pods[i].Node == v.Path {
			newest = &pods[i]
		}
	}
	if newest == nil {
		return nil, nil
	}
	var out []report.Logs
	for _, name := range newest.Containers {
		if strings.HasPrefix(name, "weft-") && v.Phase != engine.Error {
			continue // weft's own matter where they are at fault
		}
		lines, err := c.run.Log(c.ctx, newest.Name, name, time.Time{})
		if err != nil {
			continue
		}
		var text strings.Builder
		for _, l := range lines {
			text.WriteString(l.Text)
			text.WriteByte('\n')
		}
		out = append(out, report.Logs{Container: name, Text: text.String()})
	}
	return out, nil
}
