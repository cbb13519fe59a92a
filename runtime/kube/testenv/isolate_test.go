//go:build e2e && linux

package testenv

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// guest is set for a program that is to start a node of its own.
const guest = "TESTENV_GUEST"

// TestNodesBesideEachOther runs two nodes at once, each in a program of its own,
// ends one and kills the other, and holds that nothing is left of them.
func TestNodesBesideEachOther(t *testing.T) {
	if os.Getenv(guest) != "" {
		beGuest(t)
		return
	}
	files := systemFiles(t)
	mounts, links, processes := read(t, "/proc/self/mountinfo"), linkNames(t), processIDs(t)
	first, second := startGuest(t), startGuest(t)
	for _, g := range []*guestProgram{first, second} {
		g.waitFor(t, "a Pod has run")
	}
	groups := cgroupFolders(t)
	if len(groups) == 0 {
		t.Error("the nodes have no cgroups of their own, so that this test would see none that is left")
	}
	if err := first.cmd.Process.Kill(); err != nil { // without warning
		t.Fatal(err)
	}
	_ = first.cmd.Wait()                         // it was killed
	if err := second.stdin.Close(); err != nil { // it may go
		t.Fatal(err)
	}
	if err := second.cmd.Wait(); err != nil {
		t.Errorf("a node that is stopped ends with %v", err)
	}
	for deadline := time.Now().Add(30 * time.Second); !slices.Equal(processIDs(t), processes); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("processes were %v and are %v", processes, processIDs(t))
		}
	}
	for mount := range strings.Lines(read(t, "/proc/self/mountinfo")) {
		if !strings.Contains(mounts, mount) { // one that is gone was somebody else's
			t.Errorf("a mount is left: %s", mount)
		}
	}
	if now := linkNames(t); now != links {
		t.Errorf("links were %s and are %s", links, now)
	}
	if now := systemFiles(t); !slices.Equal(now, files) {
		t.Errorf("files were %v and are %v", files, now)
	}
	if _, err := newCgroup(); err != nil { // removes what the killed one could not
		t.Fatal(err)
	}
	if left := cgroupFolders(t); len(left) > 0 {
		t.Errorf("cgroups are left: %v", left)
	}
}

// TestNodeStops holds that a node that is stopped leaves no process, mount, link
// or cgroup, and that another can start in its place.
func TestNodeStops(t *testing.T) {
	mounts, processes := read(t, "/proc/self/mountinfo"), processIDs(t)
	var links string
	for range 2 {
		t.Run("node", func(t *testing.T) {
			n := startNode(t)
			if links == "" {
				links = linkNames(t)
			}
			n.create(t, "sleeper", "sleep 1000")
			n.await(t, "sleeper", corev1.PodRunning)
			if linkNames(t) == links {
				t.Error("a Pod that runs has no link, so that this test would see none that is left")
			}
			n.Stop()
		})
		for deadline := time.Now().Add(30 * time.Second); !slices.Equal(processIDs(t), processes) || linkNames(t) != links; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("processes were %v and are %v; links were %s and are %s", processes, processIDs(t), links, linkNames(t))
			}
		}
		for mount := range strings.Lines(read(t, "/proc/self/mountinfo")) {
			if !strings.Contains(mounts, mount) {
				t.Errorf("a mount is left: %s", mount)
			}
		}
		for _, dir := range podCgroups() {
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("a cgroup is left: %s", dir)
			}
		}
	}
}

// linkNames are those of the network links.
func linkNames(t *testing.T) string {
	t.Helper()
	var names []string
	for line := range strings.Lines(read(t, "/proc/net/dev")) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// beGuest runs a Pod and waits until its standard input ends.
func beGuest(t *testing.T) {
	n := startNode(t)
	n.run(t, "guest", "true")
	os.Stdout.WriteString("a Pod has run\n")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Fatal(err)
	}
}

type guestProgram struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout *bufio.Scanner
}

// startGuest runs this test once more, isolated from this program.
func startGuest(t *testing.T) *guestProgram {
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), stage+"=", guest+"=1")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &guestProgram{cmd: cmd, stdin: stdin, stdout: bufio.NewScanner(stdout)}
}

func (g *guestProgram) waitFor(t *testing.T, line string) {
	t.Helper()
	var printed strings.Builder
	for g.stdout.Scan() {
		if g.stdout.Text() == line {
			return
		}
		printed.WriteString(g.stdout.Text() + "\n")
	}
	t.Fatalf("a program did not say %q, but:\n%s", line, &printed)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// systemFiles are those of the folders that servers write to.
func systemFiles(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, dir := range []string{"/run", "/var/lib", "/var/log", "/etc", "/opt", "/usr/libexec"} {
		entries, err := filepath.Glob(dir + "/*")
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, entries...)
	}
	return found
}

// processIDs are those of all processes of this namespace.
func processIDs(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// cgroupFolders are those that were made for programs below this one.
func cgroupFolders(t *testing.T) []string {
	t.Helper()
	hierarchies, err := findHierarchies()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, h := range hierarchies {
		dirs, err := filepath.Glob(filepath.Join(h.parent, cgroupPrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, dirs...)
	}
	return found
}
