package kube

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/weft-lang/weft/runtime/store"
)

// A run that has ended and left many places of a lock is asked for once.
func TestLocksOfOver(t *testing.T) {
	var asked atomic.Int64
	c := fakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		reply(w, http.StatusOK, `{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "weft-run-r", "annotations": {%q: %q}}, "data": {%q: %q}}`,
			annotationStatus, `{"phase": "Succeeded"}`, headerKey, `{"name": "r", "uid": "u"}`)
	})
	var all []ticket
	for _, node := range []string{"a", "b", "c"} {
		all = append(all, ticket{Holder: store.Holder{Run: "r", UID: "u", Node: node}, Namespace: "n"})
	}
	over, err := c.Locks().over(t.Context(), all, "own")
	if err != nil || len(over) != 1 || !over["u"] || asked.Load() != 1 {
		t.Errorf("%v, asked %d times, %v", over, asked.Load(), err)
	}
}
