package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

// A program that calls Isolated runs three times, one below the other:
//
//	outside  in the namespaces that it was started in; builds, waits, cleans up
//	init     process 1 of the new namespaces; prepares them, reaps, passes signals on
//	inside   does what was asked for
//
// The variable stage says which one a process is.
const (
	stage       = "WEFT_TESTENV_STAGE"
	stageInit   = "init"
	stageInside = "inside"

	cgroupVariable = "WEFT_TESTENV_CGROUP" // name of the cgroup of all that is isolated
	outerVariable  = "WEFT_TESTENV_INIT"   // process id of init, as seen from outside
)

// namespaces are all that keep a node apart from its machine. The cgroup
// namespace is missing: init enters it when it is where it belongs.
const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS

// passedOn are the signals that end a program, or ask what it does.
var passedOn = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// Isolated calls run where a node can run, and returns its exit code: in mount,
// process, network, IPC and cgroup namespaces of its own. Nothing in there
// reaches another machine, and when this program ends, however it ends, all that
// was started in there is gone. The file system is the machine's, except for
// /run, /var/lib and /var/log: what is written there vanishes. Two programs can
// be isolated beside each other.
//
// It starts this program anew, twice, so that it has to be called first of all,
// in tests from TestMain. It takes root. Given files are open in run as descriptors 3
// and following: a listener from outside can be reached from there.
func Isolated(run func() int, files ...*os.File) int {
	var code int
	var err error
	switch os.Getenv(stage) {
	case stageInside:
		return run()
	case stageInit:
		code, err = initialize()
	default:
		code, err = isolate(files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
		return 1
	}
	return code
}

// isInside says whether this process has namespaces of its own.
func isInside() bool { return os.Getenv(stage) == stageInside }

// Outside is the process, as the machine sees it, whose namespaces Isolated made:
// what nsenter takes.
func Outside() string { return os.Getenv(outerVariable) }

// isolate is what happens outside.
func isolate(files []*os.File) (int, error) {
	if missing := missingPieces(); len(missing) > 0 {
		return 0, errors.New("a node cannot run here:\n  - " + strings.Join(missing, "\n  - "))
	}
	programs, err := FindPrograms(os.Stderr)
	if err != nil {
		return 0, err
	}
	if err := programs.Build(context.Background(), true); err != nil { // inside is no network to get modules from
		return 0, err
	}
	if _, err := buildS3(context.Background(), os.Stderr); err != nil {
		return 0, err
	}
	group, err := newCgroup()
	if err != nil {
		return 0, err
	}
	defer group.remove()
	return again(stageInit, namespaces, files, cgroupVariable+"="+group.name)
}

// initialize is what process 1 of the namespaces does.
func initialize() (int, error) {
	// The cgroup namespace is this thread's, and with it that of what it starts.
	runtime.LockOSThread()
	outer, err := os.Readlink("/proc/self") // still the machine's
	if err != nil {
		return 0, err
	}
	hierarchies, err := enterCgroup(os.Getenv(cgroupVariable))
	if err != nil {
		return 0, fmt.Errorf("enter a cgroup: %w", err)
	}
	if err := mountAll(hierarchies); err != nil {
		return 0, err
	}
	if err := startNetwork(); err != nil {
		return 0, err
	}
	var files []*os.File
	for fd := uintptr(3); ; fd++ {
		if _, err := os.Stat(fmt.Sprintf("/proc/self/fd/%d", fd)); err != nil || !inherited(fd) {
			break
		}
		files = append(files, os.NewFile(fd, ""))
	}
	return again(stageInside, 0, files, outerVariable+"="+outer)
}

// inherited says whether a descriptor was open when this program started: what
// Go opens is closed for programs that it starts.
func inherited(fd uintptr) bool {
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0)
	return errno == 0 && flags&syscall.FD_CLOEXEC == 0
}

// again runs this program once more, as the given stage, and returns its exit
// code. Meanwhile it passes signals on and reaps what else became its child.
func again(as string, flags uintptr, files []*os.File, env ...string) (int, error) {
	runtime.LockOSThread() // the child dies with the thread that started it
	defer runtime.UnlockOSThread()
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(append(os.Environ(), stage+"="+as), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = files
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start in namespaces of its own: %w", err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // it may have ended already
		}
	}()
	return reap(cmd.Process.Pid)
}

// reap waits for a child, and for all others that end before it.
func reap(child int) (int, error) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case pid == child && status.Signaled():
			return 128 + int(status.Signal()), nil
		case pid == child:
			return status.ExitStatus(), nil
		}
	}
}

// needed are the programs that a node takes from the machine, and the packages
// of Debian that have them.
var needed = []struct{ program, pkg string }{
	{"containerd", "containerd"},
	{"ctr", "containerd"},
	{"containerd-shim-runc-v2", "containerd"},
	{"runc", "runc"},
	{"ip", "iproute2"},
	{"mount", "mount"},
}

// pluginFolders are where network plugins may be.
var pluginFolders = []string{"/usr/lib/cni", "/opt/cni/bin"}

// missingPieces says what keeps a node from running on this machine.
func missingPieces() []string {
	var missing []string
	if os.Geteuid() != 0 {
		missing = append(missing, "this program is not root: run it with sudo -E, or in a privileged container")
	}
	for _, n := range needed {
		if _, err := exec.LookPath(n.program); err != nil {
			missing = append(missing, fmt.Sprintf("there is no %s: apt-get install %s", n.program, n.pkg))
		}
	}
	if pluginFolder() == "" {
		missing = append(missing, fmt.Sprintf("there are no network plugins in %s: apt-get install containernetworking-plugins", strings.Join(pluginFolders, " or ")))
	}
	return missing
}

func pluginFolder() string {
	for _, dir := range pluginFolders {
		if _, err := os.Stat(dir + "/bridge"); err == nil {
			return dir
		}
	}
	return ""
}
