//go:build unix

package agent_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/agent"
	"github.com/weft-lang/weft/runtime/record"
)

// bench is a Pod's folders without the Pod.
type bench struct {
	t    *testing.T
	home string
	opts agent.Options
}

func newBench(t *testing.T, tell instructions.Instructions) *bench {
	t.Helper()
	b := &bench{t: t, home: t.TempDir()}
	for _, dir := range []string{"instructions", "agent", "exchange"} {
		if err := os.Mkdir(filepath.Join(b.home, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if tell.Version == 0 {
		tell.Version = instructions.Version
	}
	if tell.Limit == 0 {
		tell.Limit = 4000
	}
	b.tell(tell)
	b.opts = agent.Options{Home: b.home, MessageFile: filepath.Join(b.home, "message")}
	for name, file := range map[string]**os.File{"stdout": &b.opts.Stdout, "stderr": &b.opts.Stderr} {
		f, err := os.Create(filepath.Join(b.home, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		*file = f
	}
	return b
}

func (b *bench) tell(tell instructions.Instructions) {
	b.write(filepath.Join("instructions", instructions.Key), tell.Encode())
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.home, name), []byte(text), 0o666); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) run(args ...string) int { return agent.Main(context.Background(), args, b.opts) }

func (b *bench) read(name string) string {
	text, err := os.ReadFile(filepath.Join(b.home, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		b.t.Fatal(err)
	}
	return string(text)
}

func (b *bench) record() *record.Record {
	b.t.Helper()
	return b.recordFrom(b.read("stdout"))
}

// recordFrom is the record, or what is in the log of one that is too large.
func (b *bench) recordFrom(log string) *record.Record {
	b.t.Helper()
	r, err := record.Decode(b.read("message"), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(log)), nil
	})
	if err != nil {
		b.t.Fatalf("%v in %q", err, b.read("message"))
	}
	return r
}

func main(p instructions.Process) instructions.Instructions {
	p.Container = "main"
	return instructions.Instructions{Processes: []instructions.Process{p}}
}

func TestMisuse(t *testing.T) {
	plain := instructions.Instructions{}
	for _, test := range []struct {
		tell instructions.Instructions
		args []string
		want string
	}{
		{plain, nil, "no command"},
		{plain, []string{"dance"}, `does not know the command "dance"`},
		{instructions.Instructions{Version: 99}, []string{"stage"}, "these are of version 99"},
		{plain, []string{"run", "main"}, "run takes"},
		{plain, []string{"run", "main", "--", "true"}, `no instructions for container "main"`},
	} {
		b := newBench(t, test.tell)
		if code := b.run(test.args...); code != 64 || !strings.Contains(b.read("stderr"), test.want) || !strings.Contains(b.read("message"), test.want) {
			t.Errorf("%q: %d %q", test.args, code, b.read("stderr"))
		}
	}
}

func TestStage(t *testing.T) {
	script := "#!/bin/sh\necho hi\n"
	b := newBench(t, instructions.Instructions{Script: &script})
	if code := b.run("stage"); code != 0 {
		t.Fatal(b.read("stderr"))
	}
	if b.read("agent/script") != script {
		t.Error("the script is another")
	}
	for _, name := range []string{"script", "weft-agent"} {
		if info, err := os.Stat(filepath.Join(b.home, "agent", name)); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

// TestResult keeps the end of what is written, and one newline less.
func TestResult(t *testing.T) {
	const most = 256 << 10
	for _, size := range []int{0, 1, most - 1, most, most + 1, 3*most + 17} {
		for _, newlines := range []int{0, 1, 2} {
			b := newBench(t, main(instructions.Process{Result: true}))
			text := make([]byte, size)
			for i := range text {
				text[i] = "abcdefghij"[i%10]
			}
			text = append(text, bytes.Repeat([]byte{'\n'}, newlines)...)
			file := filepath.Join(b.home, "text")
			if err := os.WriteFile(file, text, 0o666); err != nil {
				t.Fatal(err)
			}
			if code := b.run("run", "main", "--", "cat", file); code != 0 {
				t.Fatal(b.read("stderr"))
			}
			want := strings.TrimSuffix(string(text), "\n")
			want = want[max(0, len(want)-most):]
			if got := *b.record().Result; got != want {
				t.Errorf("%d bytes and %d newlines: %d bytes, want %d", size, newlines, len(got), len(want))
			}
			if !strings.HasPrefix(b.read("stdout"), string(text)) {
				t.Error("the output was not passed on")
			}
		}
	}
}

func TestParameters(t *testing.T) {
	dir := t.TempDir()
	none := "none"
	at := func(name string) string { return filepath.Join(dir, name) }
	b := newBench(t, main(instructions.Process{Parameters: []instructions.Parameter{
		{Name: "a", Path: at("a")}, {Name: "b", Path: at("b"), Default: &none}, {Name: "c", Path: at("c")}, {Name: "d", Path: at("d")},
	}}))
	code := b.run("run", "main", "--", "sh", "-c", fmt.Sprintf("cd %s; printf 'x\n\n' > a; head -c 2000000 /dev/zero > d; printf bye > %s", dir, b.opts.MessageFile))
	r := b.record()
	if code != 0 || r.Message != "bye" || fmt.Sprint(r.Parameters) != "[{a x\n} {b none}]" {
		t.Errorf("%d %+v", code, r)
	}
	want := fmt.Sprintf("output parameter \"c\": there is no file %q; output parameter \"d\": %q has 2000000 bytes, and a parameter at most 1048576; pass large data as an artifact", at("c"), at("d"))
	if r.Error != want {
		t.Errorf("%q", r.Error)
	}
}

// TestTooLarge says so instead of leaving no record.
func TestTooLarge(t *testing.T) {
	dir := t.TempDir()
	var parameters []instructions.Parameter
	for i := range 3 {
		parameters = append(parameters, instructions.Parameter{Name: fmt.Sprint(i), Path: filepath.Join(dir, fmt.Sprint(i))})
	}
	b := newBench(t, main(instructions.Process{Parameters: parameters}))
	b.run("run", "main", "--", "sh", "-c", "cd "+dir+"; for i in 0 1 2; do head -c 700000 /dev/urandom | base64 -w0 > $i; done")
	if r := b.record(); len(r.Parameters) != 0 || !strings.Contains(r.Error, "pass large data as an artifact") {
		t.Errorf("%d parameters, %q", len(r.Parameters), r.Error)
	}
}

func TestCodes(t *testing.T) {
	for _, test := range []struct {
		command []string
		code    int
		message string
	}{
		{[]string{"sh", "-c", "exit 7"}, 7, ""},
		{[]string{"sh", "-c", "kill -TERM $$"}, 143, ""},
		{[]string{"no-such-program"}, 64, `exec: "no-such-program": executable file not found in $PATH`},
		{[]string{"/"}, 64, `exec: "/": permission denied`},
	} {
		b := newBench(t, main(instructions.Process{Result: true}))
		code := b.run(append([]string{"run", "main", "--"}, test.command...)...)
		if code != test.code || b.record().Message != test.message {
			t.Errorf("%q: %d %q", test.command, code, b.record().Message)
		}
	}
}

// TestLongMessage keeps no part of a character at its end.
func TestLongMessage(t *testing.T) {
	b := newBench(t, main(instructions.Process{Result: true}))
	b.write("text", "x"+strings.Repeat("é", 4000))
	b.run("run", "main", "--", "cp", filepath.Join(b.home, "text"), b.opts.MessageFile)
	if got, want := b.record().Message, "x"+strings.Repeat("é", 2047); got != want {
		t.Errorf("it ends in %q and has %d bytes", got[len(got)-4:], len(got))
	}
}

// TestPlainMessage leaves the message of a process alone where nothing is wanted
// of it.
func TestPlainMessage(t *testing.T) {
	b := newBench(t, main(instructions.Process{}))
	b.run("run", "main", "--", "sh", "-c", "echo mine > "+b.opts.MessageFile)
	if b.read("message") != "mine\n" {
		t.Errorf("%q", b.read("message"))
	}
}

func TestScriptWithoutInterpreter(t *testing.T) {
	b := newBench(t, main(instructions.Process{}))
	file := filepath.Join(b.home, "file")
	if err := os.WriteFile(file, []byte("#!/no/such/shell\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if code := b.run("run", "main", "--", file); code != 64 || !strings.Contains(b.read("message"), "interpreter") {
		t.Errorf("%d %q", code, b.read("message"))
	}
}

// TestSidecar holds its place after its command has ended, until it is told.
func TestSidecar(t *testing.T) {
	tell := main(instructions.Process{Sidecar: true})
	b := newBench(t, tell)
	signals := make(chan os.Signal, 1)
	b.opts.Signals = signals
	ended := make(chan int)
	go func() { ended <- b.run("run", "main", "--", "sh", "-c", "exit 5") }()
	select {
	case <-ended:
		t.Fatal("it did not hold its place")
	case <-time.After(300 * time.Millisecond):
	}
	signals <- syscall.SIGTERM
	if code := <-ended; code != 5 {
		t.Errorf("code %d", code)
	}
}

// TestSet has containers wait for each other.
func TestSet(t *testing.T) {
	tell := instructions.Instructions{Processes: []instructions.Process{
		{Container: "first", Announce: true}, {Container: "bad", Announce: true},
		{Container: "second", After: []string{"first"}}, {Container: "third", After: []string{"bad"}},
	}}
	b := newBench(t, tell)
	codes := map[string]chan int{}
	start := func(name, script string) {
		code := make(chan int, 1)
		codes[name] = code
		go func() { code <- b.run("run", name, "--", "sh", "-c", script) }()
	}
	mark := filepath.Join(b.home, "mark")
	start("second", "cat "+mark)
	start("third", "true")
	time.Sleep(50 * time.Millisecond)
	start("first", "echo x > "+mark)
	start("bad", "exit 3")
	for name, want := range map[string]int{"first": 0, "second": 0, "bad": 3, "third": 64} {
		if got := <-codes[name]; got != want {
			t.Errorf("%s: %d, want %d; %s", name, got, want, b.read("stderr"))
		}
	}
}

func TestStoppedWhileWaiting(t *testing.T) {
	b := newBench(t, instructions.Instructions{Processes: []instructions.Process{{Container: "main", After: []string{"never"}}}})
	signals := make(chan os.Signal, 1)
	b.opts.Signals = signals
	signals <- syscall.SIGTERM
	if code := b.run("run", "main", "--", "true"); code != 143 {
		t.Errorf("code %d", code)
	}
}

func TestRetry(t *testing.T) {
	tell := main(instructions.Process{Result: true, Retry: &instructions.Retry{Retries: 3, Pause: time.Millisecond}})
	b := newBench(t, tell)
	file := filepath.Join(b.home, "tries")
	code := b.run("run", "main", "--", "sh", "-c", fmt.Sprintf("echo x >> %s; wc -l < %s; test $(wc -l < %s) = 3", file, file, file))
	if code != 0 || strings.TrimSpace(*b.record().Result) != "3" {
		t.Errorf("%d %q", code, *b.record().Result)
	}
}

// TestSignalsBetweenTries ends at those that end, and at no other.
func TestSignalsBetweenTries(t *testing.T) {
	b := newBench(t, main(instructions.Process{Retry: &instructions.Retry{Retries: 3, Pause: time.Minute}}))
	signals := make(chan os.Signal, 2)
	b.opts.Signals = signals
	ended := make(chan int)
	go func() { ended <- b.run("run", "main", "--", "sh", "-c", "exit 3") }()
	for !strings.Contains(b.read("stderr"), "tried again") {
		time.Sleep(10 * time.Millisecond)
	}
	signals <- syscall.SIGWINCH
	select {
	case code := <-ended:
		t.Fatalf("it ended with %d", code)
	case <-time.After(100 * time.Millisecond):
	}
	signals <- syscall.SIGTERM
	if code := <-ended; code != 3 {
		t.Errorf("code %d", code)
	}
}

// TestSaveWhenStopped saves what a container leaves that is stopped with it, and
// waits for none that never began.
func TestSaveWhenStopped(t *testing.T) {
	tell := main(instructions.Process{})
	file := filepath.Join(t.TempDir(), "file")
	tell.Save = []instructions.Save{{
		Name: "a", Container: "main", By: "weft-save", Path: file, Location: []byte(`{"folder": {"key": "kept"}}`), Archive: []byte(`{"none": {}}`),
	}}
	stop := func(b *bench) agent.Options {
		opts, signals := b.opts, make(chan os.Signal, 1)
		opts.Signals = signals
		signals <- syscall.SIGTERM
		return opts
	}

	b := newBench(t, tell)
	if code := agent.Main(t.Context(), []string{"save"}, stop(b)); code != 1 || !strings.Contains(b.read("stderr"), "stopped while it waited") {
		t.Errorf("%d %s", code, b.read("stderr"))
	}

	b = newBench(t, tell)
	ended := make(chan int)
	go func() { ended <- b.run("run", "main", "--", "sh", "-c", "sleep 0.3; echo x > "+file+"; exit 5") }()
	for {
		if _, err := os.Stat(filepath.Join(b.home, "exchange", "main.json.lock")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	saver := stop(b)
	saver.MessageFile += "-save"
	if code := agent.Main(t.Context(), []string{"save"}, saver); code != 0 || <-ended != 5 {
		t.Errorf("%d %s", code, b.read("stderr"))
	}
	if b.read("store/keys/kept") != "x\n" {
		t.Errorf("kept %q", b.read("store/keys/kept"))
	}
}
