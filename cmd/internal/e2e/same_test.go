//go:build e2e && linux

package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/cmd/internal/outcome"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

// A story is a workflow that has to end the same on the node and on this machine.
type story struct {
	files map[string]string // workflow.yaml, and what stands beside it
	code  int               // the exit code of weft run
}

// An example of the user's, with what has to be said to run it here.
type example struct {
	dice map[string]string // texts of the example, and what takes their place
	with []string          // other files
	code int
}

// examples are those that do what they say with the images that stand in here.
// Chance is taken out of them: two runs have to throw the same.
var examples = map[string]example{
	"artifacts":        {},
	"daemon":           {},
	"dag":              {},
	"docker-in-docker": {},
	"exit-handler":     {dice: map[string]string{"$((RANDOM % 2))": "1"}, code: 1},
	"loops":            {},
	"matrix":           {},
	"retry": {dice: map[string]string{
		"random.choice([0, 1, 1])": "int({{retries}} < 2)", "duration: 5s": "duration: 1s",
		"      affinity:\n        nodeAntiAffinity: {}\n": "", // there is one node: see TestAntiAffinity
	}},
	"scripts":   {dice: map[string]string{"random.randint(1, 6)": "5"}},
	"sidecar":   {},
	"steps":     {},
	"templates": {with: []string{"release-tools.yaml"}},
	"tour":      {},
}

// theirImages are what the images of the stories run by themselves.
const theirImages = `images:
  redis:7.4: {cmd: [redis-server]}
  nginx:1.27: {cmd: [nginx]}
  docker:27.3-dind: {cmd: [dockerd]}
`

// stories are the examples, and those of testdata/e2e.
func stories(t *testing.T) map[string]story {
	t.Helper()
	all := map[string]story{}
	for name, e := range examples {
		folder := filepath.Join(repository, "examples", name)
		s := story{files: map[string]string{"weft.yaml": theirImages}, code: e.code}
		for _, file := range append(e.with, name+".yaml") {
			text, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			s.files[cmp.Or(map[string]string{name + ".yaml": "workflow.yaml"}[file], file)] = string(text)
		}
		for old, text := range e.dice {
			if !strings.Contains(s.files["workflow.yaml"], old) {
				t.Fatalf("example %s has no %q any more", name, old)
			}
			s.files["workflow.yaml"] = strings.ReplaceAll(s.files["workflow.yaml"], old, text)
		}
		all[name] = s
	}
	archives, err := filepath.Glob(filepath.Join(repository, "testdata/e2e/*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("testdata/e2e has no stories: %v", err)
	}
	for _, file := range archives {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := story{files: map[string]string{"weft.yaml": theirImages}}
		if strings.HasPrefix(string(a.Comment), "fails\n") {
			s.code = 1
		}
		for _, f := range a.Files {
			s.files[f.Name] = string(f.Data)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = s
	}
	return all
}

// TestSame runs every story on the node and on this machine, and compares nodes,
// phases, messages, inputs, outputs and what artifacts hold.
func TestSame(t *testing.T) {
	server := serve(t)
	slots := make(chan struct{}, atOnce)
	for name, s := range stories(t) {
		s.files["workflow.yaml"] = strings.ReplaceAll(s.files["workflow.yaml"], "SERVER", server)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			there, here := s.there(t), s.here(t)
			for _, e := range []*ending{there, here} {
				if e.code != s.code {
					t.Errorf("exit code %d, want %d: %s", e.code, s.code, last(e.said))
				}
			}
			differences := outcome.Differences(there.Run, here.Run, nil)
			if len(differences) > 0 {
				t.Errorf("on the node it ends otherwise than here:\n    %s", strings.Join(differences, "\n    "))
			}
		})
	}
}

// serve starts a server that Pods and this machine reach.
func serve(t *testing.T) (url string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /answer", func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s forty-two", r.Header.Get("X-Token"), question)
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "from a server") })
	listener, err := net.Listen("tcp", testenv.NodeAddress+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: mux}}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// there runs a story on the node.
func (s *story) there(t *testing.T) *ending {
	t.Helper()
	namespace := shared.namespace(t)
	shared.artifacts(t, namespace)
	shared.allow(t, namespace, "default", "edit")
	for _, object := range documents(t, s.files["objects.yaml"]) {
		shared.create(t, kinds[object.GetKind()], namespace, jsonOf(t, object))
	}
	return s.run(t, "--cluster", "-n", namespace)
}

// here runs a story on this machine.
func (s *story) here(t *testing.T) *ending {
	t.Helper()
	return s.run(t)
}

func (s *story) run(t *testing.T, args ...string) *ending {
	t.Helper()
	for _, with := range slices.Sorted(maps.Keys(s.files)) {
		if with != "workflow.yaml" && with != "weft.yaml" {
			args = append(args, "--with", with)
		}
	}
	e, err := shared.run(write(t, s.files), append([]string{"workflow.yaml"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// documents are the objects of a file.
func documents(t *testing.T, text string) []*unstructured.Unstructured {
	t.Helper()
	var all []*unstructured.Unstructured
	for document := range bytes.SplitSeq([]byte(text), []byte("\n---\n")) {
		object := &unstructured.Unstructured{}
		if err := sigsyaml.Unmarshal(document, &object.Object); err != nil {
			t.Fatal(err)
		}
		if object.Object != nil {
			all = append(all, object)
		}
	}
	return all
}

func jsonOf(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	text, err := object.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
