//go:build unix

package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/agent"
)

// asAgent makes this binary the agent, in a process of its own.
const asAgent = "WEFT_TEST_AGENT"

func TestMain(m *testing.M) {
	if home := os.Getenv(asAgent); home != "" {
		os.Exit(agent.Main(context.Background(), os.Args[1:], agent.Options{
			Home: home, MessageFile: filepath.Join(home, "message"), Stdin: os.Stdin,
		}))
	}
	os.Exit(m.Run())
}

// process is the agent in a process of its own, in the bench's folders.
func (b *bench) process(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asAgent+"="+b.home)
	c.Stdout, c.Stderr = b.opts.Stdout, b.opts.Stderr
	return c
}

// TestOutputsThatAreNoFiles does not wait for what never comes.
func TestOutputsThatAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	tell := main(instructions.Process{Parameters: []instructions.Parameter{{Name: "pipe", Path: at("pipe")}, {Name: "zero", Path: at("zero")}}})
	for _, kind := range []string{"tar", "none"} {
		tell.Save = append(tell.Save, instructions.Save{
			Name: kind, Container: "main", By: "main", Path: at("pipe"), Location: json.RawMessage(`{"folder": {"key": "a"}}`),
			Archive: json.RawMessage(fmt.Sprintf(`{%q: {}}`, kind)),
		})
	}
	b := newBench(t, tell)
	ended := make(chan int, 1)
	go func() {
		ended <- b.run("run", "main", "--", "sh", "-c", "cd "+dir+"; mkfifo pipe; ln -s /dev/zero zero")
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for a pipe that nobody writes to")
	}
	r := b.record()
	for _, want := range []string{`output parameter "pipe"`, `output parameter "zero"`, `output artifact "tar"`, `output artifact "none"`} {
		if !strings.Contains(r.Error, want) {
			t.Errorf("nothing about the %s in %q", want, r.Error)
		}
	}
	if strings.Count(r.Error, "neither a file nor a folder") != 2 || strings.Count(r.Error, "is no file") != 2 || len(r.Artifacts) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestLockThatIsAPipe: what a container puts in the place of its lock ends the wait
// for it, and does not make it longer.
func TestLockThatIsAPipe(t *testing.T) {
	tell := main(instructions.Process{})
	tell.Save = []instructions.Save{{Name: "a", Container: "main", By: "weft-save", Path: "/a", Location: json.RawMessage(`{"folder": {"key": "a"}}`)}}
	b := newBench(t, tell)
	if err := syscall.Mkfifo(filepath.Join(b.home, "exchange", "main.json.lock"), 0o666); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() { ended <- b.run("save") }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for a pipe that nobody writes to")
	}
	if r := b.record(); !strings.Contains(r.Error, "ended without a word") {
		t.Errorf("%+v", r)
	}
}

// TestOutcomeThatIsAPipe ends although the command put a pipe where its outcome is
// to be written.
func TestOutcomeThatIsAPipe(t *testing.T) {
	b := newBench(t, main(instructions.Process{Announce: true}))
	at := filepath.Join(b.home, "exchange", "main.json")
	ended := make(chan int, 1)
	go func() { ended <- b.run("run", "main", "--", "mkfifo", at, at+".part") }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for a pipe that nobody reads from")
	}
	if text := b.read("exchange/main.json"); text != `{"code":0}` {
		t.Errorf("the outcome is %q", text)
	}
}

// TestSlowReader keeps what a command wrote last when whoever reads the output
// stalls for longer than the agent waits for stragglers.
func TestSlowReader(t *testing.T) {
	b := newBench(t, main(instructions.Process{Result: true}))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	b.opts.Stdout = w
	const size = (64 + 32 + 50) << 10 // more than one pipe holds, and what is copied at once
	text := filepath.Join(b.home, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("0123456789abcdef"), size/16), 0o666); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		ended <- b.run("run", "main", "--", "cat", text)
		w.Close()
	}()
	time.Sleep(1500 * time.Millisecond)
	seen, err := io.ReadAll(r)
	if code := <-ended; code != 0 || err != nil {
		t.Fatal(code, err)
	}
	result := b.recordFrom(string(seen)).Result
	if result == nil || len(*result) != size || len(seen) < size {
		t.Errorf("the result has %d bytes, the log %d, and there were %d", len(*result), len(seen), size)
	}
}

// TestNobodyReads keeps the outputs of a step whose log is cut off.
func TestNobodyReads(t *testing.T) {
	b := newBench(t, main(instructions.Process{Result: true}))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := b.process("run", "main", "--", "sh", "-c", "echo one; sleep 0.3; echo two; exit 3")
	c.Stdout = w
	r.Close()
	c.Run() //nolint:errcheck // its code is looked at
	w.Close()
	if code := c.ProcessState.ExitCode(); code != 3 {
		t.Fatalf("%v", c.ProcessState)
	}
	if got := *b.record().Result; got != "one\ntwo" {
		t.Errorf("result %q", got)
	}
}

// TestStragglers cannot write over the record, nor between its lines in the log.
func TestStragglers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may make this process the first one of a container")
	}
	large := filepath.Join(t.TempDir(), "large")
	b := newBench(t, main(instructions.Process{Parameters: []instructions.Parameter{{Name: "large", Path: large}}}))
	c := b.process("run", "main", "--", "sh", "-c", fmt.Sprintf(
		`head -c 60000 /dev/urandom | base64 -w0 > %s
		for i in 1 2 3 4; do (while :; do printf forged > %s; printf noise; done) & done; sleep 0.3`, large, b.opts.MessageFile))
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if r := b.record(); len(r.Parameters) != 1 || len(r.Parameters[0].Value) != 80000 {
		t.Errorf("%d parameters", len(r.Parameters))
	}
}

// TestStdin is that of the container.
func TestStdin(t *testing.T) {
	b := newBench(t, main(instructions.Process{Result: true}))
	c := b.process("run", "main", "--", "cat")
	c.Stdin = strings.NewReader("said")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if got := *b.record().Result; got != "said" {
		t.Errorf("result %q", got)
	}
}
