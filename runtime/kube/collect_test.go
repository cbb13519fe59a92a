package kube

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// What is left of the delay of a Pod is not waited for when the run has ended, and
// that Pod is deleted whatever its phase says by then: a sidecar may still run.
func TestCollectAtTheEnd(t *testing.T) {
	for _, c := range []struct {
		phase engine.Phase
		want  int64
	}{{engine.Succeeded, 1}, {engine.NoPhase, 0}} {
		var deleted atomic.Int64
		place := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
			switch {
			case q.Method == http.MethodDelete && strings.HasSuffix(q.URL.Path, "/pods/p"):
				deleted.Add(1)
				reply(w, http.StatusOK, `{"kind": "Status", "apiVersion": "v1", "status": "Success"}`)
			case strings.HasSuffix(q.URL.Path, "/pods"):
				reply(w, http.StatusOK, `{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "p"}, "status": {"phase": "Running"}}]}`)
			default:
				reply(w, http.StatusNotFound, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}`)
			}
		})
		b := NewBackend(place, pod.Run{UID: "u"})
		b.pods["p"] = &tracked{ref: run.PodRef{Name: "p"}, uid: "1"}
		collector, err := b.Collect(t.Context(), pod.GC{Strategy: pod.OnPodSuccess, Delay: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		collector.Ended(run.PodRef{Name: "p"}, engine.Succeeded)
		if err := collector.Finish(t.Context(), c.phase); err != nil || deleted.Load() != c.want {
			t.Errorf("after %v: deleted %d times, %v", c.phase, deleted.Load(), err)
		}
	}
}
