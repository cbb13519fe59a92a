package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/agent"
)

// containerAttributes start the first process of a container. It ends with its
// supervisor.
func containerAttributes(mode Mode) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if mode != Namespaces {
		return a
	}
	a.Cloneflags = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC
	return a
}

// asRoot lets a process be root among its own: that is who may make namespaces.
// Supervisors are started so, and containers inherit it.
func asRoot(a *syscall.SysProcAttr, mode Mode) *syscall.SysProcAttr {
	if mode == Namespaces && os.Geteuid() != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return a
}

// agentInRoot is where a container finds this program.
const (
	agentInRoot = "/weft-agent"
	oldRoot     = "/.weft-old"
)

// enterRoot gives this process a root of its own: the machine's, or that of an
// image, below a layer that takes what is written.
func enterRoot(t *task) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts private: %w", err)
	}
	base := filepath.Join(t.Launch.Dir, rootsDir, t.Container.Name)
	if err := os.RemoveAll(base); err != nil { // of a sidecar that starts again
		return err
	}
	b := rootBuilder{base: base, root: filepath.Join(base, "root")}
	if err := b.build(t.Container.ImageRoot); err != nil {
		return err
	}
	if err := os.MkdirAll(b.root+oldRoot, 0o700); err != nil {
		return err
	}
	if err := unix.PivotRoot(b.root, b.root+oldRoot); err != nil {
		return fmt.Errorf("change root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	// From here on a path is looked up as the container will, links included.
	if err := t.mountOwn(); err != nil {
		return err
	}
	if err := unix.Unmount(oldRoot, unix.MNT_DETACH); err != nil {
		return err
	}
	unix.Sethostname([]byte(t.Launch.Name)) //nolint:errcheck // a name is a courtesy
	return os.Remove(oldRoot)
}

// mountOwn mounts what is the container's: the agent, its volumes, the file for
// its message, and the artifact store.
func (t *task) mountOwn() error {
	c := t.Container
	if err := bindAt(oldRoot+t.Launch.Executable, agentInRoot, true); err != nil {
		return fmt.Errorf("agent: %w", err)
	}
	for _, m := range c.Mounts {
		if err := t.mountVolume(m); err != nil {
			return fmt.Errorf("volume %q at %q: %w", m.Volume, m.Path, err)
		}
	}
	message := filepath.Join(t.Launch.Dir, messagesDir, c.Name)
	if err := bindAt(oldRoot+message, c.Message, false); err != nil {
		return fmt.Errorf("termination message: %w", err)
	}
	if store := t.Launch.Store; store != "" {
		if err := bindAt(oldRoot+store, instructions.StoreDir, false); err != nil {
			return fmt.Errorf("artifact store: %w", err)
		}
	}
	return nil
}

// mountVolume mounts a volume, or what a path leads to in it. A path that is not
// there becomes a folder, as in Kubernetes.
func (t *task) mountVolume(m mount) error {
	dir := oldRoot + t.Launch.dirOf(m.Volume)
	if m.SubPath == "" {
		return bindAt(dir, m.Path, m.ReadOnly)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	f, err := root.Open(m.SubPath)
	if errors.Is(err, fs.ErrNotExist) {
		if err := root.MkdirAll(m.SubPath, 0o777); err != nil {
			return err
		}
		f, err = root.Open(m.SubPath)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return bindAt("/proc/self/fd/"+strconv.Itoa(int(f.Fd())), m.Path, m.ReadOnly)
}

// bindAt shows a file or folder at another path, which is made if need be.
func bindAt(source, target string, readOnly bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o777)
	} else if err = os.MkdirAll(filepath.Dir(target), 0o777); err == nil {
		var f *os.File
		if f, err = os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o666); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	if !readOnly {
		return nil
	}
	return unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|lockedFlags(target), "")
}

// lockedFlags are those of a mount that a user namespace may not take away.
func lockedFlags(target string) uintptr {
	var s unix.Statfs_t
	if unix.Statfs(target, &s) != nil {
		return 0
	}
	return uintptr(s.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME)
}

// execIn runs a command beside the first process of a container.
func execIn(ctx context.Context, pid int, env, command []string) error {
	done := make(chan error, 1)
	go func() {
		// Namespaces belong to threads. This one leaves the others of the process,
		// the command is started from it, and it ends with this goroutine, to which
		// it stays locked.
		runtime.LockOSThread()
		if err := enter(pid); err != nil {
			done <- err
			return
		}
		program, err := agent.LookPath(command[0], pathOf(env))
		if err != nil {
			done <- err
			return
		}
		cmd := exec.CommandContext(ctx, program, command[1:]...)
		cmd.Dir, cmd.Env, cmd.WaitDelay = "/", env, time.Second
		done <- cmd.Run()
	}()
	return <-done
}

// enter takes the thread into the namespaces of a process.
func enter(pid int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return err
	}
	for _, ns := range []struct {
		name string
		flag int
	}{{"pid", unix.CLONE_NEWPID}, {"uts", unix.CLONE_NEWUTS}, {"mnt", unix.CLONE_NEWNS}} {
		fd, err := unix.Open(fmt.Sprintf("/proc/%d/ns/%s", pid, ns.name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		err = unix.Setns(fd, ns.flag)
		unix.Close(fd) //nolint:errcheck // only read
		if err != nil {
			return fmt.Errorf("enter the container: %w", err)
		}
	}
	return nil
}

// pathOf is where an environment looks for programs.
func pathOf(env []string) string {
	path := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "PATH="); ok {
			path = value
		}
	}
	return path
}

// adoptOrphans makes this process the parent of what containers leave running.
func adoptOrphans() {
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) //nolint:errcheck // then they go to init, as elsewhere
}

// killOrphans ends what plain containers have left running.
func killOrphans() {
	for range 100 { // each round may make new orphans
		pids := children(os.Getpid())
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			unix.Kill(pid, unix.SIGKILL) //nolint:errcheck // it may just have ended
			unix.Wait4(pid, nil, 0, nil) //nolint:errcheck // or be collected already
		}
	}
}

// children are the processes whose parent is pid.
func children(pid int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name of the program, in parentheses, may hold anything.
		_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			pids = append(pids, child)
		}
	}
	return pids
}
