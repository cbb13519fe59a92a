//go:build unix

package local_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/local"
)

// keeper is a web server that keeps what those with a password send it.
type keeper struct {
	mu   sync.Mutex
	kept map[string]string
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if user, password, _ := r.BasicAuth(); user != "me" || password != "s3cret" {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	switch text, ok := k.kept[r.URL.Path]; {
	case r.Method == http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		k.kept[r.URL.Path] = string(body)
	case !ok:
		http.NotFound(w, r)
	default:
		io.WriteString(w, text) //nolint:errcheck // the client says it
	}
}

// TestSaveWithCredentials lets weft-save upload what main has packed: main never
// sees the secret.
func TestSaveWithCredentials(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		k := &keeper{kept: map[string]string{}}
		server := httptest.NewServer(k)
		defer server.Close()
		m := newMachine(t, local.Options{Mode: mode, Secrets: map[string]map[string][]byte{"login": {"user": []byte("me"), "password": []byte("s3cret")}}})
		const auth = `auth: {basicAuth: {usernameSecret: {name: login, key: user}, passwordSecret: {name: login, key: password}}}`
		at := func(path string) string { return fmt.Sprintf("http: {url: %q, %s}", server.URL+path, auth) }
		r := m.run(`
archiveLocation: {archiveLogs: true, http: {url: "`+server.URL+`/logs", `+auth+`}}
container: {image: a, command: [sh, -c, "echo out > /tmp/weft-test-out; echo said; echo aloud >&2; ls /weft/secrets 2>/dev/null; exit 0"]}
outputs:
  artifacts:
  - {name: out, path: /tmp/weft-test-out, archive: {none: {}}, `+at("/out")+`}
  - {name: maybe, path: /tmp/weft-test-maybe, optional: true, `+at("/maybe")+`}
`, call{})
		m.check("save", r, "main: ended 0\nartifact out\nartifact main-logs")
		if k.kept["/out"] != "out\n" || k.kept["/maybe"] != "" {
			t.Errorf("%v", k.kept)
		}
		if log := k.kept["/logs/main.log"]; !strings.Contains(log, "said\n") || !strings.Contains(log, "aloud\n") || strings.Contains(log, "login") {
			t.Errorf("%q in %v", log, k.kept)
		}
		m.check("load", m.run("inputs: {artifacts: [{name: in, path: /tmp/weft-test-in}]}\ncontainer: {image: a, command: [cat, /tmp/weft-test-in]}",
			call{result: true, artifacts: map[string]*tree.Node{"in": parse(t, "{"+at("/out")+"}")}}), "main: ended 0\nresult: \"out\"")
		m.check("missing", m.run(`
container: {image: a, command: ["true"]}
outputs: {artifacts: [{name: out, path: /tmp/weft-test-out, `+at("/out2")+`}]}
`, call{}), "main: ended 0\noutput error: output artifact \"out\": there is no file \"/tmp/weft-test-out\"")
		m.check("killed", m.run(`
container: {image: a, command: [sh, -c, "kill -9 $PPID; sleep 1"]}
outputs: {artifacts: [{name: out, path: /tmp/weft-test-out, `+at("/out3")+`}]}
`, call{}), map[local.Mode]string{
			// With namespaces the parent is the first process of the container, which
			// nobody in it can kill.
			local.Namespaces: "main: ended 0\noutput error: output artifact \"out\": there is no file \"/tmp/weft-test-out\"",
			local.Plain:      "main: ended 137 Error\nweft-save: ended 1 Error \"container \\\"main\\\" ended without a word\"\noutput error: container \"main\" ended without a word",
		}[mode])
	})
}

// TestData lists keys and turns them over.
func TestData(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		m.run(`
container: {image: a, command: [sh, -c, "mkdir -p /tmp/weft-test-tree/sub; touch /tmp/weft-test-tree/a.txt /tmp/weft-test-tree/b.gz /tmp/weft-test-tree/sub/c.gz"]}
outputs: {artifacts: [{name: tree, path: /tmp/weft-test-tree, archive: {none: {}}, folder: {key: the/tree}}]}
`, call{})
		m.check("data", m.run(`
data:
  source: {artifactPaths: {name: x, folder: {key: the/tree}}}
  transformation: [{expression: "filter(data, {# endsWith '.gz'})"}, {expression: "map(data, {sprig.upper(#)})"}]
`, call{result: true}), `main: ended 0
			result: "[\"THE/TREE/B.GZ\",\"THE/TREE/SUB/C.GZ\"]"`)
		r := m.run(`
data:
  source: {artifactPaths: {name: x, folder: {key: the/tree}}}
  transformation: [{expression: "data + 1"}]
`, call{result: true})
		if c := container(r, "main"); c.Code != 1 || !strings.Contains(c.Message, `transformation "data + 1"`) || c.Role != engine.RoleMain {
			t.Errorf("%+v", c)
		}
	})
}
