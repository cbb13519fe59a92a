//go:build apiserver

package kube

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// TestAPIServerEvents finds the newest event that says why a Pod does not start,
// and does without where events are not for the user.
func TestAPIServerEvents(t *testing.T) {
	c, _ := newPlace(t, everythingPlay)
	now := time.Now()
	for i, e := range []corev1.Event{
		{Reason: "FailedMount", Type: "Warning", Message: "secret \"old\" not found", LastTimestamp: metav1.NewTime(now.Add(-time.Minute))},
		{Reason: "FailedMount", Type: "Warning", Message: "secret \"s\" not found\n", LastTimestamp: metav1.NewTime(now)},
		{Reason: "MissingClusterDNS", Type: "Warning", Message: "no DNS", LastTimestamp: metav1.NewTime(now.Add(time.Minute))},
		{Reason: "FailedNot", Type: "Normal", Message: "all is well", LastTimestamp: metav1.NewTime(now.Add(time.Minute))},
	} {
		e.ObjectMeta = metav1.ObjectMeta{GenerateName: "e-", Namespace: c.Namespace}
		e.InvolvedObject = corev1.ObjectReference{Kind: "Pod", Name: "stuck", Namespace: c.Namespace}
		if err := c.create(t.Context(), eventResource, &e, &corev1.Event{}); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
	}
	if got, want := (&Run{cluster: c}).Trouble(t.Context(), "stuck"), `FailedMount: secret "s" not found`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (&Run{cluster: c}).Trouble(t.Context(), "well"); got != "" {
		t.Errorf("a Pod without events: got %q", got)
	}
	restricted := withRole(t, c, "looker", documentedRole(t))
	if got := (&Run{cluster: restricted}).Trouble(t.Context(), "stuck"); got != "" {
		t.Errorf("without the right: got %q", got)
	}
}

// TestAPIServerTroubleTold holds that a backend tells of a Pod that does not start what
// events say of it, if they are not from when it came to its node, and if they may
// be listed.
func TestAPIServerTroubleTold(t *testing.T) {
	c, _ := newPlace(t, everythingPlay)
	b := NewBackend(c, pod.Run{UID: "u"})
	b.waits.quiet = 100 * time.Millisecond
	quiet := func(name, node string) {
		if b.pods[name] == nil {
			b.pods[name] = &tracked{ref: run.PodRef{Name: name}, uid: types.UID(name)}
		}
		b.observe(t.Context(), &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name), Labels: map[string]string{pod.LabelGeneration: "0", pod.LabelRunUID: "u"}},
			Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "main"}}},
		})
	}
	quiet("early", "n")
	quiet("stuck", "n")
	quiet("homeless", "")
	quiet("placed", "")
	b.pods["placed"].quiet = c.clock.now().Add(-time.Hour)
	quiet("placed", "n")
	happens := func(pod, message string, at time.Time) {
		e := corev1.Event{Reason: "FailedMount", Type: "Warning", Message: message, LastTimestamp: metav1.NewTime(at)}
		e.ObjectMeta = metav1.ObjectMeta{GenerateName: "e-", Namespace: c.Namespace}
		e.InvolvedObject = corev1.ObjectReference{Kind: "Pod", Name: pod, Namespace: c.Namespace}
		if err := c.create(t.Context(), eventResource, &e, &corev1.Event{}); err != nil {
			t.Fatal(err)
		}
	}
	happens("early", "secret of early", c.clock.now().Add(-time.Minute))
	happens("stuck", "secret of stuck", c.clock.now().Add(time.Minute))
	happens("homeless", "claim of homeless", c.clock.now().Add(time.Minute))
	happens("placed", "when it came to its node", c.clock.now())
	b.reports.take()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	b.followTrouble(ctx)
	all := b.reports.take()
	slices.SortFunc(all, func(a, b run.PodReport) int { return strings.Compare(a.Name, b.Name) })
	if len(all) != 2 || all[0].Name != "homeless" || all[1].Name != "stuck" || all[1].Report.State != engine.PodPending || all[1].Report.Message != "FailedMount: secret of stuck" {
		t.Errorf("reported: %+v", all)
	}
	quiet("stuck", "n") // it was listed again, and is as it was
	if all := b.reports.take(); len(all) != 0 {
		t.Errorf("told again: %+v", all)
	}
	// Who may not list them asks seldom, and hears of it when that has changed.
	b.cluster, b.waits.refused = withRole(t, c, "looker", documentedRole(t)), 500*time.Millisecond
	happens("stuck", "another secret", c.clock.now().Add(2*time.Minute))
	ctx, cancel = context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { b.followTrouble(ctx); close(done) }()
	defer func() { cancel(); <-done }()
	time.Sleep(b.waits.refused)
	if all := b.reports.take(); len(all) != 0 {
		t.Errorf("without the right: %+v", all)
	}
	putRole(t, c, "looker", &rbacv1.Role{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"}, ObjectMeta: metav1.ObjectMeta{Name: "listener"},
		Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{eventResource}, Verbs: []string{"list"}}},
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if all := b.reports.take(); len(all) > 0 {
			if all[0].Report.Message != "FailedMount: another secret" {
				t.Errorf("reported: %+v", all)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal("it is not told what may be listed now")
		}
	}
}

func TestAPIServerNoNamespace(t *testing.T) {
	c, _ := newPlace(t, everythingPlay)
	if _, err := c.in("nowhere").CreateRun(t.Context(), store.Header{Name: "r", UID: "r"}, nil); !errors.Is(err, NoNamespace("nowhere")) {
		t.Errorf("a run begins: %v", err)
	}
	if err := c.in("nowhere").Exists(t.Context()); !errors.Is(err, NoNamespace("nowhere")) {
		t.Errorf("it exists: %v", err)
	}
	for name, place := range map[string]*Cluster{"there": c, "not told": withRole(t, c, "looker", documentedRole(t))} {
		if err := place.Exists(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
