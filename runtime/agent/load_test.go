//go:build unix

package agent_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// TestWhoseFault tells by the exit code whether trying again may help.
func TestWhoseFault(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer server.Close()
	for _, test := range []struct {
		location, below string
		code            int
	}{
		{`{"raw": {"data": "x"}}`, "a", 0},
		{`{"folder": {"key": "gone"}}`, "a", 65},
		{fmt.Sprintf(`{"http": {"url": %q}}`, server.URL), "a", 65},
		{`{"raw": {"data": "x"}}`, "message/a", 1}, // which is a file
	} {
		b := newBench(t, instructions.Instructions{})
		tell := instructions.Instructions{Version: instructions.Version, Load: []instructions.Load{{
			Name: "a", Target: filepath.Join(b.home, test.below), Location: json.RawMessage(test.location),
		}}}
		b.tell(tell)
		b.write("message", "")
		if code := b.run("load"); code != test.code {
			t.Errorf("%s to %s: code %d, want %d: %s", test.location, test.below, code, test.code, b.read("stderr"))
		}
	}
}
