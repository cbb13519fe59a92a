package artifact_test

import (
	"encoding/pem"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/weft-lang/weft/runtime/artifact"
)

// bucketServer speaks as much S3 as artifacts need: one bucket called "bucket".
type bucketServer struct {
	mu      sync.Mutex
	exists  bool
	objects map[string]string
	signed  bool // every request had a signature of the right key
}

type listing struct {
	XMLName  xml.Name `xml:"ListBucketResult"`
	Name     string
	Contents []listed
}

type listed struct {
	Key  string
	Size int
}

func (s *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signed = s.signed && strings.Contains(r.Header.Get("Authorization"), "Credential=id/")
	bucket, key, inBucket := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	fail := func(status int, code string) {
		w.WriteHeader(status)
		io.WriteString(w, "<Error><Code>"+code+"</Code></Error>") //nolint:errcheck
	}
	switch {
	case bucket != "bucket" || !s.exists && r.Method != http.MethodPut:
		fail(http.StatusNotFound, "NoSuchBucket")
	case !inBucket || key == "":
		if r.Method == http.MethodPut {
			s.exists = true
			return
		}
		out := listing{Name: bucket}
		for _, key := range slices.Sorted(maps.Keys(s.objects)) {
			if strings.HasPrefix(key, r.URL.Query().Get("prefix")) {
				out.Contents = append(out.Contents, listed{key, len(s.objects[key])})
			}
		}
		xml.NewEncoder(w).Encode(out) //nolint:errcheck
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		s.objects[key] = string(body)
		w.Header().Set("ETag", `"x"`)
	default:
		text, ok := s.objects[key]
		if !ok {
			fail(http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"x"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		if r.Method == http.MethodGet {
			io.WriteString(w, text) //nolint:errcheck
		}
	}
}

func TestS3(t *testing.T) {
	server := &bucketServer{objects: map[string]string{}, signed: true}
	// TLS, so that bodies are not cut into signed chunks.
	listener := httptest.NewTLSServer(server)
	defer listener.Close()
	certificate := string(pemOf(listener.Certificate().Raw))
	access := artifact.Access{Secrets: func(name, key string) (string, error) {
		return map[string]string{"id": "id\n", "key": "very secret", "ca": certificate}[key], nil
	}}
	at := func(key string) *artifact.Location {
		return open(t, object{"s3": object{
			"endpoint": strings.TrimPrefix(listener.URL, "https://"), "bucket": "bucket", "key": key, "region": "here",
			"accessKeySecret": object{"name": "s", "key": "id"}, "secretKeySecret": object{"name": "s", "key": "key"},
			"caSecret": object{"name": "s", "key": "ca"}, "createBucketIfNotPresent": object{},
		}}, access)
	}
	from := write(t, t.TempDir(), map[string]string{"dir/a": "A", "dir/sub/b": "B"})
	target := filepath.Join(t.TempDir(), "x")
	want := map[string]string{"a": "A", "sub/": "", "sub/b": "B"}
	for name, pack := range map[string]string{"packed.tgz": "", "tree": `{"none": {}}`} {
		if err := save(t, at("run/"+name), filepath.Join(from, "dir"), archive(t, pack)); err != nil {
			t.Fatal(err)
		}
		if err := at("run/"+name).Load(t.Context(), target, artifact.LoadOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := read(t, target); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, pack := range []string{"", `{"none": {}}`} { // a file under a key that ends as those of folders do
		if err := save(t, at("run/slash/"), filepath.Join(from, "dir", "a"), archive(t, pack)); err != nil {
			t.Fatal(err)
		}
		if err := at("run/slash/").Load(t.Context(), target, artifact.LoadOptions{}); err != nil || read(t, target)["."] != "A" {
			t.Error(read(t, target), err)
		}
	}
	if err := at("run/gone").Load(t.Context(), target, artifact.LoadOptions{}); !errors.Is(err, artifact.ErrNotFound) || !strings.Contains(err.Error(), `key "run/gone" in bucket "bucket"`) {
		t.Error(err)
	}
	for _, key := range []string{"run//twice", "run/./dot/../up", "/first"} { // what a key is, is not for us to say
		for name, pack := range map[string]string{"/packed": "", "/tree": `{"none": {}}`} {
			if err := save(t, at(key+name), filepath.Join(from, "dir"), archive(t, pack)); err != nil {
				t.Fatal(key, err)
			}
			if err := at(key+name).Load(t.Context(), target, artifact.LoadOptions{}); err != nil || !reflect.DeepEqual(read(t, target), want) {
				t.Errorf("%s%s: %v", key, name, err)
			}
		}
	}
	server.objects["run/tree2/beside"] = ""
	keys, err := at("run/tree").List(t.Context())
	if err != nil || !reflect.DeepEqual(keys, []string{"run/tree/a", "run/tree/sub/b"}) {
		t.Error(keys, err)
	}
	for key, want := range map[string][]string{"run/tree/a": {"run/tree/a"}, "run/tree/sub/": {"run/tree/sub/b"}, "run/none": nil} {
		if keys, err := at(key).List(t.Context()); err != nil || !reflect.DeepEqual(keys, want) {
			t.Error(key, keys, err)
		}
	}
	if !server.signed {
		t.Error("a request was not signed")
	}
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
