package image

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// serve starts a registry on loopback. With a password it wants ada to know it.
func serve(t *testing.T, password string) (host string) {
	t.Helper()
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); password != "" && (user != "ada" || given != password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}`)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// login lets the tests have a docker config of their own; ada knows the password
// of hosts.
func login(t *testing.T, password string, hosts ...string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DOCKER_CONFIG", dir)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), dockerConfig(password, hosts...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func dockerConfig(password string, hosts ...string) []byte {
	var entries []string
	for _, h := range hosts {
		entries = append(entries, `"`+h+`": {"auth": "`+base64.StdEncoding.EncodeToString([]byte("ada:"+password))+`"}`)
	}
	return []byte(`{"auths": {` + strings.Join(entries, ", ") + `}}`)
}

// push puts an image with an entrypoint into a registry.
func push(t *testing.T, called string, builds ...string) *Image {
	t.Helper()
	s := Spec{Name: called, Entrypoint: []string{"/lint"}, Cmd: []string{"--all"}}
	for _, b := range builds {
		system, arch, _ := strings.Cut(b, "/")
		s.Builds = append(s.Builds, Build{system, arch, []File{{Path: "lint", Mode: 0o755, Data: []byte(b)}}})
	}
	img, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := img.Push(t.Context()); err != nil {
		t.Fatal(err)
	}
	return img
}

func ask(t *testing.T, r *Registries, image string) (Command, error) {
	t.Helper()
	found, failed := r.Commands(t.Context(), []string{image})
	if len(found)+len(failed) != 1 {
		t.Fatalf("%d commands and %d errors for one image", len(found), len(failed))
	}
	return found[image], failed[image]
}

func TestCommands(t *testing.T) {
	login(t, "")
	host := serve(t, "")
	img := push(t, host+"/team/lint:v1", "windows/amd64", "linux/arm64", "linux/amd64")
	want := Command{Image: host + "/team/lint@" + img.Digest, Entrypoint: []string{"/lint"}, Cmd: []string{"--all"}}
	for _, called := range []string{img.Name, want.Image, img.Name + "@" + img.Digest} {
		got, err := ask(t, &Registries{}, called)
		if err != nil {
			t.Fatal(err)
		}
		pinned := want.Image
		if strings.Contains(called, "@") {
			pinned = called
		}
		if got.Image != pinned || !slices.Equal(got.Entrypoint, want.Entrypoint) || !slices.Equal(got.Cmd, want.Cmd) {
			t.Errorf("%s: got %+v, want %+v", called, got, want)
		}
	}
	push(t, host+"/team/plain:latest", "linux/arm64")
	one, err := img.index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, &Registries{}, host+"/team/plain"); err != nil {
		t.Errorf("without a tag: %v", err)
	}
	// An image that is no index: that for arm64.
	if got, err := ask(t, &Registries{}, host+"/team/lint@"+one.Manifests[1].Digest.String()); err != nil || got.Entrypoint[0] != "/lint" {
		t.Errorf("one platform: got %+v, %v", got, err)
	}
}

func TestCommandsManyAtOnce(t *testing.T) {
	login(t, "")
	host := serve(t, "")
	push(t, host+"/lint:v1", "linux/amd64")
	var images []string
	for _, n := range "abcdefghijklmnopqrstuvwxyz" {
		tag := host + "/lint:" + string(n)
		push(t, tag, "linux/amd64")
		images = append(images, tag)
	}
	found, failed := (&Registries{}).Commands(t.Context(), images)
	if len(found) != len(images) || len(failed) != 0 {
		t.Errorf("%d of %d found; %v", len(found), len(images), failed)
	}
}

func TestCommandsFail(t *testing.T) {
	login(t, "")
	host, closed := serve(t, ""), serve(t, "secret")
	push(t, host+"/windows:v1", "windows/amd64")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	empty, err := New(Spec{Name: host + "/empty:v1", Builds: []Build{{"linux", "amd64", nil}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Push(t.Context()); err != nil {
		t.Fatal(err)
	}
	for image, want := range map[string]string{
		host + "/nothing:v1":    "the registry has no such image",
		host + "/windows:v1":    "the image is not for linux",
		host + "/empty:v1":      "the image has neither an entrypoint nor a command",
		closed + "/lint:v1":     "the registry does not let you in: authentication required",
		"UPPER CASE":            "that is no name of an image",
		gone.URL[7:] + "/a:v1":  "the registry cannot be reached: connect: connection refused",
		silent.URL[7:] + "/a:1": "the registry does not answer in time",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		_, failed := (&Registries{}).Commands(ctx, []string{image})
		cancel()
		if failed[image] == nil || !strings.HasPrefix(failed[image].Error(), want) {
			t.Errorf("%s: got %v, want %s", image, failed[image], want)
		}
		if denied := errors.Is(failed[image], ErrDenied); denied != (image == closed+"/lint:v1") {
			t.Errorf("%s: denied: %v", image, denied)
		}
	}
}

func TestCredentials(t *testing.T) {
	host := serve(t, "secret")
	login(t, "secret", host)
	push(t, host+"/team/lint:v1", "linux/amd64")
	if _, err := ask(t, &Registries{}, host+"/team/lint:v1"); err != nil {
		t.Errorf("as the user: %v", err)
	}
	login(t, "wrong", host)
	if _, err := ask(t, &Registries{}, host+"/team/lint:v1"); err == nil {
		t.Error("a wrong password is let in")
	}
	for kind, data := range map[string]map[string][]byte{
		"new":     {".dockerconfigjson": dockerConfig("secret", host)},
		"old":     {".dockercfg": []byte(`{"` + host + `": {"username": "ada", "password": "secret"}}`)},
		"longest": {".dockerconfigjson": []byte(`{"auths": {"` + host + `": {"username": "bob", "password": "x"}, "https://` + host + `/team/": {"username": "ada", "password": "secret"}}}`)},
	} {
		secrets, err := ReadSecret(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ask(t, &Registries{Secrets: secrets}, host+"/team/lint:v1"); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestSecretsThatAreNone(t *testing.T) {
	for _, data := range []map[string][]byte{nil, {"password": []byte("x")}, {".dockercfg": []byte("hunter2")}, {".dockerconfigjson": []byte(`{"auths": {"a": {"auth": "hunter2"}}}`)}} {
		if _, err := ReadSecret(data); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: got %v", data, err)
		}
	}
}

func TestSecretFits(t *testing.T) {
	for pattern, targets := range map[string][2]string{
		"https://index.docker.io/v1/":    {"redis", "registry.example.org/redis"},
		"docker.io":                      {"library/redis", "ghcr.io/library/redis"},
		"registry.example.org":           {"registry.example.org/a/b", "example.org/a/b"},
		"registry.example.org/team":      {"registry.example.org/team/a", "registry.example.org/teams/a"},
		"registry.example.org/team/a":    {"registry.example.org/team/a", "registry.example.org/team/b"},
		"*.example.org":                  {"a.example.org/b", "a.b.example.org/b"},
		"registry.example.org:5000":      {"registry.example.org:5000/a", "registry.example.org/a"},
		"http://registry.example.org/v2": {"registry.example.org/a", "registry.example.com/a"},
	} {
		s := Secret{pattern: place(pattern)}
		for i, target := range targets {
			repository, err := name.NewRepository(target)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.fits(repository.String()); got != (i == 0) {
				t.Errorf("%s fits %s: %v", pattern, target, got)
			}
		}
	}
}

func TestPushIsWhole(t *testing.T) {
	login(t, "")
	img := push(t, serve(t, "")+"/weft:v1", "linux/amd64", "linux/arm64")
	ref, err := name.ParseReference(img.Name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	if digest, err := got.Digest(); err != nil || digest.String() != img.Digest {
		t.Errorf("the registry has %s, %v; want %s", digest, err, img.Digest)
	}
	img.Name = "no name"
	if err := img.Push(t.Context()); err == nil || errors.Unwrap(err) == nil {
		t.Errorf("got %v", err)
	}
}

func FuzzReadSecret(f *testing.F) {
	f.Add(dockerConfig("secret", "registry.example.org", "*.example.org:5000/team/"), "registry.example.org/team/a")
	f.Add([]byte(`{"auths": {"https://[": {"auth": "YTpi"}}}`), "redis")
	f.Add([]byte(`{"[a-": {"username": "a"}}`), "a.b/c")
	f.Fuzz(func(t *testing.T, text []byte, image string) {
		for _, key := range []string{keyDocker, keyOldDocker} {
			secrets, err := ReadSecret(map[string][]byte{key: text})
			if err != nil {
				continue
			}
			repository, err := name.NewRepository(image)
			if err != nil {
				return
			}
			if _, err := pullSecrets(secrets).Resolve(repository); err != nil {
				t.Error(err)
			}
		}
	})
}
