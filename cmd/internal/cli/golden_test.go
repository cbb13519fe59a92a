package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/lang/langtest"
)

// TestExampleGolden keeps the golden file of the example, from wherever weft is
// started.
func TestExampleGolden(t *testing.T) {
	args := []string{"golden", filepath.Join(repository, "examples/golden")}
	if langtest.Updating() {
		args = append(args, "--update")
	}
	var out strings.Builder
	if code := Main(args, Streams{In: strings.NewReader(""), Out: &out, Err: &out}); code != Good {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}
