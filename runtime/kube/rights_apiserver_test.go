//go:build apiserver

package kube

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
	"github.com/weft-lang/weft/runtime/store"
)

// documentedRole holds the rules of all roles of the manual: people who have them
// may do everything.
func documentedRole(t *testing.T) *rbacv1.Role {
	t.Helper()
	text, err := os.ReadFile("../../docs/running-rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := &rbacv1.Role{TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"}}
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		var kind metav1.TypeMeta
		if err := sigsyaml.Unmarshal([]byte(document), &kind); err != nil {
			t.Fatal(err)
		}
		if kind.Kind != "Role" {
			continue
		}
		role := &rbacv1.Role{}
		if err := sigsyaml.UnmarshalStrict([]byte(document), role); err != nil {
			t.Fatal(err)
		}
		all.Rules = append(all.Rules, role.Rules...)
	}
	return all
}

// allRights are those of people who may do everything.
func allRights() []Right { return slices.Concat(Rights(), BudgetRights(), DetachRights()) }

// withRole is the place as a service account sees it that has a role and nothing
// else.
func withRole(t *testing.T, c *Cluster, name string, role *rbacv1.Role) *Cluster {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := c.create(t.Context(), "serviceaccounts", account, account); err != nil {
		t.Fatal(err)
	}
	role = role.DeepCopy()
	role.Name = name
	putRole(t, c, name, role)
	config, _, err := access.config()
	if err != nil {
		t.Fatal(err)
	}
	config.BearerToken, config.Timeout = tokenOf(t, c, name), 0
	restricted, err := newCluster(config, c.Namespace)
	if err != nil {
		t.Fatal(err)
	}
	return restricted
}

// putRole makes a role and gives it to a service account.
func putRole(t *testing.T, c *Cluster, account string, role *rbacv1.Role) {
	t.Helper()
	client, err := access.Client()
	if err != nil {
		t.Fatal(err)
	}
	put := func(kind string, object kruntime.Object) {
		t.Helper()
		content, err := kruntime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			t.Fatal(err)
		}
		group := schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: kind}
		_, err = client.Resource(group).Namespace(c.Namespace).Create(t.Context(), &unstructured.Unstructured{Object: content}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("roles", role)
	put("rolebindings", &rbacv1.RoleBinding{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "RoleBinding"}, ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: account, Namespace: c.Namespace}},
		RoleRef:  rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: role.Name},
	})
}

// tokenOf is a token of a service account.
func tokenOf(t *testing.T, c *Cluster, name string) string {
	t.Helper()
	answer, err := c.core.Post().Namespace(c.Namespace).Resource("serviceaccounts").Name(name).SubResource("token").
		SetHeader("Content-Type", "application/json").SetHeader("Accept", "application/json").
		Body([]byte(`{"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {"expirationSeconds": 3600}}`)).Do(t.Context()).Raw()
	if err != nil {
		t.Fatal(err)
	}
	token := &authenticationv1.TokenRequest{}
	if err := sigsyaml.Unmarshal(answer, token); err != nil {
		t.Fatal(err)
	}
	return token.Status.Token
}

// TestAPIServerRights holds that the role of the manual is what the program says
// it takes, that everything works with it, and that no verb of it is too much.
func TestAPIServerRights(t *testing.T) {
	role := documentedRole(t)
	var documented []Right
	for _, r := range role.Rules {
		documented = append(documented, Right{r.APIGroups[0], strings.Join(r.Resources, ","), r.Verbs})
	}
	if got, want := fmt.Sprint(documented), fmt.Sprint(allRights()); got != want {
		t.Fatalf("docs/running-rbac.yaml grants %s, and the program wants %s", got, want)
	}

	c, kubelet := newPlace(t, everythingPlay)
	restricted := withRole(t, c, "weft", role)
	until(t, func() bool {
		lacks, err := restricted.Lacks(t.Context(), allRights())
		return err == nil && len(lacks) == 0
	})
	e, result := newJourney(t, restricted, everything).drive(t, run.Options{})
	if result.Phase != engine.Succeeded {
		t.Error(result)
	}
	compare(t, outcomes(e), everythingWant)
	kubelet.once(t)
	if err := tour(t, restricted, "full"); err != nil {
		t.Errorf("with all rights: %v", err)
	}

	for i, rule := range role.Rules {
		for j, verb := range rule.Verbs {
			less := role.DeepCopy()
			less.Rules[i].Verbs = slices.Delete(slices.Clone(rule.Verbs), j, j+1)
			if len(rule.Verbs) == 1 {
				less.Rules = slices.Delete(less.Rules, i, i+1)
			}
			name := fmt.Sprintf("less-%d-%d", i, j)
			c := withRole(t, c, name, less)
			want := verb + " " + rule.Resources[0]
			until(t, func() bool {
				lacks, err := c.Lacks(t.Context(), allRights())
				return err == nil && len(lacks) == 1 && lacks[0] == want
			})
			if err := tour(t, c, name); err == nil {
				t.Errorf("nothing needs to %s", want)
			}
		}
	}
}

func until(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never comes to be so")
		}
	}
}

// tour does all that commands do with a cluster, and returns the first refusal.
func tour(t *testing.T, c *Cluster, name string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := c.CreateRun(ctx, store.Header{Name: name, UID: name}, nil)
	if err != nil {
		return err
	}
	release, err := r.Lead(ctx)
	if err != nil {
		return err
	}
	release()
	release, err = r.Lead(ctx) // which updates what is there
	if err != nil {
		return err
	}
	release()
	lock, holder := []engine.Lock{{Mutex: name}}, store.Holder{Run: name, UID: name}
	out := engine.Outputs{}
	pvc := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")}},
	}}
	pdb := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: name}}
	b := NewBackend(c, pod.Run{Name: r.Name, UID: r.Header.UID})
	for _, step := range []func() error{
		func() error { return r.SetStatus(ctx, store.Status{Phase: engine.Running}) },
		func() error { _, err := r.Sources(ctx); return err },
		func() error { return c.Caches().Put(ctx, "cache-"+name, "k", out) },
		func() error { return c.Caches().Put(ctx, "cache-"+name, "k", out) },
		func() error { _, err := c.Locks().Acquire(ctx, holder, lock); return err },
		func() error { return c.Locks().Release(ctx, holder) },
		func() error { _, err := c.Values().Secret(ctx, "none", "k"); return err },
		func() error { return b.make(ctx, claimResource, pvc, &corev1.PersistentVolumeClaim{}) },
		func() error { return b.make(ctx, claimResource, pvc, &corev1.PersistentVolumeClaim{}) },
		func() error { return b.make(ctx, budgetResource, pdb, &policyv1.PodDisruptionBudget{}) },
		func() error { return b.make(ctx, budgetResource, pdb, &policyv1.PodDisruptionBudget{}) },
		func() error { return tourOfPods(ctx, c, name, r) },
		func() error { _, err := r.Pods(ctx); return err },
		func() error { _, err := r.Log(ctx, "none", "main", time.Time{}); return err },
		func() error { return r.Detach(ctx, DriverOptions{Image: "weft:1", ServiceAccount: "weft"}) },
		func() error { return driversOf(ctx, r) },
		func() error { return r.Delete(ctx) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// driversOf fails where the Job of a run cannot be seen.
func driversOf(ctx context.Context, r *Run) error {
	drivers, err := r.Drivers(ctx)
	if err == nil && len(drivers) != 1 {
		err = fmt.Errorf("there are %d Jobs to be seen", len(drivers))
	}
	return err
}

func tourOfPods(ctx context.Context, c *Cluster, name string, r *Run) error {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pod-" + name, Labels: map[string]string{pod.LabelRunUID: name, pod.LabelGeneration: "0"}},
		Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "main", Image: "i:1"}}},
	}
	b := NewBackend(c, pod.Run{Name: r.Name, UID: r.Header.UID})
	if err := c.create(ctx, podResource, p, &corev1.Pod{}); err != nil {
		return err
	}
	if _, err := b.adoptable(ctx, p); err != nil {
		return err
	}
	version, err := b.relist(ctx)
	if err != nil {
		return err
	}
	w, err := c.watch(ctx, podResource, b.selector(), version, 1)
	if err != nil {
		return err
	}
	w.Stop()
	if err := b.Stop(ctx, run.PodRef{Name: p.Name, Generation: 0}); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	err = c.get(ctx, podResource, p.Name, &corev1.Pod{})
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("the Pod is still there: %v", err)
	}
	return nil
}
