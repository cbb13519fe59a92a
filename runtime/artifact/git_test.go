package artifact_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weft-lang/weft/runtime/artifact"
)

// gitIn runs git in a folder.
func gitIn(t *testing.T, dir string) func(args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git on this machine")
	}
	return func(args ...string) string {
		t.Helper()
		args = append([]string{"-c", "user.name=n", "-c", "user.email=e", "-c", "protocol.file.allow=always", "-C", dir}, args...)
		out, err := exec.Command("git", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
}

func TestGit(t *testing.T) {
	repo := t.TempDir()
	git := gitIn(t, repo)
	git("init", "-q", "-b", "main")
	write(t, repo, map[string]string{"f": "one"})
	git("add", "f")
	git("commit", "-qm", "one")
	first := git("rev-parse", "HEAD")
	git("tag", "v1")
	write(t, repo, map[string]string{"f": "two"})
	git("commit", "-qam", "two")
	git("branch", "side")
	git("checkout", "-q", "side")
	write(t, repo, map[string]string{"f": "side"})
	git("commit", "-qam", "side")
	git("checkout", "-q", "main")
	for _, test := range []struct {
		fields object
		want   string
	}{
		{object{}, "two"},
		{object{"revision": "v1"}, "one"},
		{object{"revision": first}, "one"},
		{object{"revision": first[:8]}, "one"},
		{object{"revision": "side", "depth": 1}, "side"},
		{object{"branch": "side", "singleBranch": true}, "side"},
	} {
		test.fields["repo"] = "file://" + repo
		target := filepath.Join(t.TempDir(), "clone")
		if err := open(t, object{"git": test.fields}, artifact.Access{}).Load(t.Context(), target, artifact.LoadOptions{}); err != nil {
			t.Errorf("%v: %v", test.fields, err)
			continue
		}
		if text, err := os.ReadFile(filepath.Join(target, "f")); err != nil || string(text) != test.want {
			t.Errorf("%v: %q %v", test.fields, text, err)
		}
	}
	err := open(t, object{"git": object{"repo": "file://" + repo, "revision": "nowhere"}}, artifact.Access{}).Load(t.Context(), filepath.Join(t.TempDir(), "x"), artifact.LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Error(err)
	}
}

// TestGitOfAPath fetches from a folder of this machine, whatever its name.
func TestGitOfAPath(t *testing.T) {
	repo := filepath.Join(t.TempDir(), "at 12:30")
	if err := os.Mkdir(repo, 0o777); err != nil {
		t.Fatal(err)
	}
	git := gitIn(t, repo)
	git("init", "-q")
	write(t, repo, map[string]string{"f": "text"})
	git("add", ".")
	git("commit", "-qm", "all")
	target := filepath.Join(t.TempDir(), "clone")
	if err := open(t, object{"git": object{"repo": repo}}, artifact.Access{}).Load(t.Context(), target, artifact.LoadOptions{}); err != nil {
		t.Error(err)
	}
}

// gitServer gives out a repository, and remembers what it was told of who asks.
type gitServer struct {
	*httptest.Server
	dir      string
	mu       sync.Mutex
	presents map[string]bool
}

func newGitServer(t *testing.T, password string) *gitServer {
	s := &gitServer{dir: t.TempDir(), presents: map[string]bool{}}
	files := http.FileServer(http.Dir(filepath.Join(s.dir, ".git")))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		s.mu.Lock()
		s.presents[given] = true
		s.mu.Unlock()
		if given != password {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	gitIn(t, s.dir)("init", "-q", "-b", "main")
	return s
}

func (s *gitServer) commit(t *testing.T) {
	git := gitIn(t, s.dir)
	git("add", ".")
	git("commit", "-qm", "all")
	git("update-server-info")
}

// TestGitKeepsPasswords shows the password of a repository to no other server.
func TestGitKeepsPasswords(t *testing.T) {
	inner, outer := newGitServer(t, ""), newGitServer(t, "secret")
	write(t, inner.dir, map[string]string{"f": "inner"})
	inner.commit(t)
	gitIn(t, outer.dir)("submodule", "add", "-q", inner.URL+"/", "sub")
	outer.commit(t)
	access := artifact.Access{Secrets: func(_, key string) (string, error) { return key + "\n", nil }} // as echo leaves it
	fields := object{"repo": outer.URL + "/", "usernameSecret": object{"name": "s", "key": "me"}, "passwordSecret": object{"name": "s", "key": "secret"}}
	target := filepath.Join(t.TempDir(), "clone")
	if err := open(t, object{"git": fields}, access).Load(t.Context(), target, artifact.LoadOptions{}); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(target, "sub", "f")); err != nil || string(text) != "inner" {
		t.Errorf("%q %v", text, err)
	}
	if inner.presents["secret"] || !outer.presents["secret"] {
		t.Errorf("told %v and %v", inner.presents, outer.presents)
	}
}

// TestGitStaysOutside takes nothing of this machine's because a repository from
// elsewhere says so.
func TestGitStaysOutside(t *testing.T) {
	private, outer := t.TempDir(), newGitServer(t, "")
	git := gitIn(t, private)
	git("init", "-q")
	write(t, private, map[string]string{"f": "private"})
	git("add", ".")
	git("commit", "-qm", "all")
	gitIn(t, outer.dir)("submodule", "add", "-q", private, "sub")
	outer.commit(t)
	target := filepath.Join(t.TempDir(), "clone")
	err := open(t, object{"git": object{"repo": outer.URL + "/"}}, artifact.Access{}).Load(t.Context(), target, artifact.LoadOptions{})
	if text, _ := os.ReadFile(filepath.Join(target, "sub", "f")); string(text) == "private" || err == nil {
		t.Errorf("it took %q: %v", text, err)
	}
}

// TestGitKey hands the key to ssh from a folder whose name a shell would read
// otherwise.
func TestGitKey(t *testing.T) {
	gitIn(t, t.TempDir())
	bin, dir := t.TempDir(), filepath.Join(t.TempDir(), "it's $(touch here) here")
	said, scratch := filepath.Join(bin, "said"), t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nwhile [ $# -gt 1 ]; do if [ \"$1\" = -i ]; then { cat \"$2\"; ls -A %s; } > %s; fi; shift; done; exit 1\n", scratch, said)
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	access := artifact.Access{Scratch: scratch, Secrets: func(_, key string) (string, error) { return key, nil }}
	at := open(t, object{"git": object{"repo": "git@127.0.0.1:x", "sshPrivateKeySecret": object{"name": "s", "key": "the key"}}}, access)
	if err := at.Load(t.Context(), filepath.Join(dir, "x"), artifact.LoadOptions{}); err == nil {
		t.Error("nobody is there, and it went well")
	}
	text, err := os.ReadFile(said)
	if err != nil || !strings.HasPrefix(string(text), "the key\n.weft-git-") {
		t.Errorf("%q %v", text, err)
	}
	if left := read(t, scratch); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}
