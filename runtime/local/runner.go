//go:build unix

package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/weft-lang/weft/runtime/agent"
)

// runner runs one container, a sidecar over and over.
type runner struct {
	s         *supervisor
	container *container
	log       *logWriter

	mu     sync.Mutex
	pid    int  // of its first process while it runs
	hears  bool // the process takes signals
	ending bool

	started   chan struct{} // closed when its command runs
	startOnce sync.Once
	startedUp chan struct{} // closed when the startup probe has passed
	upOnce    sync.Once
	ready     atomic.Bool
	ended     chan struct{}
	code      int
}

func newRunner(s *supervisor, c *container) *runner {
	return &runner{s: s, container: c, started: make(chan struct{}), startedUp: make(chan struct{}), ended: make(chan struct{})}
}

func (r *runner) wait() int { <-r.ended; return r.code }

// waitStarted waits until the command runs, and reports false when it cannot.
func (r *runner) waitStarted() bool {
	select {
	case <-r.started:
	case <-r.ended:
	}
	return r.hasStarted()
}

func (r *runner) hasStarted() bool {
	select {
	case <-r.started:
		return true
	default:
		return false
	}
}

func (r *runner) isReady() bool { return r.ready.Load() }

// Waits between two starts of a sidecar, as a kubelet's but shorter.
const (
	firstBackOff = time.Second
	maxBackOff   = 30 * time.Second
)

func (r *runner) run() {
	defer close(r.ended)
	log, err := openLog(filepath.Join(r.s.launch.Dir, logsDir, r.container.Name+".log"))
	if err != nil {
		r.finish(agent.CodeNoCommand, "StartError", err.Error())
		return
	}
	r.log = log
	defer log.file.Close()
	go func() {
		select {
		case <-r.s.stop:
			r.end()
		case <-r.ended:
		}
	}()
	backOff := firstBackOff
	for {
		code, reason, message := r.once()
		r.ready.Store(false)
		// A sidecar that cannot be started now, on the machine of somebody who sits
		// before it, is not waited for until it can.
		if !r.container.Sidecar || r.isEnding() || !r.hasStarted() {
			r.finish(code, reason, message)
			return
		}
		r.set(func(c *containerStatus) { c.Code, c.Reason, c.Message = code, reason, message })
		if r.pause(backOff) {
			r.finish(code, reason, message)
			return
		}
		backOff = min(2*backOff, maxBackOff)
	}
}

// pause waits before a sidecar starts again, and reports whether it is not to.
func (r *runner) pause(d time.Duration) bool {
	for deadline := time.Now().Add(d); time.Now().Before(deadline); time.Sleep(readinessPoll) {
		if r.isEnding() {
			return true
		}
	}
	return r.isEnding()
}

func (r *runner) set(f func(*containerStatus)) {
	r.s.change(func(st *status) {
		for i := range st.Containers {
			if st.Containers[i].Name == r.container.Name {
				f(&st.Containers[i])
			}
		}
	})
}

func (r *runner) finish(code int, reason, message string) {
	r.code = code
	r.set(func(c *containerStatus) {
		c.State, c.Code, c.Reason, c.Message, c.Finished = ended, code, reason, message, time.Now()
	})
}

// task is what the process of a container is told.
type task struct {
	Launch    *launch
	Container *container
}

// once runs the container from start to end.
func (r *runner) once() (code int, reason, message string) {
	failed := func(err error) (int, string, string) { return agent.CodeNoCommand, "StartError", err.Error() }
	if err := os.WriteFile(r.messageFile(), nil, 0o666); err != nil {
		return failed(err)
	}
	if err := os.Chmod(r.messageFile(), 0o666); err != nil {
		return failed(err)
	}
	p, err := r.spawn()
	if err != nil {
		return failed(err)
	}
	problem := p.awaitStart()
	r.mu.Lock()
	r.hears = true
	if r.ending {
		syscall.Kill(r.pid, syscall.SIGTERM) //nolint:errcheck // it may be over
	}
	r.mu.Unlock()
	if problem == "" {
		r.set(func(c *containerStatus) { c.State = running })
		r.startOnce.Do(func() { close(r.started) })
	}
	over := make(chan struct{})
	if problem == "" {
		go r.probe(over)
	}
	code = p.wait()
	close(over)
	// A container ends with its first process. With namespaces the kernel sees to
	// that; a group of processes is told.
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) //nolint:errcheck // mostly there is none left
	r.mu.Lock()
	r.pid, r.hears = 0, false
	r.mu.Unlock()
	p.closeOutput()
	if problem != "" && code == agent.CodeNoCommand {
		return code, "StartError", problem
	}
	reason = "Completed"
	if code != 0 {
		reason = "Error"
	}
	return code, reason, r.readMessage(code)
}

func (r *runner) messageFile() string {
	return filepath.Join(r.s.launch.Dir, messagesDir, r.container.Name)
}

// Limits of Kubernetes.
const (
	maxMessage    = 4096
	maxLogMessage = 2048
)

func (r *runner) readMessage(code int) string {
	f, err := os.Open(r.messageFile())
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxMessage))
	if err == nil && len(text) == 0 && code != 0 && r.container.MessageFromLog {
		text = tailOf(r.log.file.Name())
	}
	return strings.ToValidUTF8(string(text), "")
}

// tailOf is the end of what a container wrote.
func tailOf(log string) []byte {
	f, err := os.Open(log)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 4*maxLogMessage {
		f.Seek(-4*maxLogMessage, io.SeekEnd) //nolint:errcheck // then it is read from the start
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	var text []byte
	for line := range strings.Lines(string(raw)) {
		if l, ok := ParseLine(strings.TrimSuffix(line, "\n")); ok {
			text = append(append(text, l.Text...), '\n')
		}
	}
	return text[max(0, len(text)-maxLogMessage):]
}

// child is the first process of a container.
type child struct {
	cmd     *exec.Cmd
	ended   chan int
	state   *os.File // from which it says how its start went
	outputs []*os.File
	copying sync.WaitGroup
}

// spawn starts the process of the container: this program once more, which
// makes itself at home and then runs the command.
func (r *runner) spawn() (*child, error) {
	p := &child{ended: make(chan int, 1)}
	var theirs []*os.File
	pipe := func() (*os.File, *os.File, error) {
		read, write, err := os.Pipe()
		if err == nil {
			theirs = append(theirs, write)
		}
		return read, write, err
	}
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	outRead, outWrite, err := pipe()
	if err != nil {
		return nil, err
	}
	errRead, errWrite, err := pipe()
	if err != nil {
		return nil, err
	}
	stateRead, stateWrite, err := pipe()
	if err != nil {
		return nil, err
	}
	taskText, err := json.Marshal(task{r.s.launch, r.container})
	if err != nil {
		return nil, err
	}
	p.state, p.outputs = stateRead, []*os.File{outRead, errRead}
	p.cmd = exec.Command(r.s.launch.Executable, containerCommand, r.container.Name)
	p.cmd.Stdin = strings.NewReader(string(taskText))
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.ExtraFiles = outWrite, errWrite, []*os.File{stateWrite}
	p.cmd.Env = r.container.Env
	p.cmd.SysProcAttr = containerAttributes(r.s.launch.Mode)
	started := make(chan error, 1)
	go p.own(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start container: %w", err)
	}
	r.mu.Lock()
	r.pid = p.cmd.Process.Pid
	r.mu.Unlock()
	for i, stream := range []string{"stdout", "stderr"} {
		p.copying.Go(func() { r.log.copy(stream, p.outputs[i]) })
	}
	return p, nil
}

// own starts the process and waits for it on one thread: the kernel ends the
// process when the thread that started it ends.
func (p *child) own(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = p.cmd.Wait()
	var exit *exec.ExitError
	code := 0
	if errors.As(err, &exit) {
		status := exit.Sys().(syscall.WaitStatus)
		code = status.ExitStatus()
		if status.Signaled() {
			code = 128 + int(status.Signal())
		}
	} else if err != nil {
		code = agent.CodeNoCommand
	}
	p.ended <- code
}

// awaitStart waits until the command runs. It returns why it cannot, or "".
func (p *child) awaitStart() string {
	defer p.state.Close()
	text, err := io.ReadAll(p.state)
	switch {
	case err != nil:
		return err.Error()
	case string(text) == startedWord:
		return ""
	case len(text) == 0:
		return "" // it was ended before it could say anything
	}
	return string(text)
}

func (p *child) wait() int { return <-p.ended }

// afterEnd is how long output is read that is still on its way.
const afterEnd = 2 * time.Second

func (p *child) closeOutput() {
	for _, f := range p.outputs {
		f.SetReadDeadline(time.Now().Add(afterEnd)) //nolint:errcheck // then it ends with the pipe
	}
	p.copying.Wait()
	for _, f := range p.outputs {
		f.Close()
	}
}

func (r *runner) isEnding() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ending
}

// end asks the container to end, and after its grace makes it.
func (r *runner) end() {
	r.mu.Lock()
	was := r.ending
	r.ending = true
	if !was && r.hears {
		syscall.Kill(r.pid, syscall.SIGTERM) //nolint:errcheck // it may just have ended
	}
	r.mu.Unlock()
	if was {
		return
	}
	time.AfterFunc(r.s.launch.Grace, r.kill)
}

// kill ends the container and all its processes at once.
func (r *runner) kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pid == 0 {
		return
	}
	// Its first process leads a group; with namespaces, all others end with it.
	syscall.Kill(-r.pid, syscall.SIGKILL) //nolint:errcheck // it may just have ended
	syscall.Kill(r.pid, syscall.SIGKILL)  //nolint:errcheck
}
