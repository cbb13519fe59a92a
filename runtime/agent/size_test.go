package agent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// maxSize is what the agent may weigh: it is copied into every Pod that needs it.
const maxSize = 12_000_000

// TestSize builds the agent as its image does. What makes it grow at once by
// megabytes is mostly a package that calls methods by their names: the linker
// then keeps all methods of all types.
func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the agent")
	}
	file := filepath.Join(t.TempDir(), "weft-agent")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "../../cmd/weft-agent")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(info.Size())/1e6)
	if info.Size() > maxSize {
		t.Errorf("the agent has %d bytes, and may have %d", info.Size(), maxSize)
	}
}
