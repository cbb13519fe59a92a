package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func header() store.Header {
	return store.Header{Weft: "test", Name: "wf", UID: "u-1", Created: noon, Parameters: []engine.Value{{Name: "p", Value: "\xffv\n"}}}
}

func events(n int) []engine.Event {
	var all []engine.Event
	for i := range n {
		result := fmt.Sprintf("line %d\nwf journal \u2028", i)
		all = append(all, engine.Event{
			Kind: engine.EventReport, At: noon.Add(time.Duration(i) * time.Millisecond), Node: engine.NodeID(i),
			Report: &engine.Report{State: engine.PodEnded, Outputs: &engine.Outputs{Result: &result}},
		})
	}
	return all
}

// write makes a journal with the groups and returns its name.
func write(t *testing.T, groups ...[]engine.Event) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "journal")
	j, err := store.CreateJournal(name, header())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if err := j.Append(g); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func replay(t *testing.T, c *store.Contents, n int) []engine.Event {
	t.Helper()
	var all []engine.Event
	for ev, err := range c.Replay(n) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ev)
	}
	return all
}

func TestJournalGivesBackWhatItTook(t *testing.T) {
	want := events(10)
	j, c, err := store.OpenJournal(write(t, want[:1], want[1:7], nil, want[7:]))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if c.Header.UID != "u-1" || c.Len() != 10 || c.Torn != 0 {
		t.Errorf("header %+v, %d events, %d bytes torn", c.Header, c.Len(), c.Torn)
	}
	if got := replay(t, c, -1); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	for n := range 11 {
		if got := replay(t, c, n); len(got) != n || n > 0 && !reflect.DeepEqual(got, want[:n]) {
			t.Errorf("the first %d are %v", n, got)
		}
	}
}

// A crash may leave any part of the last group. It is cut off, and the journal
// goes on behind the group before.
func TestTornEndIsCutOff(t *testing.T) {
	all := events(6)
	before, err := os.ReadFile(write(t, all[:2]))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(write(t, all[:2], all[2:4]))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "journal")
	for end := len(before); end < len(whole); end++ {
		for _, filler := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"} {
			torn := string(whole[:end]) + filler
			if err := os.WriteFile(name, []byte(torn), 0o600); err != nil {
				t.Fatal(err)
			}
			j, c, err := store.OpenJournal(name)
			if err != nil {
				t.Fatalf("cut at %d: %v", end, err)
			}
			if c.Len() != 2 || c.Torn != len(torn)-len(before) {
				t.Fatalf("cut at %d: %d events, %d bytes torn", end, c.Len(), c.Torn)
			}
			if err := errors.Join(j.Append(all[4:]), j.Close()); err != nil {
				t.Fatal(err)
			}
			if _, c, err = store.OpenJournal(name); err != nil || c.Len() != 4 || c.Torn != 0 {
				t.Fatalf("cut at %d, then more: %d events, %v", end, c.Len(), err)
			}
		}
	}
}

// A change of any byte before the last group is damage, never a tear: what was
// acted upon must not be forgotten in silence.
func TestDamageIsNotTakenForATear(t *testing.T) {
	all := events(3)
	data, err := os.ReadFile(write(t, all[:1], all[1:2], all[2:]))
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(write(t))
	if err != nil {
		t.Fatal(err)
	}
	last, err := os.ReadFile(write(t, all[:1], all[1:2]))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(first); i < len(last); i++ {
		bad := []byte(string(data))
		bad[i] ^= 0x10
		c, err := store.Parse(bad)
		var damaged *store.Damaged
		if !errors.As(err, &damaged) {
			t.Fatalf("byte %d: %v", i, err)
		}
		if damaged.Events != c.Len() || damaged.Events > 1 {
			t.Fatalf("byte %d: %v, %d events", i, err, c.Len())
		}
	}
}

func TestWhatIsNoJournal(t *testing.T) {
	for data, want := range map[string]string{
		"":                 "this is no journal",
		"{}":               "this is no journal",
		"weft journal 2\n": `format "2"; this weft reads format 1`,
		"weft journal 1\n": "no header",
	} {
		if _, err := store.Parse([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestJournalIsNotOverwritten(t *testing.T) {
	name := write(t, events(1))
	if _, err := store.CreateJournal(name, header()); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second journal: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	dir := f.TempDir()
	name := filepath.Join(dir, "journal")
	j, err := store.CreateJournal(name, header())
	if err != nil {
		f.Fatal(err)
	}
	all := events(3)
	if err := errors.Join(j.Append(all[:2]), j.Append(all[2:]), j.Close()); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-5])
	f.Add(append(data[:len(data):len(data)], data...))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := store.Parse(data)
		if c == nil {
			if err == nil {
				t.Fatal("neither contents nor an error")
			}
			return
		}
		n := 0
		for _, err := range c.Replay(-1) {
			if n++; err != nil {
				return
			}
		}
		if n != c.Len() {
			t.Fatalf("%d events of %d", n, c.Len())
		}
	})
}

// BenchmarkReplay reads what 100,000 Pods leave: creation, start and end each.
func BenchmarkReplay(b *testing.B) {
	name := filepath.Join(b.TempDir(), "journal")
	j, err := store.CreateJournal(name, header())
	if err != nil {
		b.Fatal(err)
	}
	for range 300 {
		if err := j.Append(events(1000)); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		j, c, err := store.OpenJournal(name)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range c.Replay(-1) {
			if n++; err != nil {
				b.Fatal(err)
			}
		}
		j.Close()
		b.ReportMetric(float64(n), "events")
	}
}
