package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func weftTest(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := Main(append([]string{"test"}, args...), Streams{In: strings.NewReader(""), Out: &out, Err: &out}); code != Good {
		t.Errorf("weft test %s: exit code %d\n%s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

// The tests among the examples are tests of weft, too.
func TestExamplesTest(t *testing.T) {
	out := weftTest(t, filepath.Join("..", "..", "..", "examples"))
	if !strings.Contains(out, "PASS") || !strings.Contains(out, "6 tests, 0 failed") {
		t.Error(out)
	}
}

// The test that docs/testing.md shows passes.
func TestTestingManual(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	sample := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(text)
	if sample == nil {
		t.Fatal("docs/testing.md shows no test file")
	}
	workflow, err := os.ReadFile(filepath.Join(root, "examples", "testing", "release.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"release_test.yaml": sample[1], "release.yaml": workflow} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out := weftTest(t, dir); !strings.Contains(out, "1 test, 0 failed") {
		t.Error(out)
	}
}
