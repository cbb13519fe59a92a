package artifact_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/artifact"
)

// write makes files below a folder; a name that ends in / is a folder.
func write(t testing.TB, dir string, files map[string]string) string {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// read is a file or folder as a map; links are "-> target".
func read(t testing.TB, path string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(path, p)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			if p != path {
				got[name+"/"] = ""
			}
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(p)
			got[name] = "-> " + target
			return err
		}
		text, err := os.ReadFile(p)
		got[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func open(t testing.TB, location any, access artifact.Access) *artifact.Location {
	t.Helper()
	text, err := json.Marshal(location)
	if err != nil {
		t.Fatal(err)
	}
	l, err := artifact.Open(text, access)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// save packs a file or folder and keeps it.
func save(t testing.TB, at *artifact.Location, path string, a artifact.Archive) error {
	t.Helper()
	dir := t.TempDir()
	if err := artifact.Pack(path, filepath.Join(dir, "packed"), a); err != nil {
		return err
	}
	return at.Put(t.Context(), dir, "packed")
}

type object = map[string]any

func archive(t testing.TB, text string) artifact.Archive {
	t.Helper()
	a, err := artifact.ParseArchive(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestFolder saves and loads with every archive.
func TestFolder(t *testing.T) {
	for _, pack := range []string{"", "{tar}", `{"tar": {"compressionLevel": 0}}`, `{"tar": {"compressionLevel": 9}}`, `{"zip": {}}`, `{"none": {}}`} {
		if pack == "{tar}" {
			pack = `{"tar": {}}`
		}
		t.Run(pack, func(t *testing.T) {
			from := write(t, t.TempDir(), map[string]string{"dir/a": "A", "dir/sub/b": "B", "dir/empty/": "", "file": "F"})
			if err := os.Symlink("a", filepath.Join(from, "dir/link")); err != nil {
				t.Fatal(err)
			}
			store := artifact.Access{Folder: t.TempDir()}
			for name, want := range map[string]map[string]string{
				"dir":  {"a": "A", "link": "-> a", "sub/": "", "sub/b": "B", "empty/": ""},
				"file": {".": "F"},
			} {
				at := open(t, object{"folder": object{"key": "run/" + name}}, store)
				if err := save(t, at, filepath.Join(from, name), archive(t, pack)); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(pack, "none") && name == "dir" {
					want["link"] = "A" // keys have no links
				}
				target := filepath.Join(t.TempDir(), "deep", "target")
				if err := at.Load(t.Context(), target, artifact.LoadOptions{Archive: archive(t, pack)}); err != nil {
					t.Fatal(err)
				}
				if got := read(t, target); !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
			}
		})
	}
}

// TestFolderKeepsOnce shows that the same content takes its space once.
func TestFolderKeepsOnce(t *testing.T) {
	store := artifact.Access{Folder: t.TempDir()}
	from := write(t, t.TempDir(), map[string]string{"a": "same", "b": "same"})
	for _, name := range []string{"a", "b", "a"} {
		if err := save(t, open(t, object{"folder": object{"key": "k/" + name}}, store), filepath.Join(from, name), archive(t, `{"none": {}}`)); err != nil {
			t.Fatal(err)
		}
	}
	objects := 0
	for name := range read(t, filepath.Join(store.Folder, "objects")) {
		if !strings.HasSuffix(name, "/") {
			objects++
		}
	}
	if objects != 1 {
		t.Errorf("%d objects", objects)
	}
	if keys, err := open(t, object{"folder": object{"key": "none"}}, store).List(t.Context()); err != nil || len(keys) > 0 { // as in a bucket
		t.Error(keys, err)
	}
	keys, err := open(t, object{"folder": object{"key": "k"}}, store).List(t.Context())
	if err != nil || !reflect.DeepEqual(keys, []string{"k/a", "k/b"}) {
		t.Error(keys, err)
	}
}

func TestMode(t *testing.T) {
	store := artifact.Access{Folder: t.TempDir()}
	from := write(t, t.TempDir(), map[string]string{"dir/a": "A"})
	at := open(t, object{"folder": object{"key": "d"}}, store)
	if err := save(t, at, filepath.Join(from, "dir"), artifact.Archive{}); err != nil {
		t.Fatal(err)
	}
	mode := int32(0o701)
	for recurse, want := range map[bool]fs.FileMode{false: 0o640, true: 0o701} {
		target := filepath.Join(t.TempDir(), "x")
		if err := at.Load(t.Context(), target, artifact.LoadOptions{Mode: &mode, RecurseMode: recurse}); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]fs.FileMode{target: 0o701, target + "/a": want} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v %v", path, info.Mode(), err)
			}
		}
	}
}

func TestOpenErrors(t *testing.T) {
	for location, want := range map[string]string{
		`[]`:                                 "read artifact location",
		`{}`:                                 "one kind of store, not 0",
		`{"s3": {}, "raw": {}}`:              "one kind of store, not 2",
		`{"hdfs": {}}`:                       `artifacts in "hdfs" are not supported, only in artifactory, folder, git, http, raw, s3`,
		`{"folder": {"key": "a"}}`:           "not known on this machine",
		`{"raw": {"data": 1}}`:               "raw: ",
		`{"s3": {"roleARN": "x"}}`:           "roleARN is not supported",
		`{"git": {"repo": "--x"}}`:           "is an option",
		`{"http": {"auth": {"oauth2": {}}}}`: "oauth2 is not supported",
		`{"s3": {"accessKeySecret": {"name": "n", "key": "k"}}}`: `key "k" of secret "n" is needed`,
	} {
		if _, err := artifact.Open(json.RawMessage(location), artifact.Access{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", location, err)
		}
	}
	lacks := artifact.Access{Secrets: func(name, key string) (string, error) { return "", &artifact.MissingKeyError{Secret: name, Key: key} }}
	for optional, want := range map[string]bool{"true": true, "false": false} {
		if _, err := artifact.Open(json.RawMessage(`{"s3": {"accessKeySecret": {"name": "n", "key": "k", "optional": `+optional+`}}}`), lacks); (err == nil) != want {
			t.Errorf("optional: %s: %v", optional, err)
		}
	}
	if a, err := artifact.ParseArchive(json.RawMessage(`{"tar": {"compressionLevel": "5"}}`)); err != nil || *a.Tar.CompressionLevel != 5 {
		t.Error(a, err)
	}
	store := artifact.Access{Folder: t.TempDir()}
	file := filepath.Join(write(t, t.TempDir(), map[string]string{"f": "text"}), "f")
	if err := save(t, open(t, object{"folder": object{"key": "k"}}, store), file, artifact.Archive{}); err != nil {
		t.Error(err)
	}
	if err := save(t, open(t, object{"folder": object{"key": "k/.."}}, store), file, artifact.Archive{}); err == nil || len(read(t, filepath.Join(store.Folder, "keys"))) != 1 {
		t.Errorf("it took the place of all others: %v", err)
	}
	if _, err := artifact.Open(json.RawMessage(`{"folder": {"key": "../a"}}`), artifact.Access{Folder: "/x"}); err == nil {
		t.Error("a key leads out of its store")
	}
}

func TestHTTP(t *testing.T) {
	kept, tries := map[string]string{}, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); r.URL.Path == "/private" && user+":"+password != "me:secret" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		if tries++; r.URL.Path == "/shaky" && tries == 1 {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		if r.Method == http.MethodPut {
			var b strings.Builder
			if _, err := fmt.Fprint(&b, r.Header.Get("X-Token")); err != nil {
				t.Error(err)
			}
			body := make([]byte, r.ContentLength)
			if _, err := r.Body.Read(body); err != nil && err.Error() != "EOF" {
				t.Error(err)
			}
			kept[r.URL.Path] = b.String() + string(body)
			return
		}
		text, ok := kept[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	secrets := artifact.Access{Secrets: func(name, key string) (string, error) {
		return map[string]string{"user": "me", "pass": "secret\n"}[key], nil
	}}
	none := archive(t, `{"none": {}}`)
	from := filepath.Join(write(t, t.TempDir(), map[string]string{"f": "text"}), "f")
	target := filepath.Join(t.TempDir(), "x")

	at := open(t, object{"http": object{"url": server.URL + "/shaky", "headers": []object{{"name": "X-Token", "value": "t:"}}}}, secrets)
	if err := save(t, at, from, none); err != nil {
		t.Fatal(err)
	}
	if err := at.Load(t.Context(), target, artifact.LoadOptions{}); err != nil || read(t, target)["."] != "t:text" {
		t.Error(err)
	}
	basic := object{"usernameSecret": object{"name": "s", "key": "user"}, "passwordSecret": object{"name": "s", "key": "pass"}}
	for _, l := range []object{
		{"http": object{"url": server.URL + "/private", "auth": object{"basicAuth": basic}}},
		{"artifactory": object{"url": server.URL + "/private", "usernameSecret": basic["usernameSecret"], "passwordSecret": basic["passwordSecret"]}},
	} {
		at := open(t, l, secrets)
		if err := save(t, at, from, none); err != nil {
			t.Error(err)
		}
		if err := at.Load(t.Context(), target, artifact.LoadOptions{}); err != nil || read(t, target)["."] != "text" {
			t.Error(err)
		}
	}
	if err := open(t, object{"http": object{"url": server.URL + "/none"}}, secrets).Load(t.Context(), target, artifact.LoadOptions{}); !errors.Is(err, artifact.ErrNotFound) {
		t.Error(err)
	}
	if err := open(t, object{"http": object{"url": server.URL + "/private"}}, secrets).Load(t.Context(), target, artifact.LoadOptions{}); err == nil || !strings.Contains(err.Error(), "401") {
		t.Error(err)
	}
	if err := save(t, open(t, object{"http": object{"url": server.URL}}, secrets), filepath.Dir(from), none); err == nil || !strings.Contains(err.Error(), "archive") {
		t.Error(err)
	}
}

// TestHTTPRedirects follows a server that sends an artifact elsewhere, and takes no
// page for a place where it was kept.
func TestHTTPRedirects(t *testing.T) {
	for code, follows := range map[int]bool{301: false, 302: false, 303: false, 307: true, 308: true} {
		for _, text := range []string{"text", ""} {
			kept, chunked := "nothing", false
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/old":
					http.Redirect(w, r, "/new", code)
				case r.Method == http.MethodPut:
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					kept, chunked = string(body), len(r.TransferEncoding) > 0
				}
			}))
			file := filepath.Join(write(t, t.TempDir(), map[string]string{"f": text}), "f")
			err := save(t, open(t, object{"http": object{"url": server.URL + "/old"}}, artifact.Access{}), file, archive(t, `{"none": {}}`))
			server.Close()
			if follows && (err != nil || kept != text || chunked) {
				t.Errorf("%d: kept %q, chunked: %v, %v", code, kept, chunked, err)
			}
			if !follows && (err == nil || !strings.Contains(err.Error(), fmt.Sprint(code))) {
				t.Errorf("%d: kept %q, %v", code, kept, err)
			}
		}
	}
}

// TestSupported holds that what can never be reached is known without a look at
// secrets, and why.
func TestSupported(t *testing.T) {
	for location, want := range map[string]string{
		`{"s3": {"endpoint": "minio:9000", "bucket": "b", "key": "k", "caSecret": {"name": "s", "key": "k"}}}`: "",
		`{"http": {"url": "http://x", "auth": {"basicAuth": {"usernameSecret": {"name": "s", "key": "k"}}}}}`:  "",
		`{"git": {"repo": "https://g"}}`:                                                     "",
		`{"raw": {"data": "x"}}`:                                                             "",
		`{"gcs": {"bucket": "b", "key": "k"}}`:                                               `"gcs" are not supported`,
		`{"azure": {"blob": "x"}}`:                                                           `"azure" are not supported`,
		`{"s3": {"endpoint": "http://minio:9000", "bucket": "b"}}`:                           "insecure",
		`{"s3": {"bucket": "b", "roleARN": "arn:x"}}`:                                        "roleARN",
		`{"http": {"url": "x", "auth": {"oauth2": {"clientIDSecret": {}}}}}`:                 "oauth2",
		`{"s3": {}, "raw": {}}`:                                                              "one kind",
		`{"s3": {"endpoint": 1}}`:                                                            "s3",
		`{"s3": {"endpoint": "e", "insecure": "true"}}`:                                      "", // what a tag was filled with is a text
		`{"s3": {"endpoint": "e", "insecure": "yes"}}`:                                       `"yes" is neither true nor false`,
		`{"git": {"repo": "r", "depth": "1", "singleBranch": "true"}}`:                       "",
		`{"git": {"repo": "r", "depth": "deep"}}`:                                            `"deep" is no whole number`,
		`{"s3": {"endpoint": "e", "insecure": null, "accessKeySecret": {"optional": null}}}`: "", // nothing is said
		`{"git": {"repo": "r", "depth": null}}`:                                              "",
		`[]`:                                                                                 "read",
	} {
		err := artifact.Supported(json.RawMessage(location))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", location, err, want)
		}
	}
}

// TestHTTPTellsNoSecrets holds that an error names the page, and not what gives
// access to it.
func TestHTTPTellsNoSecrets(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, host := range []string{strings.TrimPrefix(server.URL, "http://"), "127.0.0.1:1"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		at := open(t, object{"http": object{"url": "http://me:hush@" + host + "/page?token=hush"}}, artifact.Access{})
		err := at.Load(ctx, filepath.Join(t.TempDir(), "x"), artifact.LoadOptions{})
		if err == nil || !strings.Contains(err.Error(), host+"/page") || strings.Contains(err.Error(), "hush") {
			t.Error(err)
		}
	}
}
