package cli

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/weft-lang/weft/runtime/image"
)

// startRegistry is the script command "registry [login] FILE...", which starts a
// registry with the image tools/greet:v1 and writes its address into files in
// place of REGISTRY. With login nothing is read from it but by ada, whose password
// is secret.
func startRegistry(ts *testscript.TestScript, neg bool, files []string) {
	if neg {
		ts.Fatalf("usage: registry [login] FILE...")
	}
	closed := len(files) > 0 && files[0] == "login"
	if closed {
		files = files[1:]
	}
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	open := true // until the image is there
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if !open && (user != "ada" || password != "secret") {
			w.Header().Set("WWW-Authenticate", `Basic realm="tests"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	img, err := image.New(image.Spec{
		Name: host + "/tools/greet:v1", Entrypoint: []string{"/bin/echo", "hello"}, Cmd: []string{"everybody"},
		Builds: []image.Build{{OS: "linux", Arch: "amd64"}},
	})
	ts.Check(err)
	ts.Check(img.Push(context.Background()))
	open = !closed
	for _, f := range files {
		text := strings.ReplaceAll(ts.ReadFile(f), "REGISTRY", host)
		ts.Check(os.WriteFile(ts.MkAbs(f), []byte(text), 0o644))
	}
	ts.Setenv("REGISTRY", host)
	ts.Setenv("DIGEST", img.Digest)
	ts.Setenv("DOCKER_CONFIG", ts.MkAbs("."))
}
