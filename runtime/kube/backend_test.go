package kube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

// What the API server says about a Pod that it does not make decides whether that
// is tried again without end, some times, or not at all; and whether the journal
// goes on.
func TestFailedCreate(t *testing.T) {
	pods := corev1.Resource("pods")
	forbidden := func(why string) error { return apierrors.NewForbidden(pods, "p", errors.New(why)) }
	denied := apierrors.NewForbidden(pods, "", errors.New(`User "me" cannot create resource "pods" in API group "" in the namespace "n"`))
	for _, c := range []struct {
		name    string
		err     error
		want    string // busy, refused or again
		class   engine.Class
		passing bool // for the journal
	}{
		{"too many requests", apierrors.NewTooManyRequests("slowly", 1), "busy", engine.ClassInfrastructure, true},
		{"a quota is used up", forbidden("exceeded quota: few"), "busy", engine.ClassQuota, true},
		{"a quota is new", forbidden("status unknown for quota: few"), "busy", engine.ClassQuota, true},
		{"somebody else writes", apierrors.NewConflict(pods, "p", errors.New("changed")), "busy", engine.ClassInfrastructure, true},
		{"the API server begins", forbidden("not yet ready to handle request"), "busy", engine.ClassInfrastructure, true},
		{"there is no network", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, "busy", engine.ClassInfrastructure, true},
		{"the API server is at a loss", apierrors.NewInternalError(errors.New("etcd")), "again", "", true},
		{"no rights", denied, "again", "", false},
		{"no service account", forbidden("error looking up service account n/default: serviceaccount \"default\" not found"), "again", "", false},
		{"the driver ends", context.Canceled, "again", "", true},
		{"a bad Pod", apierrors.NewInvalid(corev1.SchemeGroupVersion.WithKind("Pod").GroupKind(), "p", nil), "refused", engine.ClassUser, false},
		{"security", forbidden("violates PodSecurity \"restricted:latest\""), "refused", engine.ClassUser, false},
		{"no namespace", apierrors.NewNotFound(corev1.Resource("namespaces"), "n"), "refused", engine.ClassInfrastructure, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := failedCreate(c.err)
			var busy *run.Busy
			var refusal *run.Refusal
			kind, class := "again", engine.Class("")
			switch {
			case errors.As(got, &busy):
				kind, class = "busy", busy.Class
			case errors.As(got, &refusal):
				kind, class = "refused", refusal.Class
			}
			if got != nil && strings.Contains(got.Error(), `pods "p" is forbidden: exceeded`) {
				t.Errorf("the Pod is named: %v", got)
			}
			if kind != c.want || class != c.class || passing(c.err) != c.passing {
				t.Errorf("%s %q, and the journal goes on: %t", kind, class, passing(c.err))
			}
		})
	}
}

// leaving is a Pod with a sidecar, in a state that change makes, and a backend that
// waits for it as long as wait says.
func leaving(wait waits) (*Backend, func(change func(*corev1.Pod))) {
	b := NewBackend(&Cluster{Namespace: "n", clock: newClock()}, pod.Run{UID: "u"})
	b.waits = wait
	b.pods["p"] = &tracked{ref: run.PodRef{Name: "p"}, uid: "1"}
	return b, func(change func(*corev1.Pod)) {
		p := somePod(change)
		p.Name, p.UID = "p", "1"
		p.Labels = map[string]string{pod.LabelGeneration: "0", pod.LabelRunUID: "u"}
		b.observe(context.Background(), p)
	}
}

// told is what a backend reports next.
func told(t *testing.T, b *Backend) engine.Report {
	t.Helper()
	for end := time.After(10 * time.Second); ; {
		if all := b.reports.take(); len(all) > 0 {
			return all[len(all)-1].Report
		}
		select {
		case <-b.reports.more:
		case <-end:
			t.Fatal("nothing is reported")
		}
	}
}

// mainEnded is a Pod whose main containers have ended, with a sidecar in a state.
func mainEnded(sidecar corev1.ContainerStatus) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase = corev1.PodRunning
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{terminated("weft-stage", 0, "", ""), terminated("prepare", 0, "", ""), sidecar}
		p.Status.ContainerStatuses = []corev1.ContainerStatus{terminated("main", 0, "", ""), terminated("weft-save", 0, "", "")}
	}
}

// A step waits a little for how its sidecars end, and not for those that do not.
func TestSidecarsEnd(t *testing.T) {
	b, see := leaving(waits{sidecars: time.Hour, deleted: time.Hour})
	see(mainEnded(isRunning("db")))
	if all := b.reports.take(); len(all) > 0 {
		t.Errorf("reported too early: %+v", all)
	}
	see(mainEnded(terminated("db", 3, "Error", "")))
	if r := told(t, b); r.State != engine.PodEnded || r.Containers[len(r.Containers)-1].Code != 3 {
		t.Errorf("%+v", r)
	}

	b, see = leaving(waits{sidecars: time.Millisecond, deleted: time.Hour})
	see(mainEnded(isRunning("db")))
	if r := told(t, b); r.State != engine.PodEnded || r.Containers[len(r.Containers)-1].Ended {
		t.Errorf("%+v", r)
	}

	// A Pod that is gone before its sidecar was seen to end has ended, too.
	b, see = leaving(waits{sidecars: time.Hour, deleted: time.Hour})
	see(mainEnded(isRunning("db")))
	b.lost(t.Context(), "p", "1")
	if r := told(t, b); r.State != engine.PodEnded {
		t.Errorf("%+v", r)
	}
}

// A Pod that was deleted is given up when its node says nothing, and what is known
// of who deleted it is kept.
func TestDeletedPods(t *testing.T) {
	deleted := func(p *corev1.Pod) {
		now := metav1.Now()
		p.DeletionTimestamp = &now
		p.Status.Phase = corev1.PodRunning
		p.Status.ContainerStatuses = []corev1.ContainerStatus{isRunning("main"), waiting("weft-save", "", "")}
	}
	drained := func(p *corev1.Pod) {
		deleted(p)
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "EvictionByEvictionAPI", Message: "drained"}}
	}
	for _, c := range []struct {
		change func(*corev1.Pod)
		wait   time.Duration
		gone   bool
		want   string
	}{
		{deleted, time.Millisecond, false, "infrastructure its node does not say how it ended"},
		{drained, time.Millisecond, false, "preempted EvictionByEvictionAPI: drained"},
		{deleted, time.Hour, true, "infrastructure "},
		{drained, time.Hour, true, "preempted EvictionByEvictionAPI: drained"},
	} {
		b, see := leaving(waits{sidecars: time.Hour, deleted: c.wait})
		see(c.change)
		if c.gone {
			b.lost(t.Context(), "p", "1")
		}
		r := engine.Report{State: engine.PodRunning}
		for r.State == engine.PodRunning {
			r = told(t, b)
		}
		if got := fmt.Sprint(r.Class, " ", r.Message); r.State != engine.PodLost || got != c.want {
			t.Errorf("%d %s, want %s", r.State, got, c.want)
		}
	}
}

// A Pod ends when all that is left of it waits for what never began.
func TestWaitingInVain(t *testing.T) {
	never := func(name string) corev1.ContainerStatus { return terminated(name, 128, "StartError", "no such folder") }
	for _, c := range []struct {
		name     string
		saved    string
		statuses []corev1.ContainerStatus
		want     bool
	}{
		{"never began", "one", []corev1.ContainerStatus{never("one"), isRunning("weft-save")}, true},
		{"it ran", "one", []corev1.ContainerStatus{terminated("one", 1, "Error", ""), isRunning("weft-save")}, false},
		{"another never began", "two", []corev1.ContainerStatus{never("one"), terminated("two", 0, "Completed", ""), isRunning("weft-save")}, false},
		{"others run", "one,two", []corev1.ContainerStatus{never("one"), isRunning("two"), isRunning("weft-save")}, false},
		{"others have run", "one,two", []corev1.ContainerStatus{terminated("two", 0, "Completed", ""), never("one"), isRunning("weft-save")}, true},
		{"to begin", "one", []corev1.ContainerStatus{never("one"), waiting("weft-save", "", "")}, true},
		{"all have ended", "one", []corev1.ContainerStatus{never("one"), terminated("weft-save", 1, "Error", "")}, false},
		{"nothing to save", "", []corev1.ContainerStatus{never("one")}, false},
	} {
		p := &corev1.Pod{}
		p.Annotations = map[string]string{annotationSaved: c.saved}
		for _, s := range c.statuses {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: s.Name})
		}
		p.Status.ContainerStatuses = c.statuses
		if got := inVain(p, containersOf(p)); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
