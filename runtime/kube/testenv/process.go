//go:build linux || darwin

package testenv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// A process is a server that was started.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
}

// startProcess runs a program, its output in the file log. The kernel ends it
// when this program ends: it watches the thread that started it, so that thread
// stays and waits.
func startProcess(program string, args []string, log string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // it may have run before
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = ownGroup()
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer out.Close()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // it is killed in the end, which is no success
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// starting is how long a server may take until it answers.
const starting = 3 * time.Minute

// await waits until answers says that the process is there.
func (p *process) await(ctx context.Context, name string, answers func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, starting)
	defer cancel()
	for !answers(ctx) {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended instead of starting:\n%s", name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w\n%s", name, ctx.Err(), p.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// kill ends the process and waits for it: an API server that is asked kindly
// takes over a minute.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// tail is the end of what the process printed.
func (p *process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
