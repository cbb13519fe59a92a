//go:build unix

package agent_test

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// TestTrust saves an artifact where only the agent's image knows who the store is:
// that of main need not hold any certificates.
func TestTrust(t *testing.T) {
	var kept atomic.Value
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body) // what did not arrive is not kept
		kept.Store(string(text))
	}))
	defer server.Close()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))

	file := filepath.Join(t.TempDir(), "file")
	tell := main(instructions.Process{})
	tell.Save = []instructions.Save{{
		Name: "a", Container: "main", By: "main", Path: file, Location: json.RawMessage(fmt.Sprintf(`{"http": {"url": %q}}`, server.URL)),
		Archive: json.RawMessage(`{"none": {}}`),
	}}
	t.Setenv("SSL_CERT_FILE", "") // that of whoever tests
	b := newBench(t, tell)
	b.write("roots", certificate)
	stage := b.process("stage")
	stage.Env = append(stage.Env, "SSL_CERT_FILE="+filepath.Join(b.home, "roots"))
	if err := stage.Run(); err != nil {
		t.Fatal(err)
	}
	c := b.process("run", "main", "--", "sh", "-c", "echo x$SSL_CERT_FILE > "+file)
	if err := c.Run(); err != nil || kept.Load() != "x\n" {
		t.Errorf("kept %q: %v: %s", kept.Load(), err, b.read("stderr"))
	}
	if info, err := os.Stat(filepath.Join(b.home, "agent", "certificates")); err != nil || info.Mode().Perm() != 0o644 {
		t.Error(info, err)
	}
}
