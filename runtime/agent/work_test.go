//go:build unix

package agent_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// TestResourceOutsideOfACluster ends with a message that a person can read.
func TestResourceOutsideOfACluster(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	for work, want := range map[*instructions.Resource]string{
		nil:                             "there are no instructions for a resource template",
		{Action: "get", Manifest: "{}"}: "a resource template needs a cluster, and this is no Pod of one",
		{Action: "get", Flags: []string{"--frob"}}: "the flag --frob does not work",
	} {
		b := newBench(t, instructions.Instructions{Resource: work})
		if code := b.run("resource"); code != 64 || !strings.Contains(b.read("message"), want) || !strings.Contains(b.read("stderr"), want) {
			t.Errorf("%d %q, want %s", code, b.read("message"), want)
		}
	}
}

// TestData leaves the paths and what is to be made of them.
func TestData(t *testing.T) {
	b := newBench(t, instructions.Instructions{Data: &instructions.Data{
		Location: json.RawMessage(`{"folder": {"key": "logs"}}`), Transformations: []string{"filter(data, true)"},
	}})
	for _, name := range []string{"store/keys/logs/a", "store/keys/logs/b/c"} {
		file := filepath.Join(b.home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if code := b.run("data"); code != 0 {
		t.Fatal(code, b.read("stderr"))
	}
	l := b.record().Listing
	if l == nil || strings.Join(l.Paths, " ") != "logs/a logs/b/c" || len(l.Transformations) != 1 {
		t.Errorf("%+v", l)
	}
	b = newBench(t, instructions.Instructions{})
	if code := b.run("data"); code != 1 || !strings.Contains(b.record().Message, "no instructions for a data template") {
		t.Errorf("%d %q", code, b.record().Message)
	}
}

// TestDataTooLarge says so instead of leaving no record.
func TestDataTooLarge(t *testing.T) {
	b := newBench(t, instructions.Instructions{Data: &instructions.Data{Location: json.RawMessage(`{"folder": {"key": "logs"}}`)}})
	dir := filepath.Join(b.home, "store/keys/logs")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	noise, name := rand.NewChaCha8([32]byte{}), make([]byte, 180)
	for range 6000 {
		noise.Read(name) //nolint:errcheck // it never fails
		if err := os.WriteFile(filepath.Join(dir, base64.RawURLEncoding.EncodeToString(name)), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	b.run("data")
	if r := b.record(); r.Listing != nil || !strings.Contains(r.Error, "at most") {
		t.Errorf("%d paths, %q", len(r.Listing.Paths), r.Error)
	}
}
