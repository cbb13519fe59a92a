//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

const claimsDir = "claims"

// Backend runs the Pods of one run in its folder.
type Backend struct {
	opts  Options
	mode  Mode
	slots chan struct{}
	turns turns
	users sync.Once // says that users are not changed

	followed sync.WaitGroup // Pods

	mu      sync.Mutex
	live    map[string]*live // by name of the Pod
	waiting map[string]context.CancelFunc
	reports reports
}

var _ run.Backend = (*Backend)(nil)

// live is a Pod whose supervisor runs, or has ended.
type live struct {
	ref   run.PodRef
	about *about
	dir   string
	up    chan struct{} // closed when the supervisor can be told to stop
}

// New makes the folder of the run, if need be, and finds out how Pods can be
// kept apart.
func New(opts Options) (*Backend, error) {
	var err error
	if opts.Executable, err = opts.executable(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(opts.Dir, podsDir), 0o755); err != nil {
		return nil, err
	}
	for _, path := range []*string{&opts.Executable, &opts.Dir} {
		if *path, err = realPath(*path); err != nil {
			return nil, err
		}
	}
	if opts.Store != "" {
		if err := os.MkdirAll(opts.Store, 0o755); err != nil {
			return nil, err
		}
		if opts.Store, err = realPath(opts.Store); err != nil {
			return nil, err
		}
		if err := os.Chmod(opts.Store, 0o777); err != nil { // for containers of other users
			return nil, err
		}
	}
	b := &Backend{
		opts: opts, mode: opts.Mode, slots: make(chan struct{}, opts.parallel()),
		live: map[string]*live{}, waiting: map[string]context.CancelFunc{}, reports: newReports(),
	}
	return b, b.choose()
}

// realPath is a path without links: containers look it up in another root.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// Mode is how the Pods of this run are kept apart.
func (b *Backend) Mode() Mode { return b.mode }

// choose settles the mode, by trying.
func (b *Backend) choose() error {
	why := ""
	if b.mode != Plain {
		if err := b.try(); err == nil {
			b.mode = Namespaces
		} else if b.mode == Namespaces {
			return fmt.Errorf("namespaces cannot be used: %w", err)
		} else {
			b.mode, why = Plain, err.Error()
		}
	}
	switch {
	case b.mode == Namespaces:
		b.opts.say("Pods run with files and processes of their own, on the network of this machine")
	case why != "":
		b.opts.say("Pods run as plain processes, since namespaces cannot be used: " + why)
	default:
		b.opts.say("Pods run as plain processes")
	}
	return nil
}

func (b *Backend) try() error {
	dir, err := os.MkdirTemp(b.opts.Dir, ".try-")
	if err != nil {
		return err
	}
	defer removeAll(dir) //nolint:errcheck // an empty folder is left at worst
	cmd := exec.Command(b.opts.Executable, tryCommand, dir)
	cmd.SysProcAttr = asRoot(containerAttributes(Namespaces), Namespaces)
	if out, err := cmd.CombinedOutput(); err != nil {
		if text := strings.TrimPrefix(strings.TrimSpace(string(out)), "weft: "); text != "" {
			return errors.New(text)
		}
		return err
	}
	return nil
}

func (b *Backend) dirOf(pod string) string { return filepath.Join(b.opts.Dir, podsDir, pod) }

// Create starts a Pod as soon as it is its turn: it returns when the Pod has its
// supervisor, and so when nothing can make it forgotten.
func (b *Backend) Create(ctx context.Context, p *run.Pod) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.mu.Lock()
	_, known := b.live[p.Name]
	_, pending := b.waiting[p.Name]
	if !known && !pending {
		b.waiting[p.Name] = cancel
	}
	b.mu.Unlock()
	if known || pending {
		return nil
	}
	err := b.create(ctx, p)
	b.mu.Lock()
	delete(b.waiting, p.Name)
	b.mu.Unlock()
	return err
}

func (b *Backend) create(ctx context.Context, p *run.Pod) error {
	dir := b.dirOf(p.Name)
	if _, err := os.Stat(filepath.Join(dir, aboutFile)); err == nil {
		return b.adopt(p.PodRef)
	}
	r := &resolver{opts: b.opts, mode: b.mode, dir: dir, claims: filepath.Join(b.opts.Dir, claimsDir), ip: address(p.Name)}
	l, a, err := r.resolve(p.Objects)
	if err != nil {
		return err
	}
	l.Executable = b.opts.Executable
	b.noteUsers(l)
	release, err := b.turn(ctx, a)
	if err != nil {
		return err
	}
	if err := b.start(p.PodRef, l, a, release); err != nil {
		release()
		return err
	}
	return nil
}

// noteUsers says once that containers do not run as whom they ask for.
func (b *Backend) noteUsers(l *launch) {
	for _, c := range slices.Concat(l.Init, l.Mains) {
		if c.UID != nil && int(*c.UID) != os.Geteuid() && os.Geteuid() != 0 && !strings.HasPrefix(c.Name, "weft-") {
			b.users.Do(func() { b.opts.say("runAsUser is left out: containers run as you, and only root can change that") })
		}
	}
}

// turn waits until the Pod may run: until there is room, and nobody uses one of
// its paths.
func (b *Backend) turn(ctx context.Context, a *about) (release func(), err error) {
	free, err := b.turns.take(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := claimable(a.Paths); err != nil {
		free()
		return nil, err
	}
	if a.Daemon {
		return free, nil // it would keep the place for as long as others wait for it
	}
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		free()
		return nil, stopped()
	}
	return func() { <-b.slots; free() }, nil
}

// stopped is why a Pod that waits for its turn does not get it.
func stopped() error {
	return &run.Refusal{Class: engine.ClassInfrastructure, Message: "stopped before it was started"}
}

// start starts the supervisor of a Pod and follows it.
func (b *Backend) start(ref run.PodRef, l *launch, a *about, release func()) error {
	// Volumes may hold secrets. Plain processes of other users have to pass.
	mode := os.FileMode(0o700)
	if l.Mode == Plain {
		mode = 0o711
	}
	if err := os.MkdirAll(l.Dir, mode); err != nil {
		return err
	}
	lock, err := takeLock(l.Dir)
	if err != nil {
		return err
	}
	defer lock.Close() // the supervisor has it too, and keeps it
	if err := writeJSON(filepath.Join(l.Dir, aboutFile), a); err != nil {
		return err
	}
	changes, err := spawnSupervisor(l, lock)
	if err != nil {
		return errors.Join(err, os.RemoveAll(l.Dir))
	}
	pod := &live{ref: ref, about: a, dir: l.Dir, up: make(chan struct{})}
	b.mu.Lock()
	b.live[ref.Name] = pod
	b.mu.Unlock()
	b.followed.Go(func() { b.follow(pod, changes, release) })
	return nil
}

// Adopt takes over the Pods of an earlier driver.
func (b *Backend) Adopt(_ context.Context, refs []run.PodRef) error {
	var errs []error
	for _, ref := range refs {
		b.mu.Lock()
		_, known := b.live[ref.Name]
		b.mu.Unlock()
		if !known {
			errs = append(errs, b.adopt(ref))
		}
	}
	return errors.Join(errs...)
}

func (b *Backend) adopt(ref run.PodRef) error {
	pod := &live{ref: ref, dir: b.dirOf(ref.Name), up: make(chan struct{})}
	close(pod.up)
	a := &about{}
	if err := readJSON(filepath.Join(pod.dir, aboutFile), a); err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		b.reports.add(lost(ref, "the folder of the Pod is gone"))
		return nil
	}
	pod.about = a
	b.mu.Lock()
	b.live[ref.Name] = pod
	b.mu.Unlock()
	release := b.turns.adopt(a)
	b.followed.Go(func() { b.follow(pod, pollSupervisor(pod.dir), release) })
	return nil
}

func lost(ref run.PodRef, why string) run.PodReport {
	return run.PodReport{PodRef: ref, Report: engine.Report{State: engine.PodLost, Class: engine.ClassInfrastructure, Message: why}}
}

// follow reports what becomes of a Pod. Changes ends when its supervisor does.
func (b *Backend) follow(pod *live, changes <-chan struct{}, release func()) {
	defer release()
	last := engine.PodState(0)
	var told []engine.Container
	for open := true; open; {
		_, open = <-changes
		var st status
		if err := readJSON(filepath.Join(pod.dir, statusFile), &st); err != nil {
			continue
		}
		select {
		case <-pod.up:
		default:
			close(pod.up)
		}
		report := b.report(pod, &st)
		// The end is told when the supervisor is gone: then its paths are free.
		if report.State == engine.PodEnded && open || report.State < last || report.State == last && slices.Equal(report.Containers, told) {
			continue
		}
		last, told = report.State, report.Containers
		b.reports.add(run.PodReport{PodRef: pod.ref, Report: report})
	}
	if last != engine.PodEnded {
		sweep(pod)
		b.reports.add(lost(pod.ref, "the supervisor of the Pod died"))
	}
	select {
	case <-pod.up:
	default:
		close(pod.up)
	}
}

// Stop asks the supervisor of a Pod to end it.
func (b *Backend) Stop(ctx context.Context, ref run.PodRef) error {
	b.mu.Lock()
	cancel, pod := b.waiting[ref.Name], b.live[ref.Name]
	b.mu.Unlock()
	if pod == nil {
		if cancel != nil {
			cancel()
		}
		return nil
	}
	select {
	case <-pod.up:
	case <-ctx.Done():
		return ctx.Err()
	}
	return stopSupervisor(pod.dir)
}

// Settle waits until the Pods that were told to stop are gone, and not longer than
// a limit: their supervisors end them in any case.
func (b *Backend) Settle(limit time.Duration) {
	gone := make(chan struct{})
	go func() {
		b.followed.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-time.After(limit):
	}
}

// Reports yields what becomes of Pods.
func (b *Backend) Reports(ctx context.Context) <-chan run.PodReport { return b.reports.follow(ctx) }

// reports is a queue without end: a supervisor must not wait for the driver.
type reports struct {
	mu    *sync.Mutex
	queue *[]run.PodReport
	more  chan struct{}
}

func newReports() reports {
	return reports{mu: &sync.Mutex{}, queue: &[]run.PodReport{}, more: make(chan struct{}, 1)}
}

func (r reports) add(report run.PodReport) {
	r.mu.Lock()
	*r.queue = append(*r.queue, report)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r reports) take() []run.PodReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := *r.queue
	*r.queue = nil
	return all
}

func (r reports) follow(ctx context.Context) <-chan run.PodReport {
	out := make(chan run.PodReport)
	go func() {
		defer close(out)
		for {
			for _, report := range r.take() {
				select {
				case out <- report:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-r.more:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// pollEvery is how often the Pods of an earlier driver are looked at, who cannot
// tell this one.
const pollEvery = 100 * time.Millisecond

// pollSupervisor looks at a Pod again and again until its supervisor is gone.
func pollSupervisor(dir string) <-chan struct{} {
	changes := make(chan struct{})
	go func() {
		defer close(changes)
		for isSupervised(dir) {
			changes <- struct{}{}
			time.Sleep(pollEvery)
		}
	}()
	return changes
}

// takeLock marks a Pod as supervised. The lock lives as long as any process has
// the file open.
func takeLock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("the Pod in %q is supervised already", dir), f.Close())
	}
	return f, nil
}

func isSupervised(dir string) bool {
	f, err := os.Open(filepath.Join(dir, lockFile))
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
