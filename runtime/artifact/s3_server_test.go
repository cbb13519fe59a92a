//go:build apiserver && linux

package artifact_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/kube/testenv"
)

func startS3(t *testing.T) *testenv.S3 {
	t.Helper()
	server, err := testenv.StartS3(t.Context(), testenv.S3Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

// bucketAt is a location on a server. Its secrets are taken literally: the
// name is the value.
func bucketAt(endpoint, id, secret, bucket, key string) object {
	return object{"s3": object{
		"endpoint": endpoint, "insecure": true, "bucket": bucket, "key": key, "createBucketIfNotPresent": object{},
		"accessKeySecret": object{"name": id, "key": "x"}, "secretKeySecret": object{"name": secret, "key": "x"},
	}}
}

func literally() artifact.Access {
	return artifact.Access{Secrets: func(name, _ string) (string, error) { return name, nil }}
}

// TestS3Server keeps files and folders on a real server and fetches them again.
func TestS3Server(t *testing.T) {
	server := startS3(t)
	at := func(key string) *artifact.Location {
		return open(t, bucketAt(server.Endpoint, server.AccessKey, server.SecretKey, "made-for-this", key), literally())
	}
	from := write(t, t.TempDir(), map[string]string{"dir/a": "A", "dir/sub/b c": "B", "dir/empty/": "", "nothing/": "", "file": "F", "hollow": ""})
	for name, want := range map[string]map[string]string{
		"dir": {"a": "A", "sub/": "", "sub/b c": "B", "empty/": ""}, "nothing": {}, "file": {".": "F"}, "hollow": {".": ""},
	} {
		for _, pack := range []string{"", `{"none": {}}`, `{"zip": {}}`, `{"tar": {"compressionLevel": 0}}`} {
			for _, key := range []string{"runs/plain", "runs/with spaces/ä+b%20c&d=e?f#g"} {
				key += "/" + name + strconv.Itoa(len(pack))
				if err := save(t, at(key), filepath.Join(from, name), archive(t, pack)); err != nil {
					t.Fatalf("%s %s: %v", key, pack, err)
				}
				target := filepath.Join(t.TempDir(), "x")
				if err := at(key).Load(t.Context(), target, artifact.LoadOptions{Archive: archive(t, pack)}); err != nil {
					t.Fatalf("%s %s: %v", key, pack, err)
				}
				if got := read(t, target); !reflect.DeepEqual(got, want) {
					t.Errorf("%s %s: %q, want %q", key, pack, got, want)
				}
			}
		}
	}
	for _, name := range []string{"dir", "nothing"} { // a key that ends so is a folder
		if err := save(t, at("runs/slash/"+name+"/"), filepath.Join(from, name), archive(t, `{"none": {}}`)); err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(t.TempDir(), "x")
		if err := at("runs/slash/"+name+"/").Load(t.Context(), target, artifact.LoadOptions{}); err != nil || !reflect.DeepEqual(read(t, target), read(t, filepath.Join(from, name))) {
			t.Errorf("%s/: %q %v", name, read(t, target), err)
		}
	}
	keys, err := at("runs/plain/dir12").List(t.Context())
	if want := []string{"runs/plain/dir12/a", "runs/plain/dir12/empty/", "runs/plain/dir12/sub/b c"}; err != nil || !reflect.DeepEqual(keys, want) {
		t.Errorf("the keys are %q, want %q: %v", keys, want, err)
	}
}

// TestS3ServerFaults holds that a person learns what is wrong.
func TestS3ServerFaults(t *testing.T) {
	server := startS3(t)
	file := filepath.Join(write(t, t.TempDir(), map[string]string{"a": "A"}), "a")
	none := archive(t, `{"none": {}}`)
	good := func(bucket, key string) object {
		return bucketAt(server.Endpoint, server.AccessKey, server.SecretKey, bucket, key)
	}
	if err := save(t, open(t, good("there", "k"), literally()), file, none); err != nil {
		t.Fatal(err)
	}
	missing := good("not-there", "k")
	delete(missing["s3"].(object), "createBucketIfNotPresent")
	for name, test := range map[string]struct {
		at       object
		want     string
		notFound bool
	}{
		"no such key":     {good("there", "other"), `key "other" in bucket "there": not found`, true},
		"no such bucket":  {missing, `there is no bucket "not-there"`, false},
		"unknown user":    {bucketAt(server.Endpoint, "nobody", server.SecretKey, "there", "k"), "access key", false},
		"wrong secret":    {bucketAt(server.Endpoint, server.AccessKey, "guess", "there", "k"), "does not take the secret key", false},
		"nobody at home":  {bucketAt("127.0.0.1:1", "a", "b", "there", "k"), "127.0.0.1:1", false},
		"no name to have": {good("Not_A_Name", "k"), `"Not_A_Name"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			location := open(t, test.at, literally())
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			err := location.Load(ctx, filepath.Join(t.TempDir(), "x"), artifact.LoadOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, artifact.ErrNotFound) != test.notFound {
				t.Errorf("load: %v", err)
			}
			if strings.Contains(fmt.Sprint(err), server.SecretKey) {
				t.Errorf("it tells the secret: %v", err)
			}
			if test.notFound || ctx.Err() != nil {
				return // there is nothing to save, or nobody to wait for once more
			}
			if err := save(t, location, file, none); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("save: %v", err)
			}
		})
	}
}

// Sizes of what must not be held in memory, and of what may be used for it: the
// container that uploads has 256 MiB.
const (
	largeSize  = 300 << 20
	mostMemory = 100 << 20
)

// TestS3ServerLarge holds that artifacts pass through in parts. It does so in a
// process of its own, whose memory the kernel counts.
func TestS3ServerLarge(t *testing.T) {
	if text := os.Getenv("WEFT_LARGE"); text != "" {
		passLarge(t, text)
		return
	}
	server := startS3(t)
	location, err := json.Marshal(bucketAt(server.Endpoint, server.AccessKey, server.SecretKey, "large", "k"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range []string{`{"none": {}}`, ""} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestS3ServerLarge$", "-test.v")
		cmd.Env = append(os.Environ(), "WEFT_LARGE="+string(location), "WEFT_ARCHIVE="+pack)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		_, text, _ := strings.Cut(string(out), "most memory: ")
		memory, err := strconv.Atoi(strings.Fields(text + " ?")[0])
		if err != nil {
			t.Fatalf("it does not tell what it took:\n%s", out)
		}
		t.Logf("%d MiB, archive %q, in %d MiB of memory", largeSize>>20, pack, memory>>20)
		if memory > mostMemory {
			t.Errorf("it took %d bytes of memory", memory)
		}
	}
}

// passLarge saves and loads, and prints how much memory that took.
func passLarge(t *testing.T, location string) {
	var fields object
	if err := json.Unmarshal([]byte(location), &fields); err != nil {
		t.Fatal(err)
	}
	at, pack, dir := open(t, fields, literally()), archive(t, os.Getenv("WEFT_ARCHIVE")), t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	out, err := os.Create(from)
	if err != nil {
		t.Fatal(err)
	}
	var seed [32]byte
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(out, sum), rand.NewChaCha8(seed), largeSize); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(out.Close(), save(t, at, from, pack), at.Load(t.Context(), to, artifact.LoadOptions{})); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	again := sha256.New()
	if _, err := io.Copy(again, in); err != nil || !bytes.Equal(again.Sum(nil), sum.Sum(nil)) {
		t.Errorf("something else came back: %v", err)
	}
	status, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		var kilobytes int
		if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kilobytes); err == nil {
			t.Logf("most memory: %d", kilobytes<<10)
		}
	}
}
