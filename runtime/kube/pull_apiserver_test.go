//go:build apiserver

package kube

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestAPIServerPullSecrets finds what the kubelet would fetch images with, with
// the rights of the manual and in a namespace that is as strict as can be.
func TestAPIServerPullSecrets(t *testing.T) {
	c, _ := newPlace(t, everythingPlay)
	strict := []byte(`{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}`)
	if err := c.core.Patch("application/merge-patch+json").Resource("namespaces").Name(c.Namespace).Body(strict).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string][]byte{"of": []byte(name)}}
		if err := c.create(t.Context(), secretResource, s, s); err != nil {
			t.Fatal(err)
		}
	}
	references := func(names ...string) (out []corev1.LocalObjectReference) {
		for _, n := range names {
			out = append(out, corev1.LocalObjectReference{Name: n})
		}
		return out
	}
	builder := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "builder"}, ImagePullSecrets: references("one", "gone", "two")}
	if err := c.create(t.Context(), "serviceaccounts", builder, builder); err != nil {
		t.Fatal(err)
	}
	restricted := withRole(t, c, "asker", documentedRole(t))
	until(t, func() bool {
		lacks, err := restricted.Lacks(t.Context(), Rights())
		return err == nil && len(lacks) == 0
	})
	for want, spec := range map[string]corev1.PodSpec{
		"one two": {ServiceAccountName: "builder"},
		"two":     {ServiceAccountName: "builder", ImagePullSecrets: references("two", "gone")},
		"":        {ServiceAccountName: "asker"},
	} {
		secrets, err := restricted.PullSecrets(t.Context(), &spec)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range secrets {
			got = append(got, string(s.Data["of"]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got the secrets %q, want %q", got, want)
		}
	}
	_, err := restricted.PullSecrets(t.Context(), &corev1.PodSpec{ServiceAccountName: "nobody"})
	if err == nil || !strings.Contains(err.Error(), `there is no service account "nobody" in namespace`) {
		t.Errorf("a service account that is not there: got %v", err)
	}
}
