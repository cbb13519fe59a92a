package cli

import (
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const flawed = `kind: Workflow
metadata: {generateName: a-}
spec: {entrypoint: m, templates: [{name: m, container: {image: b, argz: [x]}}]}
`

// waiting ends what is printed after a check.
const waiting = "waiting for changes, Ctrl-C ends\n"

// TestWatch edits, breaks and mends files while weft watches them, and then
// interrupts it.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("a.yaml", flawed)
	var printed lockedBuffer
	done := make(chan int)
	go func() {
		args := []string{"lint", "--watch", "--profile", "argo", "--format", "concise", "--output", "json=report.json"}
		done <- Main(args, Streams{In: strings.NewReader(""), Out: &printed, Err: &printed})
	}()

	printed.await(t, "a.yaml:3:67: error", waiting)
	save("a.yaml", strings.Replace(flawed, "argz", "args", 1))
	printed.await(t, "no problems in 1 file", waiting)
	if err := os.Mkdir("new", 0o755); err != nil {
		t.Fatal(err)
	}
	printed.await(t, "no problems in 1 file", waiting)
	save("new/b.yaml", flawed)
	printed.await(t, "new/b.yaml:3:67: error", waiting)
	// A hidden file and the report are no reason to look again.
	save(".a.yaml.swp", "x")
	save("report.json", "x")
	time.Sleep(4 * settle)
	if rest := printed.take(); rest != "" {
		t.Errorf("a file that does not matter was checked:\n%s", rest)
	}

	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-done:
		if code != Good {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("an interrupt does not end it")
	}
}

func TestWatchStdin(t *testing.T) {
	if code := Main([]string{"lint", "--watch", "-"}, Streams{Out: io.Discard, Err: io.Discard}); code != Usage {
		t.Errorf("exit code %d, want %d", code, Usage)
	}
}

// A lockedBuffer collects what another goroutine prints.
type lockedBuffer struct {
	mu   sync.Mutex
	text string
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text += string(p)
	return len(p), nil
}

// take empties the buffer.
func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := b.text
	b.text = ""
	return text
}

// await waits until the buffer holds all of parts, one behind the other, and
// drops it up to there.
func (b *lockedBuffer) await(t *testing.T, parts ...string) {
	t.Helper()
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
		b.mu.Lock()
		rest, all := b.text, true
		for _, part := range parts {
			var ok bool
			_, rest, ok = strings.Cut(rest, part)
			all = all && ok
		}
		if all {
			b.text = rest
		}
		b.mu.Unlock()
		if all {
			return
		}
	}
	t.Fatalf("%q is never printed; there is\n%s", parts, b.take())
}
