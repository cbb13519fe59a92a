package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
	"github.com/weft-lang/weft/runtime/run"
)

// fakeServer is a cluster of which a function plays the API server.
func fakeServer(t *testing.T, answer http.HandlerFunc) *Cluster {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // before Close, which waits for answers
	c, err := newCluster(&rest.Config{Host: server.URL, QPS: -1}, "n")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reply answers with an object.
func reply(w http.ResponseWriter, code int, format string, args ...any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprintf(w, format, args...)
}

const noPods = `{"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": []}`

// An API server that lists Pods and lets nobody watch them is not asked without
// pause.
func TestWatchRefused(t *testing.T) {
	t.Parallel()
	var lists atomic.Int64
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Query().Get("watch") != "" {
			reply(w, http.StatusForbidden, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403, "message": "no"}`)
			return
		}
		lists.Add(1)
		reply(w, http.StatusOK, noPods)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	NewBackend(c, pod.Run{UID: "u"}).follow(ctx)
	if n := lists.Load(); n < 2 || n > 12 {
		t.Errorf("%d lists in three seconds", n)
	}
}

// A watch of which nothing is heard, not even that it has begun, is begun anew.
func TestWatchSilent(t *testing.T) {
	t.Parallel()
	for _, begins := range []bool{false, true} {
		var watches atomic.Int64
		c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Query().Get("watch") == "" {
				reply(w, http.StatusOK, noPods)
				return
			}
			if q.URL.Query().Get("resourceVersion") != "7" {
				t.Errorf("a watch from %q on", q.URL.Query().Get("resourceVersion"))
			}
			watches.Add(1)
			if begins {
				w.Header().Set("Content-Type", "application/json")
				w.(http.Flusher).Flush()
			}
			<-q.Context().Done()
		})
		b := NewBackend(c, pod.Run{UID: "u"})
		b.waits.silent = 100 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		b.follow(ctx)
		cancel()
		if n := watches.Load(); n < 3 {
			t.Errorf("%d watches; they begin: %t", n, begins)
		}
	}
}

// A kubelet that takes requests and does not answer holds up nobody for ever.
func TestLogSilent(t *testing.T) {
	t.Parallel()
	for _, begins := range []bool{false, true} {
		c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
			if begins {
				w.(http.Flusher).Flush()
			}
			<-q.Context().Done()
		})
		c.logSilence = 100 * time.Millisecond
		done := make(chan struct{})
		go func() {
			defer close(done)
			r := &Run{cluster: c}
			if _, err := r.Log(t.Context(), "p", "main", time.Time{}); err == nil {
				t.Error("a log that was not read is taken for an empty one")
			}
			log, err := c.openLog(t.Context(), "p", &corev1.PodLogOptions{})
			if err != nil {
				return
			}
			defer log.Close()
			if _, err := log.Read(make([]byte, 1)); err == nil {
				t.Error("it was read")
			}
		}()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Fatalf("a log was waited for; it begins: %t", begins)
		}
	}
}

// Lines may be as long as whoever wrote them likes.
func TestLongLogLine(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	lines, err := readLog(strings.NewReader("2026-01-02T03:04:05Z a\n2026-01-02T03:04:06Z "+long+"\n2026-01-02T03:04:07Z b"), time.Time{})
	if err != nil || len(lines) != 3 || lines[1].Text != long || lines[2].Text != "b" {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

// A record that is in a log outlives a kubelet that restarts, which takes seconds.
func TestRecordOutlastsKubelet(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	message, lines, err := record.Encode(record.Record{Container: "main", Parameters: []record.Value{{Name: "o", Value: strings.Repeat("0123456789", 100)}}}, 60)
	if err != nil || len(lines) == 0 {
		t.Fatal(err, len(lines))
	}
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		if time.Since(begun) < 3*time.Second {
			reply(w, http.StatusInternalServerError, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "InternalError", "code": 500, "message": "dial tcp 10.0.0.1:10250: connect: connection refused"}`)
			return
		}
		fmt.Fprintln(w, strings.Join(lines, "\n"))
	})
	b := NewBackend(c, pod.Run{UID: "u"})
	p := somePod(mainEnded(terminated("db", 0, "", "")))
	p.Name, p.Annotations = "p", map[string]string{annotationTells: "main"}
	p.Status.ContainerStatuses[0].State.Terminated.Message = message
	go b.readLogs(t.Context(), run.PodRef{Name: "p"}, p)
	if r := told(t, b); r.OutputError != "" || r.Outputs == nil {
		t.Errorf("%+v", r)
	}
}

// What a watch has begun goes on when the watch ends: reading the log of a Pod that
// has ended, and waiting for one that is being deleted.
func TestOutlastsWatch(t *testing.T) {
	t.Parallel()
	message, lines, err := record.Encode(record.Record{Container: "main", Parameters: []record.Value{{Name: "o", Value: strings.Repeat("0123456789", 100)}}}, 60)
	if err != nil || len(lines) == 0 {
		t.Fatal(err, len(lines))
	}
	ended := somePod(mainEnded(terminated("db", 0, "", "")))
	ended.Annotations[annotationTells] = "main"
	ended.Status.ContainerStatuses[0].State.Terminated.Message = message
	leaves := somePod(func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: time.Now()} })
	for want, p := range map[engine.PodState]*corev1.Pod{engine.PodEnded: ended, engine.PodLost: leaves} {
		p.Name, p.UID, p.ResourceVersion = "p", "1", "8"
		p.Labels = map[string]string{pod.LabelRunUID: "u", pod.LabelGeneration: "0"}
		var watches atomic.Int64
		again := make(chan struct{})
		c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
			switch {
			case strings.HasSuffix(q.URL.Path, "/log"):
				<-again
				fmt.Fprintln(w, strings.Join(lines, "\n"))
			case q.URL.Query().Get("watch") == "":
				reply(w, http.StatusOK, noPods)
			case watches.Add(1) == 1:
				object, _ := json.Marshal(p)
				reply(w, http.StatusOK, `{"type": "MODIFIED", "object": %s}`, strings.Replace(string(object), "{", `{"kind": "Pod", "apiVersion": "v1", `, 1))
			default:
				if watches.Load() == 2 {
					close(again)
				}
				<-q.Context().Done()
			}
		})
		b := NewBackend(c, pod.Run{UID: "u"})
		b.waits.deleted = 1500 * time.Millisecond
		b.pods["p"] = &tracked{ref: run.PodRef{Name: "p"}}
		ctx, cancel := context.WithCancel(t.Context())
		go b.follow(ctx)
		for r := told(t, b); r.State != want; r = told(t, b) {
			t.Logf("%+v", r)
		}
		cancel()
	}
}

// Nobody asks what keeps a Pod from starting that is gone.
func TestQuietNoMore(t *testing.T) {
	b := NewBackend(fakeServer(t, nil), pod.Run{UID: "u"})
	b.pods["p"] = &tracked{ref: run.PodRef{Name: "p"}, uid: "1", quiet: time.Now().Add(-time.Hour)}
	if !b.someQuiet() {
		t.Error("a Pod that says nothing is not noticed")
	}
	if b.lost(t.Context(), "p", "1"); b.someQuiet() {
		t.Error("events are asked about a Pod that is gone")
	}
}
