//go:build apiserver && linux

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// A terminal is weft with a person in front of it.
type terminal struct {
	*os.File
	cmd *exec.Cmd

	mu   sync.Mutex
	text strings.Builder
}

// openTerminal starts weft on a terminal of its own.
func openTerminal(t *testing.T, env []string, args ...string) *terminal {
	t.Helper()
	us, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var locked, number uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, us.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	them, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("weft", args...)
	cmd.Env = append(append(os.Environ(), "TERM=xterm"), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = them, them, them
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	them.Close()
	s := &terminal{File: us, cmd: cmd}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := us.Read(buffer)
			s.mu.Lock()
			s.text.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); us.Close() })
	return s
}

// shows waits until something is to be read, and forgets what is before it.
func (s *terminal) shows(t *testing.T, want string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		_, rest, found := strings.Cut(s.text.String(), want)
		if found {
			s.text.Reset()
			s.text.WriteString(rest)
		}
		s.mu.Unlock()
		if found {
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.Fatalf("the terminal never shows %q:\n%s", want, s.text.String())
}

func (s *terminal) types(t *testing.T, text string) {
	t.Helper()
	if _, err := s.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func (s *terminal) ends(t *testing.T, code int) {
	t.Helper()
	_ = s.cmd.Wait() // its exit code tells
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
}

const gate = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: gate}
spec:
  entrypoint: main
  templates: [{name: main, suspend: {}}]
`

// TestAPIServerInterrupt holds what Ctrl-C does to whoever drives a run, and to
// whoever follows it.
func TestAPIServerInterrupt(t *testing.T) {
	programs, err := testenv.FindPrograms(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := testenv.Start(context.Background(), programs, testenv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	dir := t.TempDir()
	file := filepath.Join(dir, "gate.yaml")
	if err := os.WriteFile(file, []byte(gate), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"KUBECONFIG=" + cluster.Kubeconfig}
	apply := exec.Command("weft", "apply", "--yes", "-n", "default", filepath.Join(repository, "docs/running-rbac.yaml"))
	apply.Env = append(os.Environ(), env...)
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, stop := playJobs(t, cluster.Kubeconfig, dir)
	t.Cleanup(stop)

	const interrupt = "\x03"
	for _, tt := range []struct {
		name, answer, says string
		code               int
	}{
		{"leave", "\n", "the run was left: its Pods go on, and nothing new starts until weft run --cluster --resume leave", Failure},
		{"twice", interrupt, "the run was left", Failure},
		{"stop", "stop\n", "stop failed in", Negative},
		{"unsure", "end\nt\n", "Stopped with strategy 'Terminate'", Negative},
		{"terminate", "t\n", "Stopped with strategy 'Terminate'", Negative},
		{"detach", "detach\n", "detach goes on in namespace default, driven by Pod weft-detach-", Good},
	} {
		s := openTerminal(t, env, "run", "--cluster", "--name", tt.name, file)
		s.shows(t, "ǁ")
		s.types(t, interrupt)
		s.shows(t, "[Leave/detach/stop/terminate]")
		s.types(t, tt.answer)
		s.shows(t, tt.says)
		s.ends(t, tt.code)
	}

	// Who follows a run leaves it as it is.
	s := openTerminal(t, env, "run", "--cluster", "--attach", "detach")
	s.shows(t, "ǁ")
	s.types(t, interrupt)
	s.shows(t, "left detach, which goes on; weft run --cluster --attach detach follows it again")
	s.ends(t, Failure)
	s = openTerminal(t, env, "run", "--cluster", "--attach", "detach")
	s.shows(t, "ǁ")
	resume := exec.Command("weft", "resume", "--cluster", "detach")
	resume.Env = append(os.Environ(), env...)
	if out, err := resume.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.shows(t, "detach succeeded in")
	s.ends(t, Good)

	// One that nobody drives is not followed, and one whose driver leaves not for ever.
	begun := time.Now()
	s = openTerminal(t, env, "run", "--cluster", "--attach", "leave")
	s.shows(t, "nobody drives leave: nothing new starts; go on with it by weft run --cluster --resume leave")
	s.ends(t, Failure)
	if took := time.Since(begun); took > attachAlone/2 {
		t.Errorf("that nobody drives the run is said after %s", took)
	}
	driver := openTerminal(t, env, "run", "--cluster", "--resume", "leave")
	driver.shows(t, "ǁ")
	s = openTerminal(t, env, "run", "--cluster", "--attach", "leave")
	s.shows(t, "ǁ")
	time.Sleep(attachCheck) // until it has seen the driver
	driver.types(t, interrupt)
	driver.shows(t, "[Leave/detach/stop/terminate]")
	driver.types(t, "\n")
	driver.ends(t, Failure)
	s.shows(t, "nobody drives leave any more; waiting 20s for somebody to go on with it")
	s.shows(t, "nobody drives leave any more; go on with it by weft run --cluster --resume leave")
	s.ends(t, Failure)
}
