package lint_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLibraryDoc holds that every line of code in docs/library.md is one of the
// examples, which run as tests.
func TestLibraryDoc(t *testing.T) {
	doc, err := os.ReadFile("../../docs/library.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(examples)) {
		known[strings.TrimSpace(line)] = true
	}
	blocks := strings.Split(string(doc), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("docs/library.md shows no code")
	}
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		for line := range strings.Lines(code) {
			if !known[strings.TrimSpace(line)] {
				t.Errorf("docs/library.md: no example has the line %q", strings.TrimSpace(line))
			}
		}
	}
}

// TestWasm holds that every package under the checker is there for a browser:
// one that needs an operating system has no file for it. "make wasm" builds them.
func TestWasm(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "../...", "../../lang/diag/render")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
