package resource

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/record"
)

// server is an API server that answers as it is told, and remembers what it was
// asked. It knows the kinds that every test may use.
type server struct {
	t       *testing.T
	http    *httptest.Server
	account string

	mu      sync.Mutex
	answers map[string][]answer // by method and path; the last one stays
	asked   []asked
	log     bytes.Buffer
}

type answer struct {
	code int
	body string
	cut  bool          // break the connection off instead
	wait time.Duration // before the answer
}

type asked struct {
	what        string // method and path
	query       url.Values
	body        string
	contentType string
	token       string
}

const (
	coreKinds = `{"kind": "APIResourceList", "resources": [{"name": "configmaps", "kind": "ConfigMap", "namespaced": true},
		{"name": "pods/status", "kind": "Pod", "namespaced": true}, {"name": "pods", "kind": "Pod", "namespaced": true},
		{"name": "namespaces", "kind": "Namespace", "namespaced": false}]}`
	coreNames = `{"kind": "APIGroupDiscoveryList", "items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [
		{"resource": "configmaps", "singularResource": "configmap", "shortNames": ["cm"], "scope": "Namespaced", "responseKind": {"kind": "ConfigMap"}},
		{"resource": "pods", "singularResource": "pod", "shortNames": ["po"], "scope": "Namespaced", "responseKind": {"kind": "Pod"}},
		{"resource": "namespaces", "singularResource": "namespace", "shortNames": ["ns"], "scope": "Cluster", "responseKind": {"kind": "Namespace"}}]}]}]}`
	groupNames = `{"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": "shop.example.com"}, "versions": [
		{"version": "v2", "resources": [{"resource": "orders", "singularResource": "order", "scope": "Namespaced", "responseKind": {"kind": "Order"}}]},
		{"version": "v1", "resources": [{"resource": "orders", "singularResource": "order", "scope": "Namespaced", "responseKind": {"kind": "Order"}}]}]}]}`
)

func newServer(t *testing.T) *server {
	s := &server{t: t, account: t.TempDir(), answers: map[string][]answer{
		"GET /api/v1": {{body: coreKinds}}, "GET /api": {{body: coreNames}}, "GET /apis": {{body: groupNames}},
	}}
	s.http = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = nil
	t.Cleanup(s.http.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
	for name, text := range map[string]string{"ca.crt": string(ca), "namespace": "home", "token": "secret-1\n"} {
		s.leave(name, text)
	}
	return s
}

func (s *server) leave(name, text string) {
	if err := os.WriteFile(filepath.Join(s.account, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// on tells what to answer, one after the other.
func (s *server) on(what string, answers ...answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[what] = answers
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	what := r.Method + " " + r.URL.Path
	if r.URL.Query().Get("watch") != "" {
		what = "WATCH " + r.URL.Path
	}
	s.mu.Lock()
	s.asked = append(s.asked, asked{what, r.URL.Query(), string(body), r.Header.Get("Content-Type"), r.Header.Get("Authorization")})
	list := s.answers[what]
	a := answer{code: 404, body: refusing("NotFound", "there is no "+r.URL.Path)}
	if len(list) > 0 {
		a = list[0]
		s.answers[what] = list[min(1, len(list)-1):]
	}
	s.mu.Unlock()
	if a.cut {
		panic(http.ErrAbortHandler)
	}
	if a.code != 0 {
		w.WriteHeader(a.code)
	}
	if a.wait > 0 {
		w.(http.Flusher).Flush()
		select {
		case <-time.After(a.wait):
		case <-r.Context().Done():
		}
	}
	io.WriteString(w, a.body) //nolint:errcheck // who went away does not read
}

func refusing(reason, message string) string {
	text, _ := json.Marshal(map[string]string{"kind": "Status", "reason": reason, "message": message})
	return string(text)
}

// times is how often the server was asked for something.
func (s *server) times(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if a.what == what {
			n++
		}
	}
	return n
}

// last is the last time that the server was asked for something.
func (s *server) last(what string) asked {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range slices.Backward(s.asked) {
		if a.what == what {
			return a
		}
	}
	s.t.Errorf("%s was not asked for, but %v", what, s.asked)
	return asked{}
}

func (s *server) options() Options {
	address, err := url.Parse(s.http.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(address.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	env := map[string]string{hostEnv: host, portEnv: port}
	return Options{
		Node: "node", Env: func(name string) string { return env[name] }, Log: s, Account: s.account,
		Patience: 2 * time.Second, Poll: 20 * time.Millisecond,
	}
}

// Write keeps what the work has to say.
func (s *server) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *server) do(work instructions.Resource) ([]record.Value, error) {
	return Do(s.t.Context(), &work, s.options())
}

// configMap is one as a manifest and as the server has it.
const configMap = `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}`

func pod(phase string) string {
	return fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "uid": "u1", "resourceVersion": "7"}, "status": {"phase": %q}}`, phase)
}

func event(kind, object string) string {
	return fmt.Sprintf(`{"type": %q, "object": %s}`, kind, object)
}
