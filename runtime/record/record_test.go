package record_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weft-lang/weft/runtime/record"
)

func text(s string) *string { return &s }

func noise(n int) string {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(' ' + r.IntN(94))
	}
	return string(b)
}

var full = record.Record{
	Container: "main", Message: "bye", Result: text("42\n"), Error: "a file is missing",
	Parameters: []record.Value{{Name: "a", Value: "1"}, {Name: "empty"}},
	Artifacts:  []string{"out"},
}

func logOf(lines ...string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Join(lines, "\n"))), nil
	}
}

func TestRoundTrip(t *testing.T) {
	for _, r := range []record.Record{{}, full, {Container: "x", Result: text("")}, {Container: "x", Result: text("ä\x00\n€")}} {
		message, lines, err := record.Encode(r, 4000)
		if err != nil || len(lines) > 0 || len(message) > 4000 {
			t.Fatalf("%q %d lines %v", message, len(lines), err)
		}
		got, err := record.Decode(message+"\n", nil)
		if err != nil || !reflect.DeepEqual(*got, r) {
			t.Errorf("%+v became %+v: %v", r, got, err)
		}
	}
}

func TestSpill(t *testing.T) {
	large := full
	large.Result = text(noise(200_000))
	message, lines, err := record.Encode(large, 4032)
	if err != nil || len(lines) < 2 || len(message) > 128 {
		t.Fatalf("%q, %d lines, %v", message, len(lines), err)
	}
	for _, line := range lines {
		if len(line) > 8<<10 || !record.IsLine(line) {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	log := slices.Concat([]string{"hello", noise(50_000)}, lines, []string{lines[0], "weft1-record x", strings.Repeat("y", 100_000)})
	slices.Reverse(log)
	got, err := record.Decode(message, logOf(log...))
	if err != nil || !reflect.DeepEqual(*got, large) {
		t.Fatalf("not the same: %v", err)
	}
	broken := strings.Replace(lines[1], "A", "B", 1)
	for name, log := range map[string]func() (io.ReadCloser, error){
		"missing":  logOf(lines[1:]...),
		"damaged":  logOf(slices.Concat(lines[:1], []string{broken}, lines[2:])...),
		"cut":      logOf(slices.Concat(lines[:len(lines)-1], []string{lines[len(lines)-1][:100]})...),
		"no log":   nil,
		"unopened": func() (io.ReadCloser, error) { return nil, errors.New("gone") },
	} {
		if _, err := record.Decode(message, log); !errors.Is(err, record.ErrLost) {
			t.Errorf("%s: %v", name, err)
		}
	}
	large.Result = text(noise(2 << 20))
	var size *record.SizeError
	if _, _, err := record.Encode(large, 4032); !errors.As(err, &size) || !strings.Contains(err.Error(), "artifact") {
		t.Errorf("too large: %v", err)
	}
	large.Result = text(strings.Repeat("x", 20<<20)) // packs well, and nobody would unpack it
	if _, _, err := record.Encode(large, 4032); !errors.As(err, &size) {
		t.Errorf("too large to unpack: %v", err)
	}
}

func TestDecodeErrors(t *testing.T) {
	message, _, err := record.Encode(full, 4000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"", "hello", "weft2 1 2 3"} {
		if _, err := record.Decode(m, nil); !errors.Is(err, record.ErrNone) {
			t.Errorf("%q: %v", m, err)
		}
	}
	for i := len("weft1 "); i < len(message); i++ {
		if _, err := record.Decode(message[:i], nil); !errors.Is(err, record.ErrLost) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	for i := len("weft1 "); i < len(message); i++ {
		damaged := []byte(message)
		damaged[i] ^= 1
		if _, err := record.Decode(string(damaged), nil); !errors.Is(err, record.ErrLost) {
			t.Fatalf("damaged at %d: %v", i, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	message, _, err := record.Encode(full, 4000)
	if err != nil {
		f.Fatal(err)
	}
	large := full
	large.Result = text(noise(20_000))
	head, lines, err := record.Encode(large, 4000)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(message, "")
	f.Add(head, strings.Join(lines, "\n"))
	f.Add("weft1-log 12 abcdef01 1 1 00000000", "weft1-record 0 0 0 x")
	f.Fuzz(func(t *testing.T, message, log string) {
		r, err := record.Decode(message, logOf(log))
		if (r == nil) == (err == nil) {
			t.Fatalf("%v and %v", r, err)
		}
		if err != nil && !errors.Is(err, record.ErrNone) && !errors.Is(err, record.ErrLost) {
			t.Fatalf("an error without a kind: %v", err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := record.Encode(full, 4000); err != nil {
			b.Fatal(err)
		}
	}
}
