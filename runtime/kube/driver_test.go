package kube

import (
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/runtime/store"
)

// TestDriverJob holds what matters of the Job that drives a run: whose it is, what it
// may do, and when its Pod is begun again.
func TestDriverJob(t *testing.T) {
	r := &Run{Name: "ci", Header: store.Header{UID: "run-uid"}, uid: "map-uid"}
	job := r.driverJob(DriverOptions{Image: "weft@sha256:0", ServiceAccount: "weft", Args: []string{"run"}})
	if owner := job.OwnerReferences; len(owner) != 1 || owner[0].UID != "map-uid" || owner[0].Name != "weft-run-ci" {
		t.Errorf("owned by %v", owner)
	}
	rules := job.Spec.PodFailurePolicy.Rules
	for code, final := range map[int32]bool{0: false, 1: true, 2: false, 3: false, 4: true, 137: false} {
		if slices.Contains(rules[0].OnExitCodes.Values, code) != final {
			t.Errorf("exit code %d: final is not %v", code, final)
		}
	}
	if rules[0].Action != batchv1.PodFailurePolicyActionFailJob || rules[1].Action != batchv1.PodFailurePolicyActionIgnore {
		t.Errorf("%v", rules)
	}
	spec := job.Spec.Template.Spec
	c := spec.Containers[0]
	if spec.ServiceAccountName != "weft" || c.Image != "weft@sha256:0" || c.ImagePullPolicy != corev1.PullIfNotPresent || !slices.Equal(c.Args, []string{"run"}) {
		t.Errorf("%+v", spec)
	}
	if spec.RestartPolicy != corev1.RestartPolicyNever || *job.Spec.BackoffLimit == 0 {
		t.Error("a driver that crashes is not begun again in another Pod")
	}
	if labels := job.Spec.Template.Labels; labels["weft.dev/run-uid"] != "" || labels[labelDriverOf] != "run-uid" {
		t.Errorf("its Pod would be taken for a step: %v", labels)
	}
}

// TestDriverLook goes through what the Pod of a Job tells.
func TestDriverLook(t *testing.T) {
	with := func(state corev1.ContainerState) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "p"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: driverName}}},
			Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: driverName, State: state}}},
		}
	}
	ended := func(code int32, text string) *corev1.Pod {
		return with(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Message: text}})
	}
	for _, c := range []struct {
		name string
		pod  *corev1.Pod
		want Driver
	}{
		{"new", &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}}, Driver{}},
		{"no image", with(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "no such host"}}),
			Driver{Message: "ErrImagePull: no such host"}},
		{"runs", with(corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(time.Unix(1, 0))}}), Driver{Running: true}},
		{"done", ended(0, ""), Driver{Exited: true, Ended: true, Message: "it ended with exit code 0"}},
		{"failed", ended(1, "05:00 Failed\n\n✖ ci failed\n"), Driver{Exited: true, Ended: true, Message: "it ended with exit code 1: ✖ ci failed"}},
		{"crashed", ended(137, ""), Driver{Exited: true, Message: "it ended with exit code 137"}},
		{"left", ended(3, "weft: told to stop"), Driver{Exited: true, Message: "it ended with exit code 3: told to stop"}},
	} {
		got := Driver{}
		got.look(c.pod)
		c.want.Pod = "p"
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
