//go:build unix

package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// forwarded are the signals that go on to the user's command.
var forwarded = []os.Signal{
	syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGCONT,
}

func listen() (signals <-chan os.Signal, stop func()) {
	// Somebody who does not read our output any more must not end us.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	c := make(chan os.Signal, 16)
	signal.Notify(c, forwarded...)
	return c, func() { signal.Stop(c) }
}

// endingCode is the code of a process that a signal ends.
func endingCode(s os.Signal) (code int, ends bool) {
	switch s {
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT:
		return 128 + int(s.(syscall.Signal)), true
	}
	return 0, false
}

// hold waits until somebody ends the container. What the command left running
// still finds an end meanwhile.
func hold(signals <-chan os.Signal) {
	if os.Getpid() == 1 {
		go collect()
	}
	for s := range signals {
		if _, ends := endingCode(s); ends {
			return
		}
	}
}

// collect collects orphans that end.
func collect() {
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); errors.Is(err, syscall.ECHILD) {
			time.Sleep(time.Second) // there are none now
		}
	}
}

// endOthers ends what the command left running, if that is ours to decide: it
// could write over the record, or into the middle of it where it is in the log.
func endOthers() {
	if os.Getpid() == 1 {
		syscall.Kill(-1, syscall.SIGKILL) //nolint:errcheck // there may be none
	}
}

// openAtOnce opens a file for reading, and does not wait for somebody to write
// to it.
func openAtOnce(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

type process struct{ pid int }

// start starts a command that is found in the PATH of its own environment.
func start(command, env []string, stdin, stdout, stderr *os.File) (*process, error) {
	if env == nil {
		env = os.Environ()
	}
	program, err := find(command[0], env)
	if err != nil {
		return nil, err
	}
	if stdin == nil {
		if stdin, err = os.Open(os.DevNull); err != nil {
			return nil, err
		}
		defer stdin.Close()
	}
	// Where the kernel can end the command with the agent, it goes by the thread
	// that started it. wait lets go of the thread.
	runtime.LockOSThread()
	p, err := os.StartProcess(program, command, &os.ProcAttr{Env: env, Files: []*os.File{stdin, stdout, stderr}, Sys: dieWithParent()})
	if err != nil {
		runtime.UnlockOSThread()
		return nil, explain(command[0], err)
	}
	pid := p.Pid
	return &process{pid}, p.Release() // wait collects whatever child ends
}

// explain names the command, and the reason without the name of a system call.
func explain(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	if errors.Is(err, syscall.ENOENT) {
		// The file is there: what cannot be found is the program that reads it.
		return fmt.Errorf("run %q: the interpreter that it names, or its dynamic loader, is not there", name)
	}
	return fmt.Errorf("run %q: %w", name, err)
}

// wait waits for the end of the process. The first process of a container also
// collects orphans that end meanwhile, since nobody else does.
func (p *process) wait(signals <-chan os.Signal) (code int, signalled bool) {
	defer runtime.UnlockOSThread()
	ended := make(chan int, 1)
	which := p.pid
	if os.Getpid() == 1 {
		which = -1
	}
	go func() {
		for {
			var status syscall.WaitStatus
			pid, err := syscall.Wait4(which, &status, 0, nil)
			switch {
			case errors.Is(err, syscall.EINTR):
			case err != nil:
				ended <- codeFailed // somebody else has collected it
				return
			case pid == p.pid && status.Signaled():
				ended <- 128 + int(status.Signal())
				return
			case pid == p.pid && status.Exited():
				ended <- status.ExitStatus()
				return
			}
		}
	}()
	for {
		select {
		case code := <-ended:
			return code, signalled
		case s := <-signals:
			if _, ends := endingCode(s); ends {
				signalled = true
			}
			syscall.Kill(p.pid, s.(syscall.Signal)) //nolint:errcheck // it may just have ended
		}
	}
}

// find looks a command up in the PATH that it will have itself.
func find(name string, env []string) (string, error) {
	path := ""
	for _, e := range env {
		if len(e) > 5 && e[:5] == "PATH=" {
			path = e[5:]
		}
	}
	program, err := LookPath(name, path)
	if err != nil {
		return "", &exec.Error{Name: name, Err: err}
	}
	return program, nil
}

// lockFile marks a file as long as this process lives.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// isUnlocked reports whether a file is there that nobody has locked any more.
func isUnlocked(path string) bool {
	f, err := openAtOnce(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}
