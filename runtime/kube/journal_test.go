package kube

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// note is a group of one event.
func note(message string) []engine.Event {
	return []engine.Event{{Kind: engine.EventReport, At: time.Now().UTC(), Report: &engine.Report{Message: message}}}
}

func compressed(t testing.TB, text []byte) []byte {
	t.Helper()
	data, err := compress(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// foldOf serves a journal that is one fold.
func foldOf(t *testing.T, data []byte) *Run {
	t.Helper()
	fold := corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "fold", Labels: map[string]string{labelKind: kindFolded}},
		Data:       map[string]string{coversKey: "1 to 64"}, BinaryData: map[string][]byte{dataKey: data},
	}
	text, err := json.Marshal(corev1.ConfigMapList{
		TypeMeta: metav1.TypeMeta{Kind: "ConfigMapList", APIVersion: "v1"}, Items: []corev1.ConfigMap{fold},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := fakeServer(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, "%s", text) })
	return &Run{Name: "ci", Header: store.Header{UID: "u"}, cluster: c}
}

// inUse is how much memory holds something.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Reading a journal takes about as much memory as the journal is kept in.
func TestHistoryIsSmall(t *testing.T) {
	const count = 40_000
	line, err := json.Marshal(note(strings.Repeat("x", 1000))[0])
	if err != nil {
		t.Fatal(err)
	}
	r := foldOf(t, compressed(t, []byte(strings.Repeat(string(line)+"\n", count))))
	before := inUse()
	h, err := r.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n, most := 0, uint64(0)
	for ev, err := range h.Events() {
		if err != nil || len(ev.Report.Message) != 1000 {
			t.Fatal(err, len(ev.Report.Message))
		}
		if n++; n%(count/4) == 0 {
			most = max(most, inUse())
		}
	}
	if grown := int64(most) - int64(before); n != count || grown > 8<<20 {
		t.Errorf("%d events, %d KiB", n, grown>>10)
	}
	runtime.KeepAlive(h)
}

// A journal that is damaged is read as far as it can be, and not taken for a
// shorter one.
func TestHistoryDamaged(t *testing.T) {
	line, err := json.Marshal(note("one")[0])
	if err != nil {
		t.Fatal(err)
	}
	good := compressed(t, []byte(strings.Repeat(string(line)+"\n", 100)))
	for name, data := range map[string][]byte{
		"cut": good[:len(good)-6], "nothing": nil, "an open event": compressed(t, line[:len(line)-1]), "no event": compressed(t, []byte("[1]")),
	} {
		h, err := foldOf(t, data).History(t.Context())
		if err == nil {
			var ev engine.Event
			for ev, err = range h.Events() {
				if err == nil && ev.Report == nil {
					t.Errorf("%s: an event of nothing", name)
				}
			}
		}
		if err == nil || !strings.Contains(err.Error(), "the journal is damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One text leaves nothing behind for the next one.
func TestCompressor(t *testing.T) {
	var c compressor
	for _, text := range []string{"", "one", strings.Repeat("many ", 100_000), "", "one"} {
		data, err := c.compress(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := expand(data); err != nil || string(got) != text {
			t.Errorf("%d bytes come back as %d: %v", len(text), len(got), err)
		}
	}
}
