package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"syscall"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/report"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// driving is one run with what it takes to drive it.
type driving struct {
	streams Streams
	flags   *runOptions
	folder  store.Folder
	run     *store.Run
	header  store.Header
	project *project
	object  *ir.Object
	journal *store.Journal // open only while the run is driven
	cluster *clusterRun    // instead of folder, run and journal
	unkept  bool           // flags were changed that are kept with the run
}

// say tells a person something beside what is printed.
func (d *driving) say(text string) { fmt.Fprintln(d.streams.Err, "weft:", text) }

// openRun finds a stored run and checks its sources again.
func openRun(s Streams, folder store.Folder, name string) (*driving, error) {
	kept, err := findRun(folder, name)
	if err != nil {
		return nil, err
	}
	h, err := kept.Header()
	if err != nil {
		return nil, failure("%w", err)
	}
	p, flags, err := reopen(s, kept, h)
	if err != nil {
		return nil, err
	}
	object, err := p.runnable(h.Workflow)
	if err != nil {
		return nil, err
	}
	return &driving{streams: s, flags: flags, folder: folder, run: kept, header: h, project: p, object: object}, nil
}

// config is what the engine is told of the run.
func (d *driving) config() engine.Config {
	return configOf(d.header, d.object)
}

func configOf(h store.Header, object *ir.Object) engine.Config {
	return engine.Config{
		Object: object, Name: h.Name, Namespace: h.Namespace, UID: h.UID, Entrypoint: h.Entrypoint, Created: h.Created,
	}
}

// replayed is the state that the journal tells of.
func (d *driving) replayed() (*engine.Engine, error) {
	r, err := d.replay()
	if err != nil {
		return nil, err
	}
	return r.Engine(), nil
}

// replay follows the run as far as its journal goes.
func (d *driving) replay() (*run.Replay, error) {
	events, err := d.events()
	if err != nil {
		return nil, err
	}
	r, err := run.NewReplay(d.project.checked, d.config())
	if err != nil {
		return nil, failure("%w", err)
	}
	for ev, err := range events {
		if err != nil {
			return nil, failure("%w", err)
		}
		r.Take(ev)
	}
	return r, nil
}

// events are those of the journal.
func (d *driving) events() (iter.Seq2[engine.Event, error], error) {
	if d.cluster != nil {
		h, err := d.cluster.history()
		if err != nil {
			return nil, err
		}
		return h.Events(), nil
	}
	contents, err := d.run.Contents()
	if err != nil {
		return nil, failure("%w", err)
	}
	return contents.Replay(contents.Len()), nil
}

// resume goes on with a run that nobody drives.
func (d *driving) resume(signals ...engine.Signal) error {
	if d.cluster != nil {
		return d.cluster.drive(d, signals...)
	}
	unlock, err := d.run.Lock()
	if errors.Is(err, store.ErrLocked) {
		return failure("%w; weft get %s shows it", err, d.run.Name)
	}
	if err != nil {
		return failure("%w", err)
	}
	defer unlock()
	journal, contents, err := d.run.Journal()
	if err != nil {
		return failure("%w", err)
	}
	if contents.Torn > 0 {
		fmt.Fprintf(d.streams.Err, "weft: the last %d bytes of the journal were never completely written and are cut; nothing followed from them\n", contents.Torn)
	}
	d.journal = journal
	return d.follow(run.Options{History: contents.Replay(contents.Len()), Signals: signals})
}

// drive runs what is new.
func (d *driving) drive(opts run.Options) error {
	unlock, err := d.run.Lock()
	if err != nil {
		return failure("%w", err)
	}
	defer unlock()
	return d.follow(opts)
}

// follow drives the run to its end while showing it.
func (d *driving) follow(opts run.Options) error {
	defer d.journal.Close()
	images, err := d.images()
	if err != nil {
		return err
	}
	objects, err := objectsOf(d.project.checked.Project())
	if err != nil {
		return err
	}
	backend, err := d.backend(images, objects)
	if err != nil {
		return err
	}
	watch := newWatcher(d.streams, d.run.Name, d.flags.output)
	opts.Backend, opts.Journal, opts.Values, opts.Pods = backend, d.journal, objects, d.podOptions(images)
	opts.Caches, opts.Locks = d.folder.Caches(time.Now), d.folder.Locks(time.Now, objects.limit)
	opts.Requests = &run.HTTP{Values: objects}
	status := statusKeeper{run: d.run}
	opts.Observe = func(e *engine.Engine, changed []engine.NodeID) {
		status.observe(e)
		watch.observe(e, changed)
	}
	driver, err := run.New(d.project.checked, d.config(), opts)
	if err != nil {
		return failure("%w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := d.listen(ctx, driver)
	_, err = driver.Go(ctx)
	cancel()
	<-done
	watch.close()
	if err != nil {
		return failure("the run was left unfinished: %w\ngo on with it by %s", err, d.command("run --resume"))
	}
	status.last(driver.Engine())
	err = d.show(driver.Engine())
	backend.Settle(settling)
	return err
}

// settling is how long a run that has ended waits for its daemons to go, so that
// whoever starts the next one finds their ports free.
const settling = 5 * time.Second

// listen passes on what people want of the run: Ctrl-C here, and signals that
// other commands left in its folder. The channel is closed when it has ended.
func (d *driving) listen(ctx context.Context, driver *run.Run) <-chan struct{} {
	done := make(chan struct{})
	interrupted, stop := interrupts(os.Interrupt, syscall.SIGTERM)
	go func() {
		defer close(done)
		defer stop()
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		stopping := false
		for {
			select {
			case <-ctx.Done():
				return
			case <-interrupted:
				kind, words := engine.SignalStop, "stopping, exit handlers still run; Ctrl-C again ends at once"
				if stopping {
					kind, words = engine.SignalTerminate, "ending at once"
				}
				stopping = true
				fmt.Fprintf(d.streams.Err, "\nweft: %s\n", words)
				d.pass(ctx, driver, sentSignal{Signal: engine.Signal{Kind: kind}})
			case <-tick.C:
				d.sent(ctx, driver)
			}
		}
	}()
	return done
}

// A sentSignal is what commands leave for the driver of a run.
type sentSignal struct {
	engine.Signal
	Paths []string `json:"paths,omitempty"`
}

// sent passes on the signals in the folder of the run.
func (d *driving) sent(ctx context.Context, driver *run.Run) {
	signals, err := d.run.Signals()
	if err != nil {
		fmt.Fprintf(d.streams.Err, "weft: %v\n", err)
		return
	}
	for _, s := range signals {
		var got sentSignal
		if err := json.Unmarshal(s.Data, &got); err != nil {
			fmt.Fprintf(d.streams.Err, "weft: cannot read a signal: %v\n", err)
		} else {
			d.pass(ctx, driver, got)
		}
		if err := s.Taken(); err != nil {
			fmt.Fprintf(d.streams.Err, "weft: %v\n", err)
		}
	}
}

func (d *driving) pass(ctx context.Context, driver *run.Run, s sentSignal) {
	err := driver.Signal(ctx, s.Signal, s.Paths...)
	if err != nil && !errors.Is(err, run.ErrOver) && ctx.Err() == nil {
		fmt.Fprintf(d.streams.Err, "weft: %v\n", err)
	}
}

// statusKeeper keeps the status file of a run up to date, for lists.
type statusKeeper struct {
	run       *store.Run
	next      time.Time
	suspended bool // as was written last
}

func (k *statusKeeper) observe(e *engine.Engine) {
	// Of a run that waits for somebody nothing more may be heard for long.
	if now := time.Now(); now.After(k.next) || store.StatusOf(e.Run()).Suspended != k.suspended {
		k.next = now.Add(time.Second)
		k.last(e)
	}
}

// last writes the status. A list that is a little behind is no reason to end a
// run.
func (k *statusKeeper) last(e *engine.Engine) {
	s := store.StatusOf(e.Run())
	k.suspended = s.Suspended
	_ = k.run.SetStatus(s)
}

// show prints how the run ended.
func (d *driving) show(e *engine.Engine) error {
	r := d.snapshot(e)
	switch d.flags.output {
	case outputJSON:
		if err := report.JSON(d.streams.Out, r); err != nil {
			return failure("cannot write: %w", err)
		}
	default:
		if err := d.showText(r); err != nil {
			return failure("cannot write: %w", err)
		}
	}
	if r.Phase != engine.Succeeded {
		return &exit{code: Negative}
	}
	return nil
}

func (d *driving) snapshot(e *engine.Engine) *report.Run {
	r := snapshot(e, d.header.Name)
	if r.Parameters == nil {
		r.Parameters = d.header.Parameters
	}
	return r
}
