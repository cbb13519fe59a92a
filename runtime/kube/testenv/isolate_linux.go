package testenv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
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
	doorVariable   = "WEFT_TESTENV_DOOR"   // set when there is a listener
)

// doorDescriptor is the first that a program passes on besides the standard ones.
const doorDescriptor = 3

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
// in tests from TestMain. It takes root.
func Isolated(run func() int) int {
	return isolated("", func(net.Listener) int { return run() })
}

// IsolatedBehind is Isolated with one way in: run gets what listens at an address
// outside.
func IsolatedBehind(address string, run func(net.Listener) int) int { return isolated(address, run) }

func isolated(address string, run func(net.Listener) int) int {
	var code int
	var err error
	switch os.Getenv(stage) {
	case stageInside:
		var door net.Listener
		if door, err = inheritedDoor(); err == nil {
			return run(door)
		}
	case stageInit:
		code, err = initialize()
	default:
		code, err = isolate(address)
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
func isolate(address string) (int, error) {
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
	files, env, err := openDoor(address)
	if err != nil {
		return 0, err
	}
	return again(stageInit, namespaces, files, append(env, cgroupVariable+"="+group.name)...)
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
	if os.Getenv(doorVariable) != "" {
		files = append(files, os.NewFile(doorDescriptor, "door"))
	}
	return again(stageInside, 0, files, outerVariable+"="+outer)
}

// openDoor listens outside. A listener stays in the network namespace that it was
// made in, whoever holds it.
func openDoor(address string) (files []*os.File, env []string, err error) {
	if address == "" {
		return nil, []string{doorVariable + "="}, nil // this program may be inside another
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close() // the file is another descriptor of the same
	file, err := l.(*net.TCPListener).File()
	return []*os.File{file}, []string{doorVariable + "=1"}, err
}

func inheritedDoor() (net.Listener, error) {
	if os.Getenv(doorVariable) == "" {
		return nil, nil
	}
	file := os.NewFile(doorDescriptor, "door")
	defer file.Close()
	return net.FileListener(file)
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
	{"mount", "mount"}, // the kubelet calls it
}

// pluginFolders are where network plugins may be.
var pluginFolders = []string{"/usr/lib/cni", "/opt/cni/bin"}

// missingPieces says what keeps a node from running on this machine.
func missingPieces() []string {
	var missing, programs, packages []string
	if os.Geteuid() != 0 {
		missing = append(missing, "this program is not root: run it with sudo -E, or in a privileged container")
	}
	for _, n := range needed {
		if _, err := exec.LookPath(n.program); err != nil {
			programs, packages = append(programs, n.program), append(packages, n.pkg)
		}
	}
	if pluginFolder() == "" {
		programs, packages = append(programs, "network plugins in "+strings.Join(pluginFolders, " or ")), append(packages, "containernetworking-plugins")
	}
	if len(programs) > 0 {
		missing = append(missing, fmt.Sprintf("these are not here: %s; on Debian: apt-get install %s", strings.Join(programs, ", "), strings.Join(slices.Compact(packages), " ")))
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
