package kube

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/store"
)

// A run whose sources cannot be kept is not left behind, for everybody to see and
// nobody to drive.
func TestCreateRunHalf(t *testing.T) {
	created, deleted := 0, false
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		switch {
		case q.Method == http.MethodDelete:
			deleted = strings.HasSuffix(q.URL.Path, "/configmaps/weft-run-ci")
			reply(w, http.StatusOK, `{"kind": "Status", "apiVersion": "v1", "status": "Success"}`)
		case created == 0:
			created++
			reply(w, http.StatusCreated, `{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "weft-run-ci", "uid": "1"}}`)
		default:
			reply(w, http.StatusForbidden, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403, "message": "exceeded quota: few"}`)
		}
	})
	_, err := c.CreateRun(t.Context(), store.Header{Name: "ci", UID: "u"}, []store.File{{Name: "a.yaml"}})
	if err == nil || !strings.Contains(err.Error(), "exceeded quota") || !deleted {
		t.Errorf("%v; it was deleted: %t", err, deleted)
	}
}

// A renewal that is never answered does not cost the Lease.
func TestRenewalUnanswered(t *testing.T) {
	var asked atomic.Int64
	lease := &coordinationv1.Lease{
		TypeMeta:   metav1.TypeMeta{Kind: "Lease", APIVersion: "coordination.k8s.io/v1"},
		ObjectMeta: metav1.ObjectMeta{Name: "weft-run-ci", ResourceVersion: "1"},
	}
	text, err := json.Marshal(lease)
	if err != nil {
		t.Fatal(err)
	}
	renewed := make(chan struct{}, 1)
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body) // else nobody notices that the client has left
		if asked.Add(1) == 1 {
			<-q.Context().Done()
			return
		}
		reply(w, http.StatusOK, "%s", text)
		select {
		case renewed <- struct{}{}:
		default:
		}
	})
	r := &Run{Name: "ci", cluster: c}
	go r.renew(t.Context(), lease, "me", 100*time.Millisecond)
	select {
	case <-renewed:
	case <-time.After(10 * time.Second):
		t.Error("one renewal holds up all others")
	}
}

// A Lease whose renewal was answered by nobody is renewed again: how old the one is
// that got there nobody knows.
func TestRenewalAnswerLost(t *testing.T) {
	me, puts := "me", 0
	lease := &coordinationv1.Lease{
		TypeMeta:   metav1.TypeMeta{Kind: "Lease", APIVersion: "coordination.k8s.io/v1"},
		ObjectMeta: metav1.ObjectMeta{Name: "weft-run-ci", ResourceVersion: "1"},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &me},
	}
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodPut {
			puts++
		}
		switch {
		case q.Method == http.MethodPut && puts == 1:
			lease.ResourceVersion = "2"
			panic(http.ErrAbortHandler)
		case q.Method == http.MethodPut && puts == 2:
			reply(w, http.StatusConflict, `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409}`)
			return
		}
		text, err := json.Marshal(lease)
		if err != nil {
			t.Error(err)
		}
		reply(w, http.StatusOK, "%s", text)
	})
	r := &Run{Name: "ci", cluster: c}
	got, err := r.putLease(t.Context(), lease.DeepCopy(), me)
	if err != nil || puts != 3 || got.ResourceVersion != "2" {
		t.Errorf("written %d times: %v, %v", puts, got, err)
	}
}

// However much a run says, its status fits an annotation: else it would go on for
// ever as far as lists and the locks of others can tell.
func TestStatusFits(t *testing.T) {
	var sent []byte
	c := fakeServer(t, func(w http.ResponseWriter, q *http.Request) {
		sent, _ = io.ReadAll(q.Body)
		reply(w, http.StatusOK, `{"kind": "ConfigMap", "apiVersion": "v1"}`)
	})
	r := &Run{Name: "ci", cluster: c}
	for message, want := range map[string]string{
		"short":                               "short",
		strings.Repeat("\u00e9\x01", 200_000): "\u00e9",
	} {
		if err := r.SetStatus(t.Context(), store.Status{Phase: engine.Error, Message: message}); err != nil {
			t.Fatal(err)
		}
		if len(sent) > 250<<10 || !strings.Contains(string(sent), want) || strings.ContainsRune(string(sent), '\uFFFD') {
			t.Errorf("%d bytes", len(sent))
		}
	}
}
