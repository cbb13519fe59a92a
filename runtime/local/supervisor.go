//go:build unix

package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// The files that a supervisor is given besides the usual three: its standard
// input is the launch, its standard output takes a byte for each change.
const lockFD = 3

// supervisor runs one Pod from its first container to its last.
type supervisor struct {
	launch *launch

	mu     sync.Mutex
	status status
	notify *os.File

	stop     chan struct{} // closed when the Pod is to end
	stopOnce sync.Once
	running  map[string]*runner
	made     []string // folders outside that of the Pod
}

// supervise is the whole life of the process.
func supervise() error {
	// The lock says that this process lives; no other may keep it.
	syscall.CloseOnExec(lockFD)
	l := &launch{}
	if err := json.NewDecoder(os.Stdin).Decode(l); err != nil {
		return fmt.Errorf("read what to run: %w", err)
	}
	if err := os.Chdir(l.Dir); err != nil {
		return err
	}
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE)
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	if l.Mode == Plain {
		adoptOrphans()
	}

	s := &supervisor{launch: l, notify: os.Stdout, stop: make(chan struct{}), running: map[string]*runner{}}
	go func() {
		<-terms
		s.end(func(s *status) { s.Stopped = true })
	}()
	s.change(func(st *status) {
		st.Started = time.Now()
		for _, list := range [][]container{l.Init, l.Mains} {
			for _, c := range list {
				st.Containers = append(st.Containers, containerStatus{Name: c.Name, State: waiting})
			}
		}
	})
	s.run()
	return nil
}

// change changes the status, writes it, and tells the driver if there is one.
func (s *supervisor) change(f func(*status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.status)
	if err := writeJSON(filepath.Join(s.launch.Dir, statusFile), &s.status); err != nil {
		fmt.Fprintln(os.Stderr, "weft:", err)
	}
	s.notify.Write([]byte{'.'}) //nolint:errcheck // the driver may be gone
}

// writeJSON replaces a file in one step.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// end makes the Pod end. The first reason counts.
func (s *supervisor) end(why func(*status)) {
	s.stopOnce.Do(func() {
		s.mu.Lock()
		why(&s.status)
		s.mu.Unlock()
		close(s.stop)
	})
}

func (s *supervisor) stopping() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// deadlineMessage is what a kubelet says.
const deadlineMessage = "Pod was active on the node longer than the specified deadline"

func (s *supervisor) run() {
	if s.launch.Deadline > 0 {
		timer := time.AfterFunc(s.launch.Deadline, func() {
			s.end(func(st *status) { st.Deadline, st.Message = true, deadlineMessage })
		})
		defer timer.Stop()
	}
	if err := s.prepare(); err != nil {
		s.cannotStart(err)
	} else {
		s.containers()
	}
	s.stopSidecars()
	if s.launch.Mode == Plain {
		killOrphans()
	}
	if !s.launch.Keep {
		if err := s.cleanUp(); err != nil {
			fmt.Fprintln(os.Stderr, "weft:", err)
		}
	}
	s.change(func(st *status) { st.Ended, st.Finished = true, time.Now() })
}

// cannotStart says of every main container why it does not run.
func (s *supervisor) cannotStart(err error) {
	s.change(func(st *status) {
		for i := range st.Containers {
			st.Containers[i].Reason, st.Containers[i].Message = "CreateContainerError", err.Error()
		}
	})
}

// containers runs the init containers one after another and the main ones side
// by side.
func (s *supervisor) containers() {
	for i := range s.launch.Init {
		c := &s.launch.Init[i]
		if s.stopping() {
			return
		}
		if c.Sidecar {
			if !s.startSidecar(c) {
				return // the status of the container says it
			}
			continue
		}
		if code := s.start(c).wait(); code != 0 {
			return // the status of the container says it
		}
	}
	if s.stopping() {
		return
	}
	if s.launch.Mode == Plain {
		if err := s.moveMounts(); err != nil {
			s.cannotStart(err)
			return
		}
	}
	var mains []*runner
	for i := range s.launch.Mains {
		mains = append(mains, s.start(&s.launch.Mains[i]))
	}
	s.change(func(st *status) { st.Running = true })
	go s.watchReadiness()
	for _, r := range mains {
		r.wait()
	}
}

// startSidecar starts a sidecar and waits until it counts as started. It reports
// false when its command cannot be run.
func (s *supervisor) startSidecar(c *container) bool {
	r := s.start(c)
	if !r.waitStarted() {
		return s.stopping()
	}
	if c.Startup == nil {
		return true
	}
	select {
	case <-r.startedUp:
	case <-r.ended:
	case <-s.stop:
	}
	return true
}

func (s *supervisor) start(c *container) *runner {
	r := newRunner(s, c)
	s.mu.Lock()
	s.running[c.Name] = r
	s.mu.Unlock()
	go r.run()
	return r
}

// stopSidecars ends the sidecars in the opposite order of their start.
func (s *supervisor) stopSidecars() {
	for i := len(s.launch.Init) - 1; i >= 0; i-- {
		c := &s.launch.Init[i]
		s.mu.Lock()
		r := s.running[c.Name]
		s.mu.Unlock()
		if r != nil && c.Sidecar {
			r.end()
			r.wait()
		}
	}
}

// watchReadiness reports when every container is up, which is what a daemon is
// waited for.
func (s *supervisor) watchReadiness() {
	if !s.launch.Daemon {
		return
	}
	for {
		ready := true
		s.mu.Lock()
		for _, r := range s.running {
			if r.container.Sidecar || !s.isInit(r.container.Name) {
				ready = ready && r.isReady()
			}
		}
		over, was := s.status.Ended, s.status.Ready
		s.mu.Unlock()
		if over {
			return
		}
		if ready && !was {
			s.change(func(st *status) { st.Ready = true })
		}
		select {
		case <-s.stop:
			return
		case <-time.After(readinessPoll):
		}
	}
}

const readinessPoll = 20 * time.Millisecond

func (s *supervisor) isInit(name string) bool {
	for i := range s.launch.Init {
		if s.launch.Init[i].Name == name {
			return true
		}
	}
	return false
}

// prepare makes the folders that containers need.
func (s *supervisor) prepare() error {
	l := s.launch
	for _, dir := range []string{logsDir, volumesDir, messagesDir} {
		if err := os.MkdirAll(filepath.Join(l.Dir, dir), 0o755); err != nil {
			return err
		}
	}
	for _, v := range l.Volumes {
		if err := s.prepareVolume(v); err != nil {
			return fmt.Errorf("volume %q: %w", v.Name, err)
		}
	}
	if l.Mode == Plain {
		return s.linkMounts()
	}
	return nil
}

// dirOf is the folder of a volume on this machine.
func (l *launch) dirOf(name string) string {
	for _, v := range l.Volumes {
		if v.Name == name && v.Source != "" {
			return v.Source
		}
	}
	return filepath.Join(l.Dir, volumesDir, name)
}

func (s *supervisor) prepareVolume(v volume) error {
	dir := s.launch.dirOf(v.Name)
	if _, err := os.Stat(dir); err == nil {
		return nil // a claim that others use, too, or a path of the host
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	// Whoever the container runs as may write there, whatever the umask.
	if err := os.Chmod(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range v.Files {
		if err := root.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(f.Path, f.Data, os.FileMode(f.Mode).Perm()); err != nil {
			return err
		}
	}
	return nil
}

// podDirs are the folders of a Pod that go with it.
var podDirs = []string{volumesDir, rootsDir, messagesDir, homeDir}

// cleanUp removes what nobody looks at after the end: all but logs and status.
func (s *supervisor) cleanUp() error {
	var errs []error
	if s.launch.Mode == Plain {
		errs = append(errs, s.unlinkMounts())
	}
	for _, dir := range podDirs {
		errs = append(errs, removeAll(filepath.Join(s.launch.Dir, dir)))
	}
	return errors.Join(errs...)
}

// removeAll removes a folder whatever modes the containers have left.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700) //nolint:errcheck // what it is for is tried below
		}
		return nil
	})
	return errors.Join(err, os.RemoveAll(dir))
}
