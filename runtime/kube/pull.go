package kube

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PullSecrets are the secrets with which the kubelet would fetch the images of a
// Pod: those that it names, else those of its service account. As with the
// kubelet, one that is not there is left out.
func (c *Cluster) PullSecrets(ctx context.Context, p *corev1.PodSpec) ([]corev1.Secret, error) {
	names := p.ImagePullSecrets
	if len(names) == 0 {
		var err error
		if names, err = c.pullSecretsOf(ctx, p.ServiceAccountName); err != nil {
			return nil, err
		}
	}
	var out []corev1.Secret
	for _, name := range names {
		var s corev1.Secret
		err := c.get(ctx, secretResource, name.Name, &s)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the pull secret %q: %w", name.Name, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// pullSecretsOf are the pull secrets of a service account. The API server puts them
// into Pods, also into one that is never made; reading service accounts would take
// a right of its own.
func (c *Cluster) pullSecretsOf(ctx context.Context, account string) ([]corev1.LocalObjectReference, error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	options := &metav1.CreateOptions{FieldManager: FieldManager, DryRun: []string{metav1.DryRunAll}}
	var made corev1.Pod
	err := c.core.Post().Namespace(c.Namespace).Resource(podResource).VersionedParams(options, c.parameters).
		Body(triedPod(account)).Do(ctx).Into(&made)
	if apierrors.IsForbidden(err) && strings.Contains(err.Error(), "error looking up service account") {
		return nil, fmt.Errorf("there is no service account %q in namespace %q, so no Pod can run as it yet", cmp.Or(account, "default"), c.Namespace)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot learn the pull secrets of service account %q: %w", cmp.Or(account, "default"), err)
	}
	return made.Spec.ImagePullSecrets, nil
}

// triedPod is a Pod that quotas and the restricted level of Pod security let pass.
func triedPod(account string) *corev1.Pod {
	yes, no, user := true, false, int64(65532)
	amounts := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi")}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "weft-tried-"},
		Spec: corev1.PodSpec{
			ServiceAccountName: account, RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: &no,
			Containers: []corev1.Container{{
				Name: "main", Image: "none", Resources: corev1.ResourceRequirements{Requests: amounts, Limits: amounts},
				SecurityContext: &corev1.SecurityContext{
					RunAsNonRoot: &yes, RunAsUser: &user, AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes,
					Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
					SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
				},
			}},
		},
	}
}
